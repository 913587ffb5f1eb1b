/**
 * The person's own page with the desk: rendered when they open it, after what they did there, and when something that all
 * pages show has changed.
 *
 * Invariants: redrawing is bounded and paced, one page per call; of two renderings for one person that run at once the
 * later is the one that stays; a Home that cannot be rendered says why instead of showing nothing; one that Slack did not
 * take is drawn again.
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
  /** Renders the person's Home again. Never throws: a failure is shown in Home, or logged and tried again. */
  publish(person: Person): Promise<void>;
  /**
   * `mark` stands for what every Home shows, such as a freeze. After it changed, each call redraws one Home of those who
   * opened theirs lately; those that Slack did not take wait there too. Returns how many are left.
   */
  redrawOne: (mark: string) => Promise<number>;
}

/** Who opened Home earlier than this, or before so many others, sees the change when they open it again. */
const latelyMs = 8 * hourMs;
const mostRedrawn = 50;
/** A page that Slack did not take is drawn again after 1, 2, 4 … seconds, for some eight minutes. */
const mostTries = 9;

export function createHomes<Desk>(facts: HomeFacts<Desk>): Homes {
  const last = new Map<string, Promise<boolean>>();
  const publish = async (person: Person): Promise<boolean> => {
    const { userId } = person;
    const before = last.get(userId) ?? Promise.resolve(true);
    const now = before.then(() => renderAndPublish(person, facts));
    last.set(userId, now);
    const isShown = await now;
    if (last.get(userId) === now) last.delete(userId);
    return isShown;
  };
  const { seen, missed, redrawOne } = createRedraws(publish, facts.clock);
  return {
    publish: async (person) => {
      seen(person);
      if (!(await publish(person))) missed(person);
    },
    redrawOne,
  };
}

interface Redraws extends Pick<Homes, 'redrawOne'> {
  /** This person looks at their Home. */
  seen: (person: Person) => void;
  /** This person does not see what they should. */
  missed: (person: Person) => void;
}

interface Redraw {
  person: Person;
  tries: number;
  dueMs: number;
}

/** `publish`: answers whether the person sees it. */
function createRedraws(publish: (person: Person) => Promise<boolean>, clock: Clock): Redraws {
  /** By person, the latest last. */
  const opened = new Map<string, { person: Person; atMs: number }>();
  let known: string | null = null;
  let waiting: Redraw[] = [];
  const again = ({ person, tries }: Omit<Redraw, 'dueMs'>): void => {
    if (tries === mostTries) return;
    const others = waiting.filter((other) => other.person.userId !== person.userId);
    waiting = [...others, { person, tries, dueMs: clock.now().getTime() + 1000 * 2 ** (tries - 1) }];
  };
  return {
    seen: (person) => {
      opened.delete(person.userId);
      opened.set(person.userId, { person, atMs: clock.now().getTime() });
      for (const userId of [...opened.keys()].slice(0, -mostRedrawn)) opened.delete(userId);
    },
    missed: (person) => again({ person, tries: 1 }),
    redrawOne: async (mark) => {
      const nowMs = clock.now().getTime();
      if (known !== null && known !== mark)
        waiting = [...opened.values()]
          .filter(({ atMs }) => atMs > nowMs - latelyMs)
          .map(({ person }) => ({ person, tries: 0, dueMs: nowMs }));
      known = mark;
      const next = waiting.findLast(({ dueMs }) => dueMs <= nowMs);
      if (!next) return waiting.length;
      waiting = waiting.filter((other) => other !== next);
      if (!(await publish(next.person))) again({ person: next.person, tries: next.tries + 1 });
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

/** Answers whether Slack took it. */
async function renderAndPublish<Desk>(person: Person, facts: HomeFacts<Desk>): Promise<boolean> {
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
    return true;
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'a Home could not be published');
    return false;
  }
}
