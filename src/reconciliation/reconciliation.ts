/**
 * Reconciliation as the rest of the house sees it: one record of verbs.
 */
import type { Day } from '../kernel/calendar-day.js';
import { OpsError } from '../kernel/errors.js';
import type { Break, BreakFilter, BreakRecord, OpenCount } from '../ports/breaks.js';
import type { PayoutTrace } from '../ports/payouts.js';
import type { BreakFact, LineSighting, StatementLine, UnitKey } from '../ports/reconciliation.js';
import type { Transaction } from '../ports/transaction.js';
import { releaseBreak, reopenBreak, resolveBreak, step, takeBreak, isOpen } from './breaks/life.js';
import type { DayReport, DaysDeps } from './days/deps.js';
import { watchLate } from './days/late.js';
import { prefillOf } from './breaks/prefill.js';
import { breakRows, type BreakRow } from './breaks/rows.js';
import { payoutsOfBreak } from './payouts/at-bank.js';
import type { BreakReport } from './breaks/report.js';
import type { Outlook } from './days/outlook.js';
import { punctualityOf, type Punctuality } from './days/punctuality.js';
import { newestReport, partnerNamed, reportOf } from './days/report.js';
import { todayOf, type ReconciledPartner } from './days/partner.js';
import { reconcileWaiting, refreshNewest, runAgain, type OnLong } from './days/run.js';
import { reopenDay, signOff } from './days/sign-off.js';
import type { Period } from './roll-up/period.js';
import { firstToday, postRollUps, rollUpOf, type RollUp, type RollUpDeps } from './roll-up/roll-up.js';
import { takeIn, type IntakeDeps } from './intake/intake.js';

interface LookOptions {
  /** Also at places whose time has not come. */
  isForced?: boolean;
  onLong?: OnLong;
  /** Aborted: no further day is begun. */
  until?: AbortSignal;
}

export interface ReconciliationService {
  partners: readonly ReconciledPartner[];
  /** Takes files in, reconciles what waits, and says what is late; how many days were reconciled. */
  look(options?: LookOptions): Promise<{ taken: number; reconciled: number }>;
  run(key: UnitKey, onLong?: OnLong): Promise<boolean>;
  newest(partner: string): Promise<DayReport | null>;
  day(key: UnitKey): Promise<DayReport | null>;
  breaks(filter: BreakFilter): Promise<{ breaks: Break[]; total: number }>;
  /** With the rows that they are about; at most ten thousand of `total`. */
  breakRows(filter: Omit<BreakFilter, 'limit'>): Promise<{ rows: BreakRow[]; total: number }>;
  /** Breaks that are not closed; of a partner, or of all (null). */
  openCounts(partner: string | null): Promise<OpenCount[]>;
  /** What became of a partner's breaks between two instants. */
  breakRecord(partner: string, from: Date, to: Date): Promise<BreakRecord>;
  /** Whether the statements of the business days from one to another, both included, came in time. */
  punctuality(partner: string, from: Day, to: Day): Promise<Punctuality>;
  /** Breaks rolled forward over a period; of a partner, or of all (null). Throws `internal` when they do not add up. */
  rollUp(partner: string | null, period: Period): Promise<RollUp>;
  /** Posts the weeks and months that are over and were not posted yet; how many. */
  postRollUps(): Promise<number>;
  /** The newest business day that was reconciled, of all partners; null while there is none. */
  lastRun(): Promise<{ partner: string; businessDay: Day; ranAt: Date } | null>;
  break(id: string): Promise<BreakReport>;
  take(id: string, personId: string): Promise<Break>;
  release(id: string, personId: string): Promise<Break>;
  resolve(what: { id: string; personId: string; why: string }): Promise<Break>;
  reopen(what: { id: string; personId: string; why: string }): Promise<Break>;
  /** A guarded action was started from it. */
  link(what: { id: string; personId: string; remediationId: string }): Promise<void>;
  /** What the form of an action says of a break beforehand, by field. */
  prefill(id: string, actionId: string): Promise<Record<string, string>>;
  signOff(key: UnitKey, personId: string): Promise<void>;
  reopenDay(key: UnitKey, what: { personId: string; why: string }): Promise<void>;
  /** What should land when. */
  outlook(partner: string): Promise<Outlook>;
  /** Statement lines with one of these references, newest first. */
  linesBy(references: readonly string[]): Promise<LineSighting[]>;
  /** Where the payouts are that a partner's report calls so; none where they are not followed to a bank. */
  payoutsNamed: (partner: string, names: readonly string[], currency: string) => Promise<PayoutTrace[]>;
  /** Those about one of these references, largest first. */
  openBreaks: (partner: string, references: readonly string[], limit: number) => Promise<Break[]>;
  today(partner: string): Day;
  /** Where the day is youngest. */
  firstToday(): Day;
}

/** Amounts alone say little: more candidates than these are a search of their own. */
const mostCandidates = 3;
/** A candidate differs by a tenth of the amount at most. */
const nearShare = 10n;
const mostSightings = 20;
/** Looks in a row that find files coming in. A file that grows for ever must not hide one that is late. */
const waitsMax = 20;

export function createReconciliation(deps: RollUpDeps & { intake: IntakeDeps }): ReconciliationService {
  let waits = 0;
  return {
    partners: deps.partners,
    look: async ({ isForced = false, onLong, until } = {}) => {
      const { taken, resting } = await takeIn(deps.intake, isForced);
      const reconciled = await reconcileWaiting(deps, onLong, until);
      // While files come in, one that is not there yet is no news.
      waits = taken + resting > 0 ? waits + 1 : 0;
      await watchLate(deps, { mayBeLate: waits === 0 || waits > waitsMax });
      return { taken, reconciled };
    },
    run: (key, onLong) => runAgain(deps, key, onLong),
    newest: (partner) => newestReport(deps, partnerNamed(deps, partner)),
    day: (key) => reportOf(deps, partnerNamed(deps, key.partner), key.businessDay),
    breaks: async (filter) => {
      const [breaks, total] = await Promise.all([deps.breaks.list(filter), deps.breaks.count(filter)]);
      return { breaks, total };
    },
    breakRows: (filter) => breakRows(deps, filter),
    openCounts: (partner) => deps.breaks.openCounts(partner),
    breakRecord: (partner, from, to) => deps.breaks.record(partner, from, to),
    punctuality: (partner, from, to) => punctualityOf(deps, partnerNamed(deps, partner), from, to),
    rollUp: (partner, period) =>
      rollUpOf(deps, partner === null ? deps.partners : [partnerNamed(deps, partner)], period),
    postRollUps: () => postRollUps(deps),
    lastRun: () => deps.results.lastRun(),
    break: (id) => breakReport(deps, id),
    take: (id, personId) => refreshed(deps, takeBreak(deps, id, personId)),
    release: (id, personId) => refreshed(deps, releaseBreak(deps, id, personId)),
    resolve: (what) => refreshed(deps, resolveBreak(deps, what)),
    reopen: (what) => refreshed(deps, reopenBreak(deps, what)),
    link: (what) => link(deps, what),
    prefill: async (id, actionId) => prefillOf(await breakReport(deps, id), actionId),
    signOff: (key, personId) => signOff(deps, key, personId),
    reopenDay: (key, what) => reopenDay(deps, key, what),
    outlook: (partner) => deps.outlook(partnerNamed(deps, partner)),
    linesBy: (references) => deps.results.linesBy(references, mostSightings),
    payoutsNamed: (partner, names, currency) => {
      const known = deps.partners.find((one) => one.partner === partner);
      if (!known) return Promise.resolve([]);
      return deps.payouts.named(partner, todayOf(known, deps.clock.now()), names, currency);
    },
    openBreaks: (partner, references, limit) =>
      deps.breaks.list({ partner, references, states: ['open', 'owned'], limit }),
    firstToday: () => firstToday(deps),
    today: (partner) => todayOf(partnerNamed(deps, partner), deps.clock.now()),
  };
}

/** The break first, then the card of the day that lists it. */
async function refreshed(deps: DaysDeps, change: Promise<Break>): Promise<Break> {
  const after = await change;
  await refreshNewest(deps, after.partner);
  return after;
}

async function breakReport(deps: DaysDeps, id: string): Promise<BreakReport> {
  return reportOn(deps, await deps.breaks.find(id));
}

/** Also for its card, inside the transaction that changes it. */
export async function reportOn(deps: Omit<DaysDeps, keyof Callbacks>, found: Break): Promise<BreakReport> {
  const [fact = null] = await deps.results.breaksBy([found.identity]);
  const files = await deps.arrivals.filesOf([...new Set((fact?.lines ?? []).map(({ file }) => file))]);
  const partner = partnerNamed(deps, found.partner);
  const today = todayOf(partner, deps.clock.now());
  return {
    found,
    partner: { id: partner.partner, name: partner.name },
    today,
    fact,
    sides: (fact?.lines ?? []).map((line) => ({
      line,
      fileName: files.find((file) => file.id === line.file)?.name ?? `file ${line.file}`,
    })),
    candidates: await candidatesOf(deps, found),
    doubled: await doubledBy(deps, found, today, fact),
    payouts: await payoutsOfBreak(deps, found.partner, today, fact),
    paymentReference: fact?.entries[0]?.reference ?? fact?.lines[0]?.reference ?? null,
  };
}

type Callbacks = Pick<DaysDeps, 'showBreak' | 'showDay' | 'showLate' | 'showRun'>;

const otherSide: Readonly<Partial<Record<Break['kind'], Break['kind']>>> = {
  missing_at_partner: 'missing_in_ledger',
  missing_in_ledger: 'missing_at_partner',
};

/** Of the other side and currency: the amounts that come nearest. */
async function candidatesOf(deps: Pick<DaysDeps, 'breaks'>, found: Break): Promise<Break[]> {
  const kind = otherSide[found.kind];
  if (kind === undefined || !isOpen(found)) return [];
  const { partner, currency } = found;
  const open = await deps.breaks.list({ partner, currency, kind, states: ['open', 'owned'], limit: 200 });
  const gap = (one: Break): bigint => {
    // A missing entry and a surplus line have opposite signs.
    const difference = one.differenceMinor + found.differenceMinor;
    return difference < 0n ? -difference : difference;
  };
  const size = found.differenceMinor < 0n ? -found.differenceMinor : found.differenceMinor;
  return open
    .filter((one) => gap(one) * nearShare <= size)
    .sort((a, b) => (gap(a) < gap(b) ? -1 : gap(a) > gap(b) ? 1 : 0))
    .slice(0, mostCandidates);
}

/** A partner says the same again within weeks, if at all. */
const doubledWithinDays = 45;

/** What a surplus line says again: other lines of its order or reference, with its amount. */
async function doubledBy(
  { lines }: Pick<DaysDeps, 'lines'>,
  { kind, partner, businessDay }: Break,
  today: Day,
  fact: BreakFact | null,
): Promise<LineSighting[]> {
  const [surplus] = fact?.lines ?? [];
  if (kind !== 'duplicate_at_partner' || surplus === undefined) return [];
  const names = [surplus.order ?? '', surplus.reference].filter((name) => name !== '');
  const found = await lines.linesByReference(partner, businessDay - doubledWithinDays, today, names);
  const isOwn = (line: StatementLine): boolean =>
    fact?.lines.some((own) => own.file === line.file && own.line === line.line) ?? false;
  const isSame = ({ type, currency, amountMinor }: StatementLine): boolean =>
    type === surplus.type && currency === surplus.currency && amountMinor === surplus.amountMinor;
  return found.filter(({ line }) => isSame(line) && !isOwn(line));
}

async function link(
  deps: DaysDeps,
  { id, personId, remediationId }: { id: string; personId: string; remediationId: string },
): Promise<void> {
  await deps.transactions.run(async (tx: Transaction) => {
    const before = await deps.breaks.take(tx, id);
    if (!isOpen(before)) throw new OpsError('conflict', `${id} is over.`);
    const owner = before.ownerId ?? personId;
    await step(tx, deps, before, {
      verb: 'started',
      kind: 'linked',
      actor: personId,
      text: remediationId,
      progress: { remediationId, ownerId: owner, state: 'owned' },
    });
  });
}
