/**
 * Has the platform ask a partner for a statement of one business day again.
 *
 * Invariants: nothing is asked for that has come, that cannot be due yet anywhere on earth, or that was asked for a short
 * while ago.
 * Reading back: the platform lists every request with the key of its order.
 */
import { dayMs, hourMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { PartnerStatement } from '../../ports/operations.js';
import type {
  Action,
  ActionFault,
  Effect,
  Preview,
  ReadBack,
  Step,
  Verification,
  World,
} from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { dateField, partnerField } from '../kit/fields.js';
import { plainTextField } from '../kit/plain-text.js';
import { platformOf } from '../kit/platform.js';
import { timeText } from '../kit/provider.js';

type Params = { partner: string; businessDay: string; reason: string };

type Facts = {
  partner: string;
  /** As the configuration calls it. */
  name: string;
  businessDay: string;
  /** Null where the platform knows of no such statement. */
  state: string | null;
  requests: number;
  lastRequestedAt: string | null;
};

const oldestDays = 90;
/** A partner's desk needs some time to answer. */
const patienceMs = 2 * hourMs;

export const requestStatement: Action = defineAction<Params, Facts>({
  id: 'request-statement',
  title: 'Request statement',
  summary: 'Ask a partner for a missing statement again',
  risk: 'low',
  fields: {
    partner: partnerField('Partner'),
    businessDay: dateField('Business day', 'The partner’s business day, at most 90 days ago'),
    reason: plainTextField('Reason', 300, 'Stored with the request on the platform'),
  },
  prefills: { partner: 'partner', statement: ['partner', 'businessDay'] },
  offerFor: (thing) => {
    const text = 'Request statement…';
    if (thing.kind === 'statement') return { text, kind: 'statement', id: statementId(thing) };
    return thing.kind === 'break' && thing.missingAtPartner ? { text, kind: 'break', id: thing.id } : null;
  },
  read: readFacts,
  check,
  preview,
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const { partner, businessDay } = facts;
    const order = { partner, businessDay, reason: params.reason, idempotencyKey };
    return effectOf(await platformOf(world).requestStatement(order), facts, idempotencyKey);
  },
  readBack: async (step) => settled(await statementOf(step), step),
  verify: async (step) => verified(await statementOf(step), step.facts),
});

const statementId = ({ partner, businessDay }: { partner: string; businessDay: string }): string =>
  `${partner} ${businessDay}`;

const statementOf = ({ facts, world }: Step<Params, Facts>): Promise<PartnerStatement> =>
  platformOf(world).statement(facts.partner, facts.businessDay);

async function readFacts({ partner: id, businessDay }: Params, world: World): Promise<Facts> {
  const partner = world.partners.find((one) => one.id === id);
  if (!partner) throw new OpsError('not_found', `Partner ${id} is not configured.`);
  const statement = await knownStatement(id, businessDay, world);
  return {
    partner: id,
    name: partner.name,
    businessDay,
    state: statement?.state ?? null,
    requests: statement?.requests.length ?? 0,
    lastRequestedAt: statement?.requests.at(-1)?.at.toISOString() ?? null,
  };
}

/** Null where the platform knows of none, which may be the day's fault and not the partner's. */
async function knownStatement(partner: string, day: string, world: World): Promise<PartnerStatement | null> {
  try {
    return await platformOf(world).statement(partner, day);
  } catch (error) {
    if (error instanceof OpsError && error.code === 'not_found') return null;
    throw error;
  }
}

function check(_params: Params, facts: Facts, now: Date): ActionFault[] {
  const ofDay = dayFaults(facts.businessDay, now);
  const faults = ofDay.length > 0 ? ofDay : stateFaults(facts, now);
  return faults.map((message) => ({ field: 'businessDay', message }));
}

/** The day in UTC will do: until noon of it, the same day is not over in any time zone. */
function dayFaults(businessDay: string, now: Date): string[] {
  const today = now.toISOString().slice(0, 10);
  if (businessDay > today) return [`${businessDay} is in the future.`];
  const oldest = new Date(Date.parse(today) - oldestDays * dayMs).toISOString().slice(0, 10);
  return businessDay < oldest
    ? [`${businessDay} is more than ${oldestDays} days ago. Choose ${oldest} or later.`]
    : [];
}

function stateFaults({ name, businessDay, state, lastRequestedAt }: Facts, now: Date): string[] {
  const which = `The ${name} statement for ${businessDay}`;
  if (state === null) return [`The platform has no ${name} statement for ${businessDay}.`];
  if (state === 'received') return [`${which} has already arrived.`];
  if (lastRequestedAt === null) return [];
  const againAt = new Date(new Date(lastRequestedAt).getTime() + patienceMs);
  if (againAt <= now) return [];
  return [`${which} was requested at ${timeText(lastRequestedAt)}. Try again after ${timeText(againAt)}.`];
}

function preview({ reason }: Params, facts: Facts): Preview {
  const { partner, name, businessDay, state, requests, lastRequestedAt } = facts;
  const before =
    lastRequestedAt === null
      ? 'Not requested before'
      : `Requested ${requests} ${requests === 1 ? 'time' : 'times'} before, last at ${timeText(lastRequestedAt)}`;
  return {
    headline: `Ask ${name} for the ${businessDay} statement again`,
    changes: [
      state === 'requested'
        ? `Statement of ${businessDay}: still requested, requested once more`
        : `Statement of ${businessDay}: missing → requested`,
      before,
      `Reason: ${reason}`,
    ],
    affected: [`${name} is asked to send the file again.`],
    undo: 'Nothing to undo: a second file for the same day is harmless.',
    irreversible: null,
    value: null,
    subject: { kind: 'statement', id: statementId({ partner, businessDay }) },
    partner,
    merchant: null,
  };
}

const statusLine = ({ state }: PartnerStatement, { name, businessDay }: Facts): string =>
  `The ${name} statement for ${businessDay} is ${state}.`;

const effectOf = (statement: PartnerStatement, facts: Facts, key: string): Effect => ({
  id: key,
  summary: statusLine(statement, facts),
});

function settled(statement: PartnerStatement, { facts, idempotencyKey }: Step<Params, Facts>): ReadBack {
  if (statement.requests.some(({ reference }) => reference === idempotencyKey))
    return { kind: 'done', effect: effectOf(statement, facts, idempotencyKey) };
  // One that cannot be read may be the one that is looked for.
  return {
    kind: statement.problems.length === 0 ? 'not_done' : 'cannot_tell',
    evidence: [`No request has this plan’s key. ${statusLine(statement, facts)}`, ...statement.problems],
  };
}

const verified = (statement: PartnerStatement, facts: Facts): Verification => ({
  kind: statement.state === 'missing' ? 'not_yet' : 'visible',
  evidence: statusLine(statement, facts),
});
