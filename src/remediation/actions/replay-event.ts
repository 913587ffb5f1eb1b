/**
 * Delivers an event to one of its consumers again.
 *
 * Invariants: only a consumer that takes the same event twice without harm; not the same one again within minutes, when
 * the last replay may not have been worked off.
 * Reading back: the platform lists every replay with the key of its order.
 */
import { minuteMs } from '../../kernel/clock.js';
import type { PlatformEvent } from '../../ports/operations.js';
import type {
  Action,
  ActionFault,
  Choice,
  Effect,
  Hints,
  Preview,
  ReadBack,
  Step,
  Verification,
  World,
} from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { platformIdField, platformOf } from '../kit/platform.js';
import { timeText } from '../kit/provider.js';

type Params = { event: string; target: string };

type Facts = {
  event: string;
  type: string;
  /** All of them, by id. */
  targets: readonly string[];
  /** What of the event cannot be read. */
  unread: readonly string[];
  /** Of the target that is meant, as everything below; null where the event has no such target. */
  idempotent: boolean | null;
  /** Null when it was never delivered. */
  lastDeliveredAt: string | null;
  replays: number;
  lastReplayedAt: string | null;
};

const replayWindowMs = 10 * minuteMs;

export const replayEvent: Action = defineAction<Params, Facts>({
  id: 'replay-event',
  title: 'Replay event',
  summary: 'Deliver an event to one of its consumers again',
  risk: 'low',
  fields: {
    event: { ...platformIdField('Event', 'evt_1QzYk4'), suggest: suggestEvents },
    target: { ...platformIdField('Target', 'ledger'), suggest: suggestTargets },
  },
  prefills: { event: 'event' },
  read: readFacts,
  check,
  preview,
  volatile: ['targets', 'unread'],
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const order = { eventId: facts.event, target: params.target, idempotencyKey };
    await platformOf(world).replayEvent(order);
    return effectOf(facts, params, idempotencyKey);
  },
  readBack: async (step) => {
    const event = await eventOf(step);
    if (isListed(event, step))
      return { kind: 'done', effect: effectOf(step.facts, step.params, step.idempotencyKey) };
    return notListed(event, step.facts);
  },
  verify: async (step) => (isListed(await eventOf(step), step) ? visible(step) : notYet(step.facts)),
});

const mostSuggested = 50;

async function suggestEvents(world: World, _hints: Hints, signal: AbortSignal): Promise<Choice[]> {
  const { rows } = await platformOf(world).recentEvents(mostSuggested, signal);
  return rows.map(({ id, type, at }) => ({ value: id, label: `${type}, ${timeText(at)}`, description: id }));
}

/** Of the event that was chosen; before one is, those of the newest. */
async function suggestTargets(world: World, { typed, about }: Hints, signal: AbortSignal): Promise<Choice[]> {
  const platform = platformOf(world);
  const chosen = [typed.event, about?.kind === 'event' ? about.id : ''].find(
    (event) => event !== undefined && event !== '',
  );
  const id = chosen ?? (await platform.recentEvents(1, signal)).rows[0]?.id;
  if (id === undefined) return [];
  const { targets } = await platform.event(id, signal);
  return targets.map((target) => ({
    value: target.id,
    label: target.id,
    ...(target.idempotent ? {} : { description: 'Not idempotent: cannot be replayed' }),
  }));
}

async function readFacts({ event: id, target: wanted }: Params, world: World): Promise<Facts> {
  const { type, targets, replays, problems } = await platformOf(world).event(id);
  const target = targets.find((one) => one.id === wanted);
  const own = replays.filter((replay) => replay.target === wanted);
  return {
    event: id,
    type,
    targets: targets.map((one) => one.id),
    unread: problems,
    idempotent: target?.idempotent ?? null,
    lastDeliveredAt: target?.lastDeliveredAt?.toISOString() ?? null,
    replays: own.length,
    lastReplayedAt: own.at(-1)?.at.toISOString() ?? null,
  };
}

function check({ target }: Params, facts: Facts, now: Date): ActionFault[] {
  return [...targetFaults(target, facts), ...sameAgain(target, facts, now)].map((message) => ({
    field: 'target',
    message,
  }));
}

function targetFaults(target: string, { event, targets, unread, idempotent }: Facts): string[] {
  if (idempotent === null)
    return [
      `${event} has no target ${target}. ${targets.length === 0 ? 'It has no targets.' : `Its targets: ${targets.join(', ')}.`}`,
      ...unread.map((problem) => `On the platform, ${problem}.`),
    ];
  return idempotent
    ? []
    : [
        `${target} is not idempotent and would process the event twice: only an idempotent target can get it again.`,
      ];
}

function sameAgain(target: string, { event, lastReplayedAt }: Facts, now: Date): string[] {
  if (lastReplayedAt === null) return [];
  const endsAt = new Date(new Date(lastReplayedAt).getTime() + replayWindowMs);
  if (endsAt <= now) return [];
  return [
    `${event} was replayed to ${target} at ${timeText(lastReplayedAt)}. Try again after ${timeText(endsAt)}.`,
  ];
}

function preview({ target }: Params, facts: Facts): Preview {
  const { event, type, lastDeliveredAt, replays, lastReplayedAt } = facts;
  const delivered =
    lastDeliveredAt === null ? 'never delivered' : `last delivered at ${timeText(lastDeliveredAt)}`;
  const before =
    lastReplayedAt === null
      ? 'Not replayed to it before'
      : `Replayed to it ${replays} ${replays === 1 ? 'time' : 'times'} before, last at ${timeText(lastReplayedAt)}`;
  return {
    headline: `Replay ${event} (${type}) to ${target}`,
    changes: [`${target} gets the event again: ${delivered}`, before],
    affected: [`${target} is idempotent according to the platform: processing the event twice is safe.`],
    undo: 'Nothing to undo: processing the event twice is safe.',
    irreversible: null,
    value: null,
    subject: { kind: 'event', id: event },
    partner: null,
    merchant: null,
  };
}

const eventOf = ({ facts, world }: Step<Params, Facts>): Promise<PlatformEvent> =>
  platformOf(world).event(facts.event);

const isListed = ({ replays }: PlatformEvent, { idempotencyKey }: Step<Params, Facts>): boolean =>
  replays.some(({ reference }) => reference === idempotencyKey);

const effectOf = ({ event }: Facts, { target }: Params, key: string): Effect => ({
  id: key,
  summary: `${event} was replayed to ${target}.`,
});

const notListedText = ({ event }: Facts): string => `No replay of ${event} has this plan’s key.`;

/** One that cannot be read may be the one that is looked for. */
const notListed = ({ problems }: PlatformEvent, facts: Facts): ReadBack => ({
  kind: problems.length === 0 ? 'not_done' : 'cannot_tell',
  evidence: [notListedText(facts), ...problems],
});

const notYet = (facts: Facts): Verification => ({ kind: 'not_yet', evidence: notListedText(facts) });

const visible = ({ params, facts }: Step<Params, Facts>): Verification => ({
  kind: 'visible',
  evidence: `The platform lists the replay of ${facts.event} to ${params.target}.`,
});
