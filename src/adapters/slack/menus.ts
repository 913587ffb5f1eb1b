/**
 * Menus in modals whose options are asked for while they are open.
 *
 * Invariants: Slack always gets an answer within its three seconds; a menu that cannot be filled is empty
 * and says so in the log. Asking changes nothing, so a second delivery is answered like the first.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { App, BlockSuggestion } from '@slack/bolt';
import type { Log } from '../../kernel/log.js';
import type { Command } from '../../ports/command.js';
import { logged } from './failures.js';
import type { InFlight } from './in-flight.js';
import { valuesOf } from './values.js';

export interface MenuFacts<Desk> {
  commands: readonly Command<Desk>[];
  desk: Desk;
  identity: { teamId: string };
  inFlight: InFlight;
  log: Log;
}

/** Slack waits 3 s; the way there and back gets the rest. */
const patienceMs = 2500;

export function mountMenus<Desk>(app: App, facts: MenuFacts<Desk>): void {
  const menus = new Map(facts.commands.flatMap((command) => Object.entries(command.menus ?? {})));
  app.options(/./, async ({ ack, body }) => {
    const run = menus.get(body.action_id);
    if (!run) return;
    const log = facts.log.child({ menu: body.action_id, user: body.user.id });
    const asked = run(requestOf(body, facts.identity.teamId, log), facts.desk).catch((thrown: unknown) => {
      logged(thrown, log, 'a menu could not be filled');
      return [] as const;
    });
    await facts.inFlight.run(async () => {
      const options = await Promise.race([asked, pause(patienceMs, [] as const, { ref: false })]);
      await ack({ options: [...options] });
    });
  });
}

const requestOf = (
  { user, team, value, block_id: input, view }: BlockSuggestion,
  teamId: string,
  log: Log,
) => ({
  person: { userId: user.id, teamId: team?.id ?? teamId },
  typed: value,
  input,
  memo: view?.private_metadata ?? '',
  values: valuesOf(view?.state.values ?? {}),
  log,
});
