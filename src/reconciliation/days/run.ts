/**
 * Reconciles business days: those with new files, then the later ones that they changed, and brings the lives of breaks,
 * cards and the audit log in line with what was found.
 *
 * Invariants: what a run found is followed up even when the process died in between, because following up is safe to
 * repeat and is remembered per run; one day that fails does not keep the others from being reconciled.
 */
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Break, Followed } from '../../ports/breaks.js';
import type { RunStage, UnitFile, UnitKey, UnitRecord } from '../../ports/reconciliation.js';
import type { WaitingStatement } from '../../ports/statement-inbox.js';
import type { Transaction } from '../../ports/transaction.js';
import type { DayNews, DaysDeps, RunningDay } from './deps.js';
import { todayOf, type ReconciledPartner } from './partner.js';
import { tellProgress } from './progress.js';
import { breakRows } from '../breaks/rows.js';
import { newestReport, partnerNamed, reportOf } from './report.js';

/** How many breaks a run names in the thread of its card. */
const mostTold = 20;
/** Older days that are caught up are history: their open breaks are in the summary of the newest day. */
const newsDays = 4;

/** Hears how far a run is that takes long. */
export type OnLong = (running: RunningDay) => Promise<void>;

/** Reconciles what waits; how many days were run. Once `until` is aborted, the days that are left wait for the next look. */
export async function reconcileWaiting(
  deps: DaysDeps,
  onLong?: OnLong,
  until?: AbortSignal,
): Promise<number> {
  const known = new Set(deps.partners.map(({ partner }) => partner));
  const waiting = (await deps.arrivals.waiting()).filter(({ partner }) => known.has(partner));
  const units = groupedByUnit(waiting);
  const told: UnitKey[] = [];
  const ran = (key: UnitKey, statements: readonly WaitingStatement[]): Promise<void> =>
    tried(deps, key, async () => {
      if (await runDay(deps, key, statements, onLong)) told.push(key);
    });
  let runs = 0;
  for (const [key, statements] of units) {
    if (until?.aborted === true) break;
    await ran(key, statements);
    runs++;
  }
  // Where a run of a later day failed, or the process died before it, this makes it.
  const outdated = (await deps.results.outdated()).filter(({ partner }) => known.has(partner));
  for (const key of outdated) if (until?.aborted !== true) await ran(key, []);
  const changed = new Set([
    ...waiting.map(({ partner }) => partner),
    ...(await followUp(deps)),
    ...(await unshown(deps)),
  ]);
  for (const key of told) await showDay(deps, key);
  for (const partner of deps.partners) if (changed.has(partner.partner)) await showNewest(deps, partner);
  // What a bank received is on the cards of those that paid it.
  const paying = new Set([...changed].flatMap((bank) => deps.payouts.payingInto(bank)));
  for (const partner of paying) if (!changed.has(partner)) await refreshNewest(deps, partner);
  return runs;
}

/** Runs a day again on what is there; false when it was never reconciled. */
export async function runAgain(deps: DaysDeps, key: UnitKey, onLong?: OnLong): Promise<boolean> {
  if ((await deps.results.unit(key)) === null) return false;
  await runDay(deps, key, [], onLong);
  await followUp(deps);
  await showDay(deps, key);
  return true;
}

function groupedByUnit(waiting: readonly WaitingStatement[]): Map<UnitKey, WaitingStatement[]> {
  const groups = new Map<string, { key: UnitKey; statements: WaitingStatement[] }>();
  for (const statement of waiting) {
    const { partner, businessDay } = statement;
    const name = `${businessDay} ${partner}`;
    const group = groups.get(name) ?? { key: { partner, businessDay }, statements: [] };
    group.statements.push(statement);
    groups.set(name, group);
  }
  return new Map([...groups.values()].map(({ key, statements }) => [key, statements]));
}

async function tried(
  deps: DaysDeps,
  { partner, businessDay }: UnitKey,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error = toOpsError(thrown);
    const { code, errorId } = error;
    deps.log.error(
      { partner, day: isoDay(businessDay), code, errorId, err: error.cause ?? error },
      'a business day was not reconciled',
    );
  }
}

/** Whether its card said how far it was, and has to say what came of it. */
async function runDay(
  deps: DaysDeps,
  key: UnitKey,
  statements: readonly WaitingStatement[],
  onLong?: OnLong,
): Promise<boolean> {
  const files = statements.map(({ file, sha256, format }) => ({ id: file, sha256, format }));
  const { stale, wasTold } = await toldRun(deps, key, files, onLong);
  for (const businessDay of stale)
    await deps.reconciler.run({ partner: key.partner, businessDay, asOf: businessDay, files: [] });
  return wasTold;
}

/** A run whose card shows how far it is, when it takes long and its day is news. */
async function toldRun(
  deps: DaysDeps,
  key: UnitKey,
  files: readonly UnitFile[],
  onLong?: OnLong,
): Promise<{ stale: Day[]; wasTold: boolean }> {
  const partner = partnerNamed(deps, key.partner);
  const running = {
    partner: { id: partner.partner, name: partner.name },
    businessDay: key.businessDay,
    failed: false,
  };
  const isNews = todayOf(partner, deps.clock.now()) - key.businessDay <= newsDays;
  const say = async (stage: RunStage | null, failed = false): Promise<void> => {
    const now = { ...running, stage, failed };
    if (isNews) await deps.transactions.run((tx) => deps.showRun(tx, now));
    if (!failed) await onLong?.(now);
  };
  let last: RunStage | null = null;
  const teller = tellProgress(say, deps.later, (thrown) => {
    deps.log.warn({ err: thrown, ...key }, 'the progress of a run was not said');
  });
  const onProgress = (stage: RunStage): void => {
    last = stage;
    teller.hear(stage);
  };
  try {
    const { stale } = await deps.reconciler.run({ ...key, asOf: key.businessDay, files, onProgress });
    return { stale, wasTold: (await teller.end()) && isNews };
  } catch (thrown) {
    if (await teller.end()) await say(last, true);
    throw thrown;
  }
}

/** Brings breaks in line with every run that was not followed up yet, those included that a crash left behind; whose days. */
async function followUp(deps: DaysDeps): Promise<string[]> {
  const known = new Set(deps.partners.map(({ partner }) => partner));
  const days = (await deps.days.unfollowed()).filter(({ partner }) => known.has(partner));
  for (const key of days) await tried(deps, key, () => followUnit(deps, key));
  return days.map(({ partner }) => partner);
}

async function followUnit(deps: DaysDeps, key: UnitKey): Promise<void> {
  const unit = await deps.results.unit(key);
  if (unit === null) return;
  const followed = await deps.transactions.run(async (tx) => {
    const day = await deps.days.take(tx, unit);
    if (day.followedRuns >= unit.runs) return null;
    const changes = await deps.breaks.follow(tx, unit);
    await deps.days.put(tx, { ...day, followedRuns: unit.runs }, null);
    await deps.audit.append(tx, auditOf(unit, changes));
    for (const ended of changes.resolved.filter(({ hasCard }) => hasCard))
      await deps.showBreak(tx, ended, { kind: 'resolved', actor: 'paydesk', text: '' });
    for (const { found, by } of changes.answered) {
      const shown = await deps.breaks.change(tx, found.id, { hasCard: true });
      await deps.showBreak(tx, shown, { kind: 'answered', actor: 'paydesk', text: by });
    }
    return changes;
  });
  if (followed !== null) await tellCleared(deps, unit, followed.resolved);
}

const auditOf = (
  { partner, businessDay, engine, runs, breaks, cleared }: UnitRecord,
  { opened, reopened, resolvedCount, answered }: Followed,
): Parameters<DaysDeps['audit']['append']>[1] => ({
  kind: 'day.reconciled',
  actor: 'paydesk',
  subjects: [`${partner} ${isoDay(businessDay)}`, partner],
  why: null,
  details: {
    engine,
    run: runs,
    breaks: { ...breaks },
    opened,
    reopened,
    resolved: resolvedCount,
    answered: answered.length,
    cleared,
  },
});

/** Says in the thread of each earlier day which of its breaks this run ended. */
async function tellCleared(deps: DaysDeps, unit: UnitRecord, resolved: readonly Break[]): Promise<void> {
  const days = new Map<Day, Break[]>();
  for (const ended of resolved) days.set(ended.businessDay, [...(days.get(ended.businessDay) ?? []), ended]);
  for (const [businessDay, breaks] of days) {
    const news: DayNews = {
      kind: 'cleared',
      breaks: breaks.slice(0, mostTold),
      count: breaks.length,
      by: { businessDay: unit.businessDay },
    };
    await rewrite(deps, { partner: unit.partner, businessDay }, news);
  }
}

/** Rewrites the card of a day that is shown. */
export async function rewrite(deps: DaysDeps, key: UnitKey, news: DayNews | null): Promise<void> {
  const day = await deps.days.find(key);
  if (!day?.shown) return;
  const report = await reportOf(deps, partnerNamed(deps, key.partner), key.businessDay);
  if (report) await deps.transactions.run((tx) => deps.showDay(tx, report, news));
}

/** The card of the newest day lists what is open: it is rewritten when a person changes that. */
export async function refreshNewest(deps: DaysDeps, partner: string): Promise<void> {
  const report = await newestReport(deps, partnerNamed(deps, partner));
  if (report?.day?.shown === true) await deps.transactions.run((tx) => deps.showDay(tx, report, null));
}

/** The newest day of a partner comes into the channel; older ones that were caught up are history only. */
async function showNewest(deps: DaysDeps, partner: ReconciledPartner): Promise<void> {
  const report = await newestReport(deps, partner);
  if (report && report.today - report.businessDay <= newsDays)
    await showDay(deps, { partner: partner.partner, businessDay: report.businessDay });
}

/** A day counts as shown with the card's own commit: a process that dies before it leaves it to the next look. */
async function showDay(deps: DaysDeps, key: UnitKey): Promise<void> {
  const report = await reportOf(deps, partnerNamed(deps, key.partner), key.businessDay);
  if (!report) return;
  const breaks = await deps.breaks.list({ ...key, states: ['open', 'owned'], limit: mostTold });
  const isNews = breaks.length > 0 && report.day?.shown !== true;
  const file = isNews ? await openRowsOf(deps, key.partner) : null;
  await deps.transactions.run(async (tx: Transaction) => {
    const day = await deps.days.take(tx, key);
    const news: DayNews | null =
      file && !day.shown ? { kind: 'reconciled', breaks, openCount: report.found.open, file } : null;
    if (!day.shown) await deps.days.put(tx, { ...day, shown: true }, null);
    await deps.showDay(tx, report, news);
  });
}

/** Partners whose newest day was reconciled by a process that died before it told. */
async function unshown({ days, partners, clock }: DaysDeps): Promise<string[]> {
  const found = await days.unshown();
  return partners
    .filter((partner) =>
      found.some(
        (key) =>
          key.partner === partner.partner && todayOf(partner, clock.now()) - key.businessDay <= newsDays,
      ),
    )
    .map(({ partner }) => partner);
}

/** All that is open at a partner, what was carried forward included. */
const openRowsOf = (deps: DaysDeps, partner: string): ReturnType<typeof breakRows> =>
  breakRows(deps, { partner, states: ['open', 'owned'] });
