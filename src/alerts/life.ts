/**
 * The life of an alert: open → acknowledged → resolved, snoozed for a while, escalated when no one acknowledges it.
 *
 * Invariants: people decide by buttons and the watch by what it counts, both through `move`; a resolved alert is only
 * opened again by the watch; why people were notified or not is decided once, when it opens, and kept.
 */
import { minuteMs } from '../kernel/clock.js';
import { OpsError } from '../kernel/errors.js';
import * as lifecycle from '../lifecycle/lifecycle.js';
import type { Alert, AlertProgress, NewAlert } from '../ports/alerts.js';
import type { Transaction } from '../ports/transaction.js';
import { announcementOf } from './announced.js';
import { sharesCardWith } from './causes.js';
import type { AlertNews, LifeDeps } from './deps.js';
import { declareIncident, joinIncident } from './incidents.js';

type AlertMove = lifecycle.Move<AlertProgress, AlertNews, 'alert'>;

/** Unacknowledged for this long, it mentions the people on call. */
const escalationMs = 15 * minuteMs;
/** After three mentions the card alone remains. */
const escalationsMax = 3;
const paydesk = 'paydesk';

const lifeOf = (deps: LifeDeps): lifecycle.Life<Alert, AlertProgress, AlertNews, 'alert'> => ({
  noun: 'alert',
  things: deps.alerts,
  audit: deps.audit,
  entryOf: ({ id, metric, slice, state, kind }) => ({
    subjects: [id, metric, ...Object.values(slice)],
    details: { state, kind },
  }),
  show: (tx, alert, news) => deps.tell(tx, alert, news),
});

async function moveAlert(tx: Transaction, deps: LifeDeps, alert: Alert, move: AlertMove): Promise<Alert> {
  const after = await lifecycle.move(tx, lifeOf(deps), alert, move);
  if (after.incident) {
    const { actor, verb, why } = move.happening;
    const by = actor === paydesk ? null : actor;
    const text = `${after.id} ${verb.replaceAll('_', ' ')}${why === null ? '' : `: ${why}`}`;
    await deps.incidents.note(tx, after.incident.id, {
      source: `${after.id}:${after.version}`,
      at: tx.now,
      by,
      text,
    });
  }
  return after;
}

/** Changes an alert; the card that it is shown on follows, in a transaction of its own, so that no two alerts are locked at once. */
async function change<After extends Alert | undefined>(
  deps: LifeDeps,
  work: (tx: Transaction) => Promise<After>,
): Promise<After> {
  const after = await deps.transactions.run(work);
  const shownOn = after?.joined ?? null;
  if (shownOn !== null)
    await deps.transactions.run(async (tx) => deps.tell(tx, await deps.alerts.take(tx, shownOn), null));
  return after;
}

/** Opens an alert; where its metric is quiet, or the day is announced, it is snoozed until that is over. */
export async function openAlert(deps: LifeDeps, found: NewAlert): Promise<Alert> {
  const now = deps.clock.now();
  const quiet = await quietOf(deps, found, now);
  const isHandled = deps.handledIn(found.metric) !== null;
  const sleep = quiet && { ...(await sleepUntil(deps, found, quiet.until)), what: quiet.what };
  const lead = sleep ? null : sharesCardWith(found, await deps.alerts.active(null));
  const progress = {
    slice: found.slice,
    facts: found.facts,
    state: quiet ? ('snoozed' as const) : ('open' as const),
    ruling: rulingOn({ sleep, lead, isHandled }),
    ownerId: null,
    escalations: 0,
    dismissedBy: null,
    incident: null,
    joined: lead?.id ?? null,
    reopenedAt: null,
    resolvedAt: null,
    dueAt: sleep?.at ?? (isHandled ? null : new Date(now.getTime() + escalationMs)),
  };
  return change(deps, async (tx) => {
    const alert = await deps.alerts.open(tx, { ...found, ...progress });
    return moveAlert(tx, deps, alert, {
      progress: { incident: quiet ? null : await ownIncident(tx, deps, alert) },
      happening: {
        verb: 'opened',
        actor: paydesk,
        why: found.facts.reason,
        details: { ruling: progress.ruling },
      },
      news: lead && { by: null, text: `${alert.id} joined: ${deps.titleOf(alert)}`, calls: false },
    });
  });
}

async function quietOf(
  { quiets, announced }: LifeDeps,
  found: Pick<NewAlert, 'kind' | 'metric' | 'slice'>,
  now: Date,
): Promise<{ until: Date; what: string } | null> {
  const quiet = await quiets.of(found.metric, now);
  if (quiet) return { until: quiet.until, what: `${found.metric} is quiet` };
  const day = announcementOf(found, announced, now);
  return day && { until: day.until, what: `${day.name} was announced` };
}

/** Until when an alert may sleep, and why no longer where people wanted more. */
async function sleepUntil(
  { deadlineBefore }: LifeDeps,
  { slice }: Pick<Alert, 'slice'>,
  wanted: Date,
): Promise<{ at: Date; why: string }> {
  const deadline = await deadlineBefore(slice.partner ?? null, wanted);
  return deadline ? { at: deadline.at, why: `: ${deadline.what}` } : { at: wanted, why: '' };
}

interface Circumstances {
  sleep: { at: Date; why: string; what: string } | null;
  lead: Alert | null;
  isHandled: boolean;
}

function rulingOn({ sleep, lead, isHandled }: Circumstances): string {
  if (sleep) return `not notified: ${sleep.what} until ${sleep.at.toISOString()}${sleep.why}`;
  if (isHandled) return 'not notified: it has a card of its own where it is handled';
  if (lead) return `not notified: ${lead.id} is open for the same cause, and its card shows both`;
  return 'notified: no quiet time, and no open alert of the same cause';
}

/** The open incident of the same cause; a new one where the alert is severe enough; else what it has. */
async function ownIncident(tx: Transaction, deps: LifeDeps, alert: Alert): Promise<Alert['incident']> {
  if (alert.incident !== null || alert.kind !== 'rate') return alert.incident;
  const joined = await joinIncident(tx, deps, alert, paydesk);
  const excess = alert.facts.failures - alert.facts.expected;
  if (joined || deps.incidentFailures === null || excess < deps.incidentFailures) return joined;
  return declareIncident(tx, deps, alert, paydesk);
}

/** What was counted since; the card says it, and people are not told again. Whatever people decided meanwhile stays. */
export const updateAlert = (
  deps: LifeDeps,
  { id }: Alert,
  found: Pick<NewAlert, 'slice' | 'facts'>,
): Promise<unknown> =>
  change(deps, async (tx) => {
    const current = await deps.alerts.take(tx, id);
    if (current.state === 'resolved') return undefined;
    const { slice, facts } = found;
    const incident = await ownIncident(tx, deps, { ...current, slice, facts });
    const changed = await deps.alerts.change(tx, id, { slice, facts, incident });
    await deps.tell(tx, changed, null);
    return changed;
  });

/** The watch no longer sees it. */
export const resolveAlert = (deps: LifeDeps, alert: Alert, why: string): Promise<unknown> =>
  change(deps, async (tx) => {
    const current = await lifecycle.takeIf(tx, deps.alerts, alert);
    if (!current) return undefined;
    return moveAlert(tx, deps, current, {
      progress: { state: 'resolved', resolvedAt: tx.now, dueAt: null },
      happening: { verb: 'resolved', actor: paydesk, why },
      news: { by: null, text: `Recovered: ${why}`, calls: false },
    });
  });

/** It came back soon after it was resolved: the same alert, so that a flapping cause is one card. Quiet times hold for it too. */
export const reopenAlert = (
  deps: LifeDeps,
  alert: Alert,
  found: Pick<NewAlert, 'slice' | 'facts'>,
): Promise<unknown> =>
  change(deps, async (tx) => {
    const current = await lifecycle.takeIf(tx, deps.alerts, alert);
    if (!current) return undefined;
    const awake = current.ownerId === null ? 'open' : 'acknowledged';
    const quiet = await quietOf(deps, { ...current, ...found }, tx.now);
    const sleep = quiet && (await sleepUntil(deps, found, quiet.until));
    const state = sleep ? 'snoozed' : awake;
    return moveAlert(tx, deps, current, {
      progress: {
        slice: found.slice,
        facts: found.facts,
        state,
        reopenedAt: tx.now,
        resolvedAt: null,
        dueAt: sleep?.at ?? (state === 'open' ? new Date(tx.now.getTime() + escalationMs) : null),
      },
      happening: { verb: 'reopened', actor: paydesk, why: found.facts.reason },
      news: { by: null, text: 'The change has returned.', calls: state === 'open' },
    });
  });

/** What a person decides on a live alert and all that its card shows. Throws `conflict` for one that is resolved. */
async function decide(deps: LifeDeps, id: string, moveOf: (now: Date) => AlertMove): Promise<Alert> {
  const decided = await change(deps, async (tx) => {
    const alert = await deps.alerts.take(tx, id);
    if (alert.state === 'resolved') throw new OpsError('conflict', `${id} is already resolved.`);
    return moveAlert(tx, deps, alert, moveOf(tx.now));
  });
  for (const other of await onSameCard(deps, decided))
    await change(deps, async (tx) => {
      const current = await lifecycle.takeIf(tx, deps.alerts, other);
      return current ? moveAlert(tx, deps, current, { ...moveOf(tx.now), news: null }) : undefined;
    });
  return decided;
}

/** The others of its card that are not over. */
async function onSameCard({ alerts }: LifeDeps, { id, joined }: Alert): Promise<Alert[]> {
  const lead = joined ?? id;
  const shown = [await alerts.read(lead), ...(await alerts.joinedTo(lead))];
  return shown.filter((alert) => alert.id !== id && alert.state !== 'resolved');
}

export const acknowledge = (deps: LifeDeps, id: string, personId: string): Promise<Alert> =>
  decide(deps, id, () => ({
    progress: { state: 'acknowledged', ownerId: personId, dueAt: null },
    happening: { verb: 'acknowledged', actor: personId, why: null },
    news: { by: personId, text: 'acknowledged it.', calls: false },
  }));

/** Never past a deadline: it ends then, however long a person wanted. */
export async function snooze(deps: LifeDeps, id: string, personId: string, wanted: Date): Promise<Alert> {
  const { at, why } = await sleepUntil(deps, await deps.alerts.read(id), wanted);
  const until = at.toISOString();
  return decide(deps, id, (now) => {
    if (at <= now) throw new OpsError('invalid', 'A snooze must end in the future.');
    return {
      progress: { state: 'snoozed', dueAt: at },
      happening: { verb: 'snoozed', actor: personId, why: null, details: { until } },
      news: { by: personId, text: `snoozed it until ${until}${why}.`, calls: false },
    };
  });
}

/** Opens an incident for it, or lets it join the one of the same cause. */
export const takeToIncident = (deps: LifeDeps, id: string, personId: string): Promise<Alert> =>
  change(deps, async (tx) => {
    const alert = await deps.alerts.take(tx, id);
    if (alert.incident?.open === true) return alert;
    if (alert.state === 'resolved') throw new OpsError('conflict', `${id} is already resolved.`);
    const incident = await declareIncident(tx, deps, alert, personId);
    return moveAlert(tx, deps, alert, {
      progress: { incident },
      happening: {
        verb: 'taken_to_incident',
        actor: personId,
        why: null,
        details: { incident: incident.id },
      },
      news: { by: personId, text: `added it to incident ${incident.id}.`, calls: false },
    });
  });

/** Counts as a false alert in the metric's precision. It is over for people; the watch goes on. */
export const dismiss = (deps: LifeDeps, id: string, personId: string): Promise<Alert> =>
  decide(deps, id, (now) => ({
    progress: { state: 'resolved', dismissedBy: personId, resolvedAt: now, dueAt: null },
    happening: { verb: 'dismissed', actor: personId, why: 'not an anomaly' },
    news: { by: personId, text: 'marked it as not an anomaly.', calls: false },
  }));

/** A snooze that is over, or an unacknowledged alert. Does nothing where there is nothing to do. */
export async function advanceAlert(deps: LifeDeps, id: string): Promise<void> {
  const before = await deps.alerts.read(id);
  const move = overdueMove(before, deps.clock.now());
  if (!move) return;
  const isLed = before.joined !== null && (await deps.alerts.read(before.joined)).state !== 'resolved';
  await change(deps, async (tx) => {
    const alert = await lifecycle.takeIf(tx, deps.alerts, before);
    if (!alert) return undefined;
    // Whose card it is shown on calls for both.
    if (isLed && alert.state === 'open')
      return deps.alerts.change(tx, id, { dueAt: new Date(tx.now.getTime() + escalationMs) });
    return moveAlert(tx, deps, alert, isLed ? { ...move, news: null } : move);
  });
}

function overdueMove({ state, dueAt, escalations }: Alert, now: Date): AlertMove | null {
  if (dueAt === null || dueAt > now) return null;
  const next = new Date(now.getTime() + escalationMs * 2 ** (escalations + 1));
  if (state === 'snoozed')
    return {
      progress: { state: 'open', dueAt: new Date(now.getTime() + escalationMs) },
      happening: { verb: 'woken', actor: paydesk, why: 'its snooze is over' },
      news: { by: null, text: 'The snooze has ended and the change continues.', calls: true },
    };
  if (state !== 'open') return null;
  const isLast = escalations + 1 >= escalationsMax;
  return {
    progress: { escalations: escalations + 1, dueAt: isLast ? null : next },
    happening: { verb: 'escalated', actor: paydesk, why: 'not acknowledged in time' },
    news: { by: null, text: 'This alert is not acknowledged yet.', calls: true },
  };
}
