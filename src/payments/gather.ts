/**
 * Asks every source about one payment at the same time and keeps what each one said.
 *
 * Invariants: a source that fails or hangs spoils only its own findings; nothing here throws; `current` may be read
 * at any moment and is `waiting` where no answer has come yet.
 */
import { dayMs } from '../kernel/clock.js';
import { parseDay } from '../kernel/calendar-day.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { decidingAmong } from '../nouns/charge.js';
import type { Books, LedgerEntry, PaymentAttempt } from '../ports/books.js';
import type {
  BalanceTransaction,
  Charge,
  Payment,
  PaymentsApi,
  ProviderSubject,
} from '../ports/payments-api.js';
import type { Break } from '../ports/breaks.js';
import type { PayoutTrace } from '../ports/payouts.js';
import {
  mostPlacesListed,
  type LinePlace,
  type LineSighting,
  type ReconciliationResults,
} from '../ports/reconciliation.js';
import type { Rows } from '../ports/rows.js';
import { ask, askRows, orNull } from './ask.js';
import { askTries } from './card-tries.js';
import type { RetryLimits } from './retry-limits.js';
import { valueOf, type Finding, type Findings, type LookedUp } from './findings.js';

export interface Sources {
  /** The one provider whose API is connected, and the partner it is in the configuration; null when none is. */
  provider: { partner: string; name: string; api: PaymentsApi } | null;
  books: Books | null;
  /** Null where no statements are connected. */
  statements: Statements | null;
  /** Of the networks, for declined cards. */
  retryLimits: RetryLimits;
  clock: Clock;
  log: Log;
}

export interface Statements extends Pick<ReconciliationResults, 'linesBy' | 'placesOf' | 'batchSums'> {
  /** Where payouts are that a partner's report calls so; none where they are not followed to a bank. */
  payoutsNamed(partner: string, names: readonly string[], currency: string): Promise<PayoutTrace[]>;
  /** Open breaks about one of these references. */
  openBreaks(partner: string, references: readonly string[], limit: number): Promise<Break[]>;
}

/** What a payment is known by before it is traced. Old charges have no payment id. */
export interface Subject {
  paymentId: string | null;
  chargeId: string | null;
  lookedUp?: LookedUp;
}

export interface Gathering {
  current(): Findings;
  /** Resolves when every source has answered or failed. */
  settled: Promise<Findings>;
}

/** A payment has few attempts; more than this is a loop in somebody's retry logic, and the newest say so. */
const mostAttempts = 50;

const notApplicable = { state: 'not_applicable' } as const;
const waiting = { state: 'waiting' } as const;

export function gather(subject: Subject, sources: Sources): Gathering {
  let findings = before(subject, sources);
  const note = (found: Partial<Findings>): void => void (findings = { ...findings, ...found });
  const settled = Promise.all([askBooks(subject, sources, note), askProvider(subject, sources, note)]);
  return { current: () => findings, settled: settled.then(() => findings) };
}

export const isProviderId = (id: string | null): boolean => id !== null && /^(pi|ch|py)_/.test(id);

function before(subject: Subject, { provider, books }: Sources): Findings {
  const atProvider = isProviderId(subject.paymentId ?? subject.chargeId);
  const asked = atProvider && provider ? waiting : notApplicable;
  const booked = books ? waiting : ({ state: 'failed', why: 'no books are connected' } as const);
  return {
    id: subject.paymentId ?? subject.chargeId ?? '',
    lookedUp: subject.lookedUp ?? null,
    connectedPartner: provider?.partner ?? null,
    partner: atProvider ? (provider?.partner ?? null) : null,
    attempts: booked,
    siblings: booked,
    ledger: booked,
    batch: booked,
    payment: subject.paymentId === null ? notApplicable : asked,
    charge: asked,
    charges: asked,
    balanceTransaction: asked,
    payout: asked,
    refunds: asked,
    disputes: asked,
    warnings: asked,
  };
}

type Note = (found: Partial<Findings>) => void;

async function askBooks(subject: Subject, sources: Sources, note: Note): Promise<void> {
  const { books, log, provider } = sources;
  if (!books) return;
  const { paymentId, chargeId } = subject;
  // Whose the payment most probably is; asked for beside the books, so that its lines are one question after them.
  const places = isProviderId(paymentId ?? chargeId) && provider ? placesOf(provider.partner, sources) : null;
  const asking = askRows(log, () =>
    paymentId === null
      ? books.attemptsBy(['charge_id'], chargeId ?? '', mostAttempts)
      : books.attemptsBy(['payment_id'], paymentId, mostAttempts),
  ).then((attempts) => {
    const latest = valueOf(attempts)?.[0];
    note(latest ? { attempts, partner: latest.partner } : { attempts });
    return latest;
  });
  // A charge without a payment is booked under the id that its attempt has.
  const bookedAs = paymentId ?? (await asking)?.paymentId ?? chargeId ?? '';
  const asides = asking.then(async (latest) =>
    note({ siblings: await askSiblings(latest, bookedAs, books, log) }),
  );
  const [ledger, attempt] = await Promise.all([askRows(log, () => books.entriesOf(bookedAs)), asking]);
  const [batch] = await Promise.all([
    askBatch(ledger, books, log),
    askStatements({ ledger, attempt, bookedAs, places }, sources, note),
    asides,
  ]);
  note({ ledger, batch });
  const [entry] = valueOf(ledger) ?? [];
  if (!attempt && entry && !isProviderId(bookedAs)) note({ partner: entry.partner });
  const isUnknown = !attempt && valueOf(ledger)?.length === 0;
  if (isUnknown) note({ booksBegin: await beginOf(books, sources) });
}

/** A payment is on one line, or on few; the newest say where it is now. */
const mostLines = 5;
/** A partner may report a payment a little before the books' own day of it. */
const daysBefore = 7;
/** So many units as a settlement may take. */
const mostPlaces = 60;

interface Places {
  partner: string;
  newestFirst: Promise<readonly LinePlace[] | null>;
}

/** Null where they cannot be told: then the lines are looked for everywhere. */
const placesOf = (partner: string, { statements, log }: Sources): Places => ({
  partner,
  newestFirst: ask(log, async () => (await statements?.placesOf(partner)) ?? null).then(valueOf),
});

interface Booked {
  ledger: Findings['ledger'];
  attempt: PaymentAttempt | undefined;
  bookedAs: string;
  places: Places | null;
}

async function askStatements(booked: Booked, sources: Sources, note: Note): Promise<void> {
  const { statements, log } = sources;
  if (!statements) return;
  await Promise.all([
    askLines(booked, statements, sources, note),
    askBreaks(booked, statements, log).then((breaks) => note({ breaks })),
  ]);
}

/** More than these are a list of their own. */
const mostBreaks = 5;

/** By all references that the books have of it: a refund that the partner lacks is a break as well. */
async function askBreaks(
  { ledger, attempt, bookedAs }: Booked,
  statements: Statements,
  log: Log,
): Promise<Finding<Break[]>> {
  const entries = valueOf(ledger) ?? [];
  const partner = entries[0]?.partner ?? attempt?.partner;
  if (partner === undefined) return notApplicable;
  const references = new Set([bookedAs, ...entries.map(({ reference }) => reference)]);
  return ask(log, () => statements.openBreaks(partner, [...references], mostBreaks));
}

/** By the references that the books have of its capture, which are those that partners settle by. */
async function askLines(booked: Booked, statements: Statements, sources: Sources, note: Note): Promise<void> {
  const { log } = sources;
  const captures = (valueOf(booked.ledger) ?? []).filter(({ kind }) => kind === 'capture');
  const references = [...new Set([...captures.map(({ reference }) => reference), booked.bookedAs])];
  const listed = await listedOf(captures[0], booked, sources);
  const statement = await ask(log, async () =>
    statements.linesBy(references, mostLines, amongOf(captures[0], booked, listed)),
  );
  const [seen] = valueOf(statement) ?? [];
  note(seen ? { statement } : { statement, statementsBegin: beginOfListed(listed) });
  const batches = [seen?.line.batch ?? '', captures[0]?.batchId ?? ''].filter((name) => name !== '');
  if (seen && batches.length > 0) note({ landing: await askLanding(seen, batches, statements, log) });
}

/** The batch that carries the payment is what the bank was paid; the line names it, or the booking does. */
function askLanding(
  { partner, line: { currency } }: LineSighting,
  batches: readonly string[],
  statements: Statements,
  log: Log,
): Promise<Finding<PayoutTrace | null>> {
  return ask(log, async () => (await statements.payoutsNamed(partner, batches, currency))[0] ?? null);
}

type Listed = readonly LinePlace[] | null;

/** Null where they cannot be told. */
async function listedOf(
  capture: LedgerEntry | undefined,
  { attempt, places }: Booked,
  sources: Sources,
): Promise<Listed> {
  const partner = capture?.partner ?? attempt?.partner;
  if (partner === undefined) return null;
  return (places?.partner === partner ? places : placesOf(partner, sources)).newestFirst;
}

/** The units that may have the payment; undefined where that is not known, and for one older than those that are listed. */
function amongOf(
  capture: LedgerEntry | undefined,
  { attempt }: Booked,
  listed: Listed,
): LinePlace[] | undefined {
  const day = parseDay(capture?.businessDay ?? attempt?.createdAt.toISOString().slice(0, 10) ?? '');
  if (day === null || !listed) return undefined;
  const since = day - daysBefore;
  const oldest = listed.at(-1);
  if (listed.length >= mostPlacesListed && oldest && oldest.businessDay > since) return undefined;
  return listed.filter(({ businessDay }) => businessDay >= since).slice(-mostPlaces);
}

/** Null where there may be older ones than those that are listed. */
function beginOfListed(listed: Listed): Date | null {
  const oldest = listed?.at(-1);
  return !oldest || listed === null || listed.length >= mostPlacesListed
    ? null
    : new Date(oldest.businessDay * dayMs);
}

/** Without an answer the books count as reaching back far enough: what is missing there is reported. */
async function beginOf(books: Books, { provider, log }: Sources): Promise<Date | null> {
  return provider ? valueOf(await ask(log, () => books.beginOf(provider.partner))) : null;
}

/** What else was tried for the order: at another partner, or a second time. */
async function askSiblings(
  latest: PaymentAttempt | undefined,
  own: string,
  books: Books,
  log: Log,
): Promise<Findings['siblings']> {
  if (!latest) return notApplicable;
  const ofOrder = await askRows(log, () => books.attemptsBy(['order_id'], latest.orderId, mostAttempts));
  if (ofOrder.state !== 'known') return ofOrder;
  return { ...ofOrder, value: ofOrder.value.filter(({ paymentId }) => paymentId !== own) };
}

/** The capture names the batch at once where the partner has batches. */
async function askBatch(ledger: Findings['ledger'], books: Books, log: Log): Promise<Findings['batch']> {
  if (ledger.state !== 'known') return ledger;
  const batchId = ledger.value.find((entry) => entry.kind === 'capture')?.batchId ?? null;
  return batchId === null ? notApplicable : askRows(log, () => books.entriesOfBatch(batchId));
}

async function askProvider(subject: Subject, sources: Sources, note: Note): Promise<void> {
  const { provider, log, clock, retryLimits: limits } = sources;
  if (!provider || !isProviderId(subject.paymentId ?? subject.chargeId)) return;
  const { api } = provider;
  const { paymentId, chargeId } = subject;
  const charges = askCharges(paymentId, api, log);
  const followMoney = async (): Promise<void> => {
    const charge =
      paymentId === null
        ? await ask(log, () => orNull(api.charge(chargeId ?? '')))
        : await askAboutPayment(paymentId, charges, api, log, note);
    note({ charge });
    const tries = askTries(valueOf(charge), { api, limits, clock, log });
    if (tries) note({ cardTries: waiting });
    await Promise.all([
      askAboutBalance(charge, api, log, note),
      tries?.then((cardTries) => note({ cardTries })),
    ]);
  };
  const about = paymentId === null ? { chargeId: chargeId ?? '' } : { paymentId };
  await Promise.all([
    followMoney(),
    askAboutBranches(about, api, log, note),
    charges.then((found) => note({ charges: found })),
  ]);
}

/** One that failed says why, and a second that took money is the customer's. */
async function askCharges(id: string | null, api: PaymentsApi, log: Log): Promise<Findings['charges']> {
  if (id === null) return notApplicable;
  return askRows(log, async () => (await orNull(api.chargesOf(id))) ?? { rows: [], problems: [] });
}

/** The payment brings its latest charge along, which mostly is the one to follow. */
async function askAboutPayment(
  id: string,
  charges: Promise<Findings['charges']>,
  api: PaymentsApi,
  log: Log,
  note: Note,
): Promise<Finding<Charge | null>> {
  const payment = await ask(log, () => orNull(api.payment(id)));
  note({ payment });
  if (payment.state !== 'known') return payment;
  return payment.value ? decidingCharge(payment.value, charges) : { state: 'known', value: null };
}

/** The other charges are waited for only where the latest does not decide. */
async function decidingCharge(
  { latestCharge: latest, amountReceived, amountCapturable }: Payment,
  charges: Promise<Findings['charges']>,
): Promise<Finding<Charge | null>> {
  if (latest === null) return { state: 'known', value: null };
  const hasMoney = amountReceived.minor > 0n || amountCapturable.minor > 0n;
  if (typeof latest !== 'string' && (latest.status === 'succeeded' || !hasMoney))
    return { state: 'known', value: latest };
  const listed = await charges;
  if (listed.state !== 'known') return listed;
  const decides = decidingAmong(listed.value);
  // The one that decides may be the one that cannot be read.
  if (listed.problems && decides?.status !== 'succeeded')
    return { state: 'failed', why: listed.problems.join('; ') };
  return { state: 'known', value: decides };
}

async function askAboutBranches(
  subject: ProviderSubject,
  api: PaymentsApi,
  log: Log,
  note: Note,
): Promise<void> {
  // A payment that the provider does not know has no branches there either.
  const listed = <Branch>(
    question: (of: ProviderSubject) => Promise<Rows<Branch>>,
  ): Promise<Finding<Branch[]>> =>
    askRows(log, async () => (await orNull(question(subject))) ?? { rows: [], problems: [] });
  await Promise.all([
    listed((of) => api.refundsOf(of)).then((refunds) => note({ refunds })),
    listed((of) => api.disputesOf(of)).then((disputes) => note({ disputes })),
    listed((of) => api.earlyFraudWarningsOf(of)).then((warnings) => note({ warnings })),
  ]);
}

/** The charge brings its transaction along, and the transaction leads to the payout. */
async function askAboutBalance(
  charge: Finding<Charge | null>,
  api: PaymentsApi,
  log: Log,
  note: Note,
): Promise<void> {
  if (charge.state !== 'known' || !charge.value) {
    const rest = charge.state === 'failed' ? charge : notApplicable;
    note({ balanceTransaction: rest, payout: rest });
    return;
  }
  const balanceTransaction = await balanceTransactionOf(charge.value, api, log);
  note({ balanceTransaction });
  if (balanceTransaction.state !== 'known') {
    note({ payout: balanceTransaction });
    return;
  }
  const transaction = balanceTransaction.value;
  note({ payout: transaction ? await ask(log, () => api.payoutOf(transaction)) : notApplicable });
}

async function balanceTransactionOf(
  { balanceTransaction: sent }: Charge,
  api: PaymentsApi,
  log: Log,
): Promise<Finding<BalanceTransaction | null>> {
  if (sent === null) return notApplicable;
  if (typeof sent !== 'string') return { state: 'known', value: sent };
  return ask(log, () => orNull(api.balanceTransaction(sent)));
}
