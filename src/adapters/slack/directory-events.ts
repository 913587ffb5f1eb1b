/**
 * Slack's reports that a user group or a person changed.
 *
 * Invariant: a report only says that something is outdated; who is in a group is always read from Slack, so that reports
 * that come late, twice or in the wrong order do no harm. One that is lost costs seconds: answers age anyway.
 */
import type { App } from '@slack/bolt';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Directory } from '../../ports/directory.js';
import type { InFlight } from './in-flight.js';

export interface DirectoryEventFacts {
  directory: Pick<Directory, 'groupChanged' | 'personChanged'>;
  inFlight: InFlight;
  log: Log;
}

export function mountDirectoryEvents(app: App, { directory, inFlight, log }: DirectoryEventFacts): void {
  const heard = (what: string, work: Promise<void>): Promise<void> =>
    inFlight.run(() =>
      work.catch((error: unknown) =>
        log.warn({ what, err: messageOf(error) }, 'a change could not be noted'),
      ),
    );
  app.event('subteam_members_changed', ({ event }) =>
    heard(event.type, directory.groupChanged(event.subteam_id)),
  );
  app.event('subteam_updated', ({ event }) => heard(event.type, directory.groupChanged(event.subteam.id)));
  app.event('user_change', ({ event }) => heard(event.type, directory.personChanged(event.user.id)));
}
