/**
 * The life of an incident: opening → open → closing → closed. What makes its channel and ends it are steps that are done
 * one by one, each again when it was cut off.
 *
 * Invariants: a step is written down as done before the next begins; alerts of one cause share one incident; a refusal is
 * said in words, a longer wait too, and only the making of the channel needs its step to succeed; nothing is sent to a channel
 * after its close.
 */
import { minuteMs, secondMs } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import * as lifecycle from '../lifecycle/lifecycle.js';
import type { Alert, AlertIncident } from '../ports/alerts.js';
import type { Incident, IncidentProgress, IncidentStep } from '../ports/incidents.js';
import type { Lease } from '../ports/lives.js';
import type { Transaction } from '../ports/transaction.js';
import { isSameCause } from './causes.js';
import type { LifeDeps } from './deps.js';

type IncidentMove = lifecycle.Move<IncidentProgress, null, 'incident'>;

const paydesk = 'paydesk';
const passing = ['unavailable', 'rate_limited'];
/** What a step may take: a few calls, each with its own limit. */
const stepMs = minuteMs;
const retryMs = 10 * secondMs;
const lookAgainMs = 2 * secondMs;
const quietMs = 30 * secondMs;
/** What the next step waits for: cards that are to be posted, and a refusal that may pass. */
const patienceMs = 2 * minuteMs;
/** For messages to leave before the channel is archived; the summary may have taken its patience before. */
const leavingMs = 2 * patienceMs;

const next: Readonly<Record<IncidentStep, IncidentStep | null>> = {
  create: 'invite',
  invite: 'topic',
  topic: 'card',
  card: 'pin',
  pin: null,
  summary: 'archive',
  archive: null,
};

const lifeOf = (deps: LifeDeps): lifecycle.Life<Incident, IncidentProgress, null, 'incident'> => ({
  noun: 'incident',
  things: deps.incidents,
  audit: deps.audit,
  entryOf: ({ id, state, channel }) => ({ subjects: [id], details: { state, channel } }),
  show: (tx, incident) => deps.tellIncident(tx, incident),
});

const moveIncident = (
  tx: Transaction,
  deps: LifeDeps,
  incident: Incident,
  move: IncidentMove,
): Promise<Incident> => lifecycle.move(tx, lifeOf(deps), incident, move);

const linkOf = ({ id, channel, state, problems }: Incident): AlertIncident => ({
  id,
  channel,
  open: state === 'opening' || state === 'open',
  problem: channel === null ? (problems.at(-1) ?? null) : null,
});

/** Gives an alert its incident: the one of the same cause, or a new one. The alert is locked by `tx`. */
export async function declareIncident(
  tx: Transaction,
  deps: LifeDeps,
  alert: Alert,
  by: string,
): Promise<AlertIncident> {
  const joined = await joinIncident(tx, deps, alert, by);
  if (joined) return joined;
  const opened = await deps.incidents.open(tx, {
    title: deps.titleOf(alert),
    name: deps.channelNameOf(alert),
    openedBy: by,
    openedAt: tx.now,
    state: 'opening',
    step: 'create',
    channel: null,
    problems: [],
    cause: null,
    impact: null,
    closedBy: null,
    closedAt: null,
    summaryTried: false,
    dueAt: tx.now,
  });
  const at = alert.onsetAt;
  await deps.incidents.note(tx, opened.id, {
    source: `${alert.id}:onset`,
    at,
    by: null,
    text: `${alert.id} began`,
  });
  if (alert.ownerId !== null)
    await deps.incidents.note(tx, opened.id, {
      source: `${alert.id}:owner`,
      at: tx.now,
      by: alert.ownerId,
      text: `${alert.id} was acknowledged`,
    });
  const { id } = await moveIncident(tx, deps, opened, {
    progress: {},
    happening: { verb: 'opened', actor: by, why: opened.title },
    news: null,
  });
  await deps.incidents.note(tx, id, {
    source: 'opened',
    at: tx.now,
    by: by === paydesk ? null : by,
    text: 'Incident opened',
  });
  return linkOf(opened);
}

/** The open incident of the same cause; null where there is none. */
export async function joinIncident(
  tx: Transaction,
  deps: LifeDeps,
  alert: Alert,
  by: string,
): Promise<AlertIncident | null> {
  const active = await deps.alerts.active(null);
  const other = active.find(
    (each) => each.id !== alert.id && each.incident?.open === true && isSameCause(each.slice, alert.slice),
  );
  if (!other?.incident) return null;
  // Not locked: a step locks the incident and then its alerts. Whom a close overlooks, its last step links again.
  const incident = await deps.incidents.read(other.incident.id);
  if (incident.state !== 'opening' && incident.state !== 'open') return null;
  const text = `${alert.id} joined: ${deps.titleOf(alert)}`;
  const whom = by === paydesk ? null : by;
  await deps.incidents.note(tx, incident.id, { source: `${alert.id}:joined`, at: tx.now, by: whom, text });
  return linkOf(incident);
}

export const closeIncident = (
  deps: LifeDeps,
  id: string,
  { by, cause, impact }: { by: string; cause: string; impact: string },
): Promise<unknown> =>
  deps.transactions.run(async (tx) => {
    const incident = await deps.incidents.take(tx, id);
    if (incident.state !== 'open') throw new OpsError('conflict', notOpen(incident));
    await deps.incidents.note(tx, id, { source: 'closed', at: tx.now, by, text: 'Incident closed' });
    const closing = await moveIncident(tx, deps, incident, {
      progress: {
        state: 'closing',
        step: 'summary',
        cause,
        impact,
        closedBy: by,
        closedAt: tx.now,
        dueAt: tx.now,
      },
      happening: { verb: 'closing', actor: by, why: cause, details: { impact } },
      news: null,
    });
    await linkAlerts(tx, deps, closing);
  });

function notOpen({ id, state }: Incident): string {
  if (state === 'opening') return `${id} is still being set up.`;
  return state === 'failed' ? `${id} has no channel.` : `${id} is already closed.`;
}

/** Alerts say where their incident is handled. */
async function linkAlerts(tx: Transaction, deps: LifeDeps, incident: Incident): Promise<void> {
  for (const id of await deps.alerts.ofIncident(incident.id)) {
    await deps.alerts.take(tx, id);
    const changed = await deps.alerts.change(tx, id, { incident: linkOf(incident) });
    await deps.tell(tx, changed, null);
  }
}

/** Does the step that is next. Called at any time, any number of times. */
export async function advanceIncident(deps: LifeDeps, id: string, lease: Lease): Promise<void> {
  const before = await deps.incidents.read(id);
  const { step, dueAt } = before;
  if (step === null || dueAt === null || dueAt > deps.clock.now() || !lease.lasts(stepMs)) return;
  let outcome: Outcome;
  try {
    outcome = await steps[step](deps, before);
  } catch (thrown) {
    outcome = afterFault(deps, before, toOpsError(thrown));
  }
  await deps.transactions.run(async (tx) => {
    const incident = await lifecycle.takeIf(tx, deps.incidents, before);
    if (incident) await record(tx, deps, incident, step, outcome);
  });
}

function afterFault(deps: LifeDeps, incident: Incident, error: OpsError): Outcome {
  if (!mayPass(deps, incident, error)) return { problem: refusedBy(deps, incident, error) };
  const { id, step } = incident;
  deps.log.warn({ incident: id, step, err: error, code: error.code }, 'a step of an incident waits');
  const retryAfterMs = Number(error.details.retryAfterMs ?? 0);
  return { wait: Math.max(retryMs, retryAfterMs), why: `${error.publicMessage}${goesOn}` };
}

/** A refusal that nobody knows is tried again for as long as the steps after it can wait. */
function mayPass(
  { clock }: LifeDeps,
  { openedAt, closedAt }: Incident,
  { code, details }: OpsError,
): boolean {
  if (!passing.includes(code)) return false;
  const sinceMs = clock.now().getTime() - (closedAt ?? openedAt).getTime();
  return details.refusal === undefined || sinceMs < patienceMs;
}

function refusedBy({ log }: LifeDeps, { id, step }: Incident, error: OpsError): string {
  log.error({ incident: id, step, err: error, errorId: error.errorId }, 'a step of an incident is refused');
  return error.publicMessage;
}

/** For a part of a step that the step can do without: what is refused leaves `instead`, and goes to `problems`. */
const unlessRefused =
  <Value>(deps: LifeDeps, incident: Incident, problems: string[], instead: Value) =>
  (thrown: unknown): Value => {
    const error = toOpsError(thrown);
    if (mayPass(deps, incident, error)) throw error;
    problems.push(refusedBy(deps, incident, error));
    return instead;
  };

/**
 * Done, with what became known and what of it was refused, and with a summary that no file could bring; not yet, and what
 * keeps it; or refused.
 */
type Outcome =
  | { done: Partial<IncidentProgress>; problems?: readonly string[]; said?: string | null }
  | { wait: number; why?: string }
  | { problem: string };

/** Ends a problem that is over once the step is done. */
const goesOn = ' Paydesk keeps trying.';
const withoutWaits = ({ problems }: Incident): string[] => problems.filter((one) => !one.endsWith(goesOn));

async function record(
  tx: Transaction,
  deps: LifeDeps,
  incident: Incident,
  step: IncidentStep,
  outcome: Outcome,
): Promise<void> {
  if ('wait' in outcome) {
    await waitOn(tx, deps, incident, outcome);
    return;
  }
  const { done = {}, problems: refused = [], said = null } = 'done' in outcome ? outcome : {};
  const problem = 'problem' in outcome ? outcome.problem : null;
  const problems = [...withoutWaits(incident), ...refused, ...(problem === null ? [] : [problem])];
  const failed = problem !== null && step === 'create';
  const following = failed ? null : next[step];
  // A channel that is still there keeps its card.
  const remaining = step === 'archive' && problem !== null ? step : following;
  const state = failed ? 'failed' : following !== null ? incident.state : step === 'pin' ? 'open' : 'closed';
  const after = await moveIncident(tx, deps, incident, {
    progress: { problems, ...done, state, step: remaining, dueAt: following === null ? null : tx.now },
    happening: {
      verb: failed ? 'failed' : state === incident.state ? 'advanced' : state === 'open' ? 'ready' : 'closed',
      actor: paydesk,
      why: problem,
      details: { step },
    },
    news: null,
  });
  if (said !== null) await deps.tellSummary(tx, after, said);
  if (step === 'create' || state !== incident.state) await linkAlerts(tx, deps, after);
}

/** What Slack holds up for a moment is no news; longer than that, the card says so. */
async function waitOn(
  tx: Transaction,
  deps: LifeDeps,
  incident: Incident,
  { wait, why }: { wait: number; why?: string },
): Promise<void> {
  const dueAt = new Date(tx.now.getTime() + wait);
  const isNews =
    why !== undefined &&
    !incident.problems.includes(why) &&
    tx.now.getTime() - incident.openedAt.getTime() >= quietMs;
  const problems = isNews ? { problems: [...withoutWaits(incident), why] } : {};
  const changed = await deps.incidents.change(tx, incident.id, { dueAt, ...problems });
  if (!isNews) return;
  await deps.tellIncident(tx, changed);
  await linkAlerts(tx, deps, changed);
}

const channelOf = ({ id, channel }: Incident): string => {
  if (channel !== null) return channel;
  throw new OpsError('internal', `${id} has no channel.`);
};

const steps: Readonly<Record<IncidentStep, (deps: LifeDeps, incident: Incident) => Promise<Outcome>>> = {
  create: async ({ rooms }, { id, name, openedAt }) => ({
    done: { channel: await rooms.create(`${id.toLowerCase()}-${name}`, openedAt) },
  }),
  invite: async (deps, incident) => {
    const { rooms, onCall } = deps;
    const problems: string[] = [];
    const known = await rooms.peopleOf(onCall).catch(unlessRefused(deps, incident, problems, []));
    const people = new Set(known);
    if (incident.openedBy !== paydesk) people.add(incident.openedBy);
    await rooms
      .invite(channelOf(incident), [...people])
      .catch(unlessRefused(deps, incident, problems, undefined));
    return { done: {}, problems };
  },
  topic: async ({ rooms }, incident) => {
    await rooms.setTopic(channelOf(incident), `${incident.id}: ${incident.title}`);
    return { done: {} };
  },
  // The cards go out with the move that ends this step.
  card: () => Promise.resolve({ done: {} }),
  pin: async ({ incidents, alerts, rooms, clock }, incident) => {
    const cards = [
      incidentCardOf(incident.id),
      ...(await alerts.ofIncident(incident.id)).map((id) => roomCardOf(id, incident.id)),
    ];
    const places = await Promise.all(cards.map((card) => incidents.placeOf(card)));
    const posted = places.filter((place) => place !== null);
    const isPatient = clock.now().getTime() - incident.openedAt.getTime() < patienceMs;
    if (isPatient && posted.length < places.length) return { wait: lookAgainMs };
    await rooms.pin(
      channelOf(incident),
      posted.map(({ ts }) => ts),
    );
    return { done: {} };
  },
  summary: async (deps, incident) => {
    const channel = channelOf(incident);
    const name = `${incident.id.toLowerCase()}.md`;
    const problems: string[] = [];
    const reading = <Value>(instead: Value) => unlessRefused(deps, incident, problems, instead);
    if (incident.summaryTried && (await deps.rooms.hasFile(channel, name).catch(reading(false))))
      return { done: {} };
    // What cannot be read leaves a gap in the summary, which is no reason to have none.
    const marked = await deps.rooms.marked(channel).catch(reading([]));
    const tried = await deps.transactions.run(async (tx) => {
      const current = await lifecycle.takeIf(tx, deps.incidents, incident);
      if (!current) return null;
      for (const entry of marked) await deps.incidents.note(tx, incident.id, entry);
      return incident.summaryTried ? current : deps.incidents.change(tx, incident.id, { summaryTried: true });
    });
    // It moved meanwhile, or the next turn goes on from what was just written down.
    if (tried?.version !== incident.version) return { wait: 0 };
    const alerts = await Promise.all(
      (await deps.alerts.ofIncident(incident.id)).map((id) => deps.alerts.read(id)),
    );
    const known = { ...incident, problems: [...withoutWaits(incident), ...problems] };
    const text = await deps.summaryOf(known, alerts, await deps.incidents.timeline(incident.id));
    const said = await deps.rooms
      .upload(channel, { name, title: `Summary of ${incident.id}`, text })
      .then(() => null, unlessRefused(deps, incident, problems, text));
    return { done: {}, problems: [...new Set(problems)], said };
  },
  archive: async ({ rooms, incidents, clock }, incident) => {
    const channel = channelOf(incident);
    const isPatient = clock.now().getTime() - (incident.closedAt?.getTime() ?? 0) < leavingMs;
    if (isPatient && (await incidents.hasMessagesFor(channel))) return { wait: lookAgainMs };
    await rooms.archive(channel);
    return { done: {} };
  },
};

/** Whether its channel takes nothing any more: a closed one that could not be archived has this step left. */
export const isArchived = ({ state, step }: Incident): boolean => state === 'closed' && step === null;

/** Names of live cards. */
export const incidentCardOf = (id: string): string => `incident:${id}`;
export const roomCardOf = (alertId: string, incidentId: string): string => `alert:${alertId}@${incidentId}`;
