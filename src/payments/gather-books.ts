/**
 * Asks the books about one payment, and the partners' statements by what the books say.
 *
 * Invariant: nothing here throws; each finding is noted as soon as it is there.
 */
import { dayMs } from '../kernel/clock.js';
import { parseDay } from '../kernel/calendar-day.js';
import type { Log } from '../kernel/log.js';
import type { Books, LedgerEntry, PaymentAttempt } from '../ports/books.js';
import type { Break } from '../ports/breaks.js';
import type { PayoutTrace } from '../ports/payouts.js';
import { mostPlacesListed, type LinePlace, type LineSighting } from '../ports/reconciliation.js';
import { ask, askRows } from './ask.js';
import { notApplicable, valueOf, type Finding, type Findings, type Note } from './findings.js';
import { isProviderId, type Sources, type Statements, type Subject } from './sources.js';

/** A payment has few attempts; more than this is a loop in somebody's retry logic, and the newest say so. */
const mostAttempts = 50;

export async function gatherFromBooks(subject: Subject, sources: Sources, note: Note): Promise<void> {
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
  const [ledger, attempt] = await Promise.all([
    askRows(log, () => books.entriesOf(bookedAs)).then((found) => {
      note({ ledger: found });
      return found;
    }),
    asking,
  ]);
  const [batch] = await Promise.all([
    askBatch(ledger, books, log),
    askStatements({ ledger, attempt, bookedAs, places }, sources, note),
    asides,
  ]);
  note({ batch });
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

export const captureIn = (ledger: Findings['ledger']): LedgerEntry | undefined =>
  valueOf(ledger)?.find(({ kind }) => kind === 'capture');

/** The capture names the batch at once where the partner has batches. */
async function askBatch(ledger: Findings['ledger'], books: Books, log: Log): Promise<Findings['batch']> {
  if (ledger.state !== 'known') return ledger;
  const batchId = captureIn(ledger)?.batchId ?? null;
  return batchId === null ? notApplicable : askRows(log, () => books.entriesOfBatch(batchId));
}
