/**
 * The person's own page with the desk: rendered when they open it, after what they did there, and when something that all
 * pages show has changed.
 *
 * Invariants: redrawing is bounded and paced, one page per call; of two renderings for one person that run at once the later is the one that stays; a Home that cannot be
 * rendered says why instead of showing nothing.
 */
import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { hourMs, type Clock } from '../../kernel/clock.js';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card, CardBlock } from '../../ports/card.js';
import type { Home, Person } from '../../ports/command.js';
import { callFault } from './client.js';
import { logged } from './failures.js';
import type { InFlight } from './in-flight.js';

export interface HomeFacts<Desk> {
  client: WebClient;
  home: Home<Desk>;
  desk: Desk;
  inFlight: InFlight;
  clock: Clock;
  errorCard: (error: OpsError) => Card;
  log: Log;
}

export interface Homes {
  /** Renders the person's Home again. Never throws: a failure is shown in Home, or logged. */
  publish(person: Person): Promise<void>;
  /**
   * `mark` stands for what every Home shows, such as a freeze. After it changed, each call redraws one Home of those who
   * opened theirs lately. Returns how many are left.
   */
  redrawOne: (mark: string) => Promise<number>;
}

/** Who opened Home earlier than this, or before so many others, sees the change when they open it again. */
const latelyMs = 8 * hourMs;
const mostRedrawn = 50;

export function createHomes<Desk>(facts: HomeFacts<Desk>): Homes {
  const last = new Map<string, Promise<void>>();
  const publish = async (person: Person): Promise<void> => {
    const { userId } = person;
    const before = last.get(userId) ?? Promise.resolve();
    const now = before.then(() => renderAndPublish(person, facts));
    last.set(userId, now);
    await now;
    if (last.get(userId) === now) last.delete(userId);
  };
  const { seen, redrawOne } = createRedraws(publish, facts.clock);
  return {
    publish: (person) => {
      seen(person);
      return publish(person);
    },
    redrawOne,
  };
}

interface Redraws extends Pick<Homes, 'redrawOne'> {
  /** This person looks at their Home. */
  seen: (person: Person) => void;
}

function createRedraws(publish: Homes['publish'], clock: Clock): Redraws {
  /** By person, the latest last. */
  const opened = new Map<string, { person: Person; atMs: number }>();
  let known: string | null = null;
  let waiting: Person[] = [];
  return {
    seen: (person) => {
      opened.delete(person.userId);
      opened.set(person.userId, { person, atMs: clock.now().getTime() });
      for (const userId of [...opened.keys()].slice(0, -mostRedrawn)) opened.delete(userId);
    },
    redrawOne: async (mark) => {
      if (known !== null && known !== mark) {
        const sinceMs = clock.now().getTime() - latelyMs;
        waiting = [...opened.values()].filter(({ atMs }) => atMs > sinceMs).map(({ person }) => person);
      }
      known = mark;
      const next = waiting.pop();
      if (next) await publish(next);
      return waiting.length;
    },
  };
}

/** Slack says of the tab which one was opened; messages to the desk are the other. */
export function mountHome(app: App, homes: Homes, inFlight: InFlight, teamId: string): void {
  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab === 'messages') return;
    await inFlight.run(() => homes.publish({ userId: event.user, teamId: body.team_id || teamId }));
  });
}

async function renderAndPublish<Desk>(person: Person, facts: HomeFacts<Desk>): Promise<void> {
  const log = facts.log.child({ home: person.userId });
  const send = (blocks: readonly CardBlock[]): Promise<unknown> =>
    facts.client.views.publish({ user_id: person.userId, view: { type: 'home', blocks: [...blocks] } });
  const explain = (thrown: unknown, message: string): readonly CardBlock[] =>
    facts.errorCard(logged(thrown, log, message)).blocks;
  try {
    const blocks = await facts
      .home(person, facts.desk)
      .catch((thrown: unknown) => explain(thrown, 'a Home could not be rendered'));
    await send(blocks).catch((error: unknown) => {
      const fault = callFault(error);
      if (fault.kind !== 'refused') throw error;
      const details = { refusal: fault.error, remarks: fault.messages.join('; ') };
      const refused = new OpsError('internal', 'Slack refused this page.', { details, cause: error });
      return send(explain(refused, 'Slack refused the blocks of a Home'));
    });
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'a Home could not be published');
  }
}
