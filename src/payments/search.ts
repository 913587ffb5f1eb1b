/**
 * From identifiers to payments: exact where an identifier is exact, ranked candidates where it is not.
 *
 * Invariants: what a person remembers (last four digits, amount, day) is never turned into a pick, not even when one
 * payment fits; every source that was asked is listed, also when it did not answer.
 */
import { OpsError, toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import { containsCardNumber } from '../kernel/sensitive.js';
import type { LedgerEntry, PaymentAttempt } from '../ports/books.js';
import type { LinkingObject, Payment, PaymentsApi, Payout } from '../ports/payments-api.js';
import {
  askBooks,
  mostCandidates,
  mostRows,
  type BookAnswer,
  type BookIdentifier,
  type LookedAt,
} from './ask-books.js';
import type { LookedUp } from './findings.js';
import type { Sources, Subject } from './sources.js';
import type { Identifier } from './identifiers.js';
import { followedPrefixes, linkingObjects, stripeIdsIn, type ProviderObject } from './stripe-objects.js';

export interface Candidate {
  /** What to look up to get this one. */
  query: string;
  /** Null when the candidate is known by its id alone. */
  attempt: PaymentAttempt | null;
  payment: Payment | null;
  /** What sets it apart from the others beyond what it is itself, for people; null where nothing does. */
  why: string | null;
}

export type Found =
  | { kind: 'subject'; subject: Subject }
  /** `payout`: null where only the books have it. */
  | { kind: 'payout'; id: string; payout: Payout | null }
  /**
   * `readAs`: how the text was understood, where that was not an exact reference;
   * `unread`: a sentence per payment that cannot be read.
   */
  | {
      kind: 'candidates';
      candidates: Candidate[];
      more: boolean;
      readAs: string[];
      unread?: readonly string[];
    }
  /** `hint`: what to look up instead. */
  | { kind: 'nothing'; looked: LookedAt[]; hint: string | null };

/** An event of a refund of a charge: no chain of Stripe's objects is longer. */
const longestChain = 4;

export async function search(identifiers: readonly Identifier[], sources: Sources): Promise<Found> {
  const objects = identifiers.filter((identifier) => identifier.kind === 'object');
  const [only] = objects;
  if (only && objects.length === 1) return followObject(only, sources, longestChain);
  if (only)
    return candidates(
      objects.map(({ object, id }) => ({
        query: id,
        attempt: null,
        payment: null,
        why: `${plain(object)} id`,
      })),
    );
  return searchBooks(identifiers, sources);
}

const plain = (word: string): string => word.replaceAll('_', ' ');

/** `cut`: the source had more than it was asked for. */
const candidates = (
  all: Candidate[],
  readAs: string[] = [],
  cut = false,
): Extract<Found, { kind: 'candidates' }> => ({
  kind: 'candidates',
  candidates: all.slice(0, mostCandidates),
  more: cut || all.length > mostCandidates,
  readAs,
});

const subject = (paymentId: string | null, chargeId: string | null, lookedUp?: LookedUp): Found => ({
  kind: 'subject',
  subject: { paymentId, chargeId, ...(lookedUp && { lookedUp }) },
});

const nothing = (looked: LookedAt[], hint: string | null = null): Found => ({
  kind: 'nothing',
  looked,
  hint,
});

const isLinking = (object: ProviderObject): object is LinkingObject => object in linkingObjects;

/** Of objects that are not payments themselves: what they are, and what leads on. */
function hintFor(object: ProviderObject): string | null {
  if (!isLinking(object)) return null;
  const { name, instead } = linkingObjects[object];
  return `This is the ID of ${name}. Look up ${instead}.`;
}

type ObjectId = Extract<Identifier, { kind: 'object' }>;

async function followObject({ object, id }: ObjectId, sources: Sources, steps: number): Promise<Found> {
  if (object === 'payment') return subject(id, null);
  const { provider } = sources;
  if (!provider && object === 'charge') return subject(null, id);
  const hint = hintFor(object);
  if (!provider)
    return nothing([{ where: 'payments API', as: plain(object), outcome: 'not_connected' }], hint);
  try {
    return await followAtProvider(object, id, provider.api, sources, steps);
  } catch (thrown) {
    const error = toOpsError(thrown);
    // The books know charges too: they answer when the provider cannot, or knows another account's charges only.
    if (object === 'charge') return subject(null, id);
    const asked = { where: provider.name, as: plain(object) };
    if (error.code === 'not_found') return nothing([{ ...asked, outcome: 'nothing' }], hint);
    // A key that may read payments may be refused sessions and invoices: what they are is known all the same.
    if (hint !== null) return nothing([{ ...asked, outcome: { failed: error.publicMessage } }], hint);
    throw error;
  }
}

async function followAtProvider(
  object: ProviderObject,
  id: string,
  api: PaymentsApi,
  sources: Sources,
  steps: number,
): Promise<Found> {
  switch (object) {
    case 'payment':
      return subject(id, null);
    case 'charge':
      return subject((await api.charge(id)).paymentId, id, partOf(object, id));
    case 'refund':
      return ofCharge(await api.refund(id), object, api);
    case 'dispute':
      return ofCharge(await api.dispute(id), object, api);
    case 'early_fraud_warning':
      return ofCharge(await api.earlyFraudWarning(id), object, api);
    case 'payout':
      return { kind: 'payout', id, payout: await api.payout(id) };
    case 'balance_transaction':
      return followNext((await api.balanceTransaction(id)).sourceId, id, sources, steps);
    case 'event':
      return followNext((await api.event(id)).subject.id, id, sources, steps);
    case 'customer':
      return ofCustomer(id, api);
    default:
      return followLink(object, id, api, sources, steps);
  }
}

async function ofCustomer(id: string, api: PaymentsApi): Promise<Found> {
  const { rows: payments, problems } = await api.paymentsOfCustomer(id, mostCandidates + 1);
  if (payments.length + problems.length === 0)
    return nothing([{ where: 'payments API', as: 'customer', outcome: 'nothing' }]);
  const found = payments.map((payment) => ({ query: payment.id, attempt: null, payment, why: null }));
  return { ...candidates(found), unread: problems };
}

/** To the payment that it led to, else to the customer's payments, else nowhere, and why. */
async function followLink(
  object: LinkingObject,
  id: string,
  api: PaymentsApi,
  sources: Sources,
  steps: number,
): Promise<Found> {
  const { nextId, customerId } = await api.linkOf(object, id);
  if (nextId !== null) return followNext(nextId, id, sources, steps);
  if (customerId !== null) return ofCustomer(customerId, api);
  return nothing([{ where: 'payments API', as: plain(object), outcome: 'no_link' }], hintFor(object));
}

async function ofCharge(
  found: { id: string; chargeId: string | null; paymentId: string | null },
  object: ProviderObject,
  api: PaymentsApi,
): Promise<Found> {
  const part = partOf(object, found.id);
  if (found.paymentId !== null || found.chargeId === null)
    return subject(found.paymentId, found.chargeId, part);
  try {
    return subject((await api.charge(found.chargeId)).paymentId, found.chargeId, part);
  } catch (thrown) {
    if (toOpsError(thrown).code !== 'not_found') throw thrown;
    throw new OpsError(
      'conflict',
      `“${found.id}” is about “${found.chargeId}”, of which the provider has no record.`,
      { cause: thrown },
    );
  }
}

const partOf = (object: ProviderObject, id: string): LookedUp => ({
  label: plain(object),
  value: id,
  attempt: null,
});

async function followNext(
  nextId: string | null,
  from: string,
  sources: Sources,
  steps: number,
): Promise<Found> {
  const [next] = stripeIdsIn(nextId ?? '');
  const object = next && followedPrefixes[next.prefix];
  if (steps > 0 && object) return followObject({ kind: 'object', object, id: next.id }, sources, steps - 1);
  throw new OpsError('invalid', `“${from}” does not belong to a payment.`, {
    hint: nextId === null ? 'It names no object.' : `It is about “${nextId}”.`,
  });
}

async function searchBooks(identifiers: readonly Identifier[], sources: Sources): Promise<Found> {
  const asked = identifiers.filter((identifier) => identifier.kind !== 'object');
  const found = await searchAsTyped(asked, sources);
  const isSure = found.kind === 'nothing' && found.looked.every(({ outcome }) => outcome === 'nothing');
  return (isSure ? await searchRecased(inOtherCases(asked), sources) : null) ?? found;
}

type Reference = Extract<Identifier, { kind: 'reference' }>;

/** People type `ord-10423` where the books have `ORD-10423`. */
const inOtherCases = (asked: readonly BookIdentifier[]): Reference[] =>
  asked.flatMap((each) =>
    each.kind !== 'reference' || isAddress(each)
      ? []
      : [...new Set([each.value.toUpperCase(), each.value.toLowerCase()])]
          .filter((value) => value !== each.value)
          .map((value) => ({ ...each, value })),
  );

/** Candidates, because letters may tell two references apart; null where there are none. */
async function searchRecased(recased: readonly Reference[], { books, log }: Sources): Promise<Found | null> {
  const answers = await Promise.all(recased.map((reference) => askBooks(reference, books, log)));
  const payments = distinctPayments(answers);
  const readAs = answers.flatMap(({ as, attempts }) => (attempts.length > 0 ? [as] : []));
  return payments.length === 0 ? null : candidates(payments, [...new Set(readAs)]);
}

async function searchAsTyped(asked: readonly BookIdentifier[], { books, log }: Sources): Promise<Found> {
  const answers = await Promise.all(asked.map((identifier) => askBooks(identifier, books, log)));
  const payments = distinctPayments(answers);
  const [only] = payments;
  if (!only) return searchLedger(asked, answers, books, log);
  const isCertain = answers.every(
    ({ exact, outcome, attempts }) => outcome === 'nothing' && (exact || attempts.length === 0),
  );
  if (payments.length === 1 && isCertain)
    return subject(only.attempt.paymentId, null, attemptOf(asked, only));
  return candidates(
    payments,
    asked.flatMap((identifier) => (identifier.kind === 'card' ? [identifier.label] : [])),
    answers.some(({ attempts }) => attempts.length === mostRows),
  );
}

const ofOneAttempt = ['ARN', 'RRN', 'network transaction id'];

/** Where the reference is one attempt's and not the payment's, that attempt: it may be one that failed. */
function attemptOf(asked: readonly BookIdentifier[], { attempt }: Candidate): LookedUp | undefined {
  const part = asked.find(
    (each) => each.kind === 'reference' && (ofOneAttempt.includes(each.label) || each.value === attempt?.id),
  );
  if (part?.kind !== 'reference' || !attempt) return undefined;
  return { label: part.value === attempt.id ? 'attempt' : part.label, value: part.value, attempt };
}

/**
 * Only the ledger has references of what came after an attempt, such as a refund's, and payments that are older than the
 * attempts in the books.
 */
async function searchLedger(
  asked: readonly BookIdentifier[],
  answers: readonly BookAnswer[],
  books: Sources['books'],
  log: Log,
): Promise<Found> {
  const looked = answers.map(({ where, as, outcome }): LookedAt => ({ where, as, outcome }));
  const values = asked.flatMap((each) => (each.kind === 'reference' && !isAddress(each) ? [each.value] : []));
  for (const value of books ? [...new Set(values)] : []) {
    const found = await askLedger(value, books, log);
    looked.push({
      where: 'ledger',
      as: `payment ID, booking reference or batch “${value}”`,
      outcome: found.outcome,
    });
    const [entry] = found.entries;
    if (entry === undefined && found.isBatch) return { kind: 'payout', id: value, payout: null };
    if (entry?.paymentId === value) return subject(value, null);
    if (entry?.paymentId) return subject(entry.paymentId, null, { label: entry.kind, value, attempt: null });
  }
  return nothing(looked);
}

const isAddress = ({ columns }: Extract<Identifier, { kind: 'reference' }>): boolean =>
  columns.includes('customer_email');

/** Of the payment with this ID first. One booking has two sides; all entries under a reference are of one payment. */
async function askLedger(
  value: string,
  books: Sources['books'],
  log: Log,
): Promise<{ entries: LedgerEntry[]; isBatch: boolean; outcome: LookedAt['outcome'] }> {
  try {
    const found = books ? await Promise.all([books.entriesOf(value), books.entriesBy(value, 2)]) : [];
    const isKnown = found.some(({ rows }) => rows.length > 0);
    const batch = isKnown || !books ? [] : await books.batchSums(value);
    const problems = found.flatMap((rows) => rows.problems);
    return {
      entries: found.flatMap(({ rows }) => rows),
      isBatch: batch.length > 0,
      outcome: problems.length > 0 ? { failed: problems.join('; ') } : 'nothing',
    };
  } catch (thrown) {
    const error = toOpsError(thrown);
    log.warn({ err: thrown, errorId: error.errorId, ...error.details }, 'the ledger did not answer');
    return { entries: [], isBatch: false, outcome: { failed: `${error.publicMessage} (${error.errorId})` } };
  }
}

/** What a button looks a payment up by: its ID, unless that would be refused as a card number. */
export const keyOf = (paymentId: string, attempt: PaymentAttempt | undefined): string =>
  [paymentId, attempt?.id, attempt?.orderId].find((id) => id !== undefined && !containsCardNumber(id)) ??
  paymentId;

type Booked = Candidate & { attempt: PaymentAttempt };

/** One for each payment: the most specific reading stays, and in it the newest or nearest attempt. */
function distinctPayments(answers: readonly BookAnswer[]): Booked[] {
  const found = new Map<string, Booked>();
  const fitting = answers.filter(({ attempts }) => attempts.length > 0);
  for (const { as, why: off, attempts } of fitting) {
    const why = fitting.length > 1 ? [`as ${as}`, off].filter(Boolean).join(', ') : off;
    for (const attempt of attempts) {
      const { paymentId } = attempt;
      const query = keyOf(paymentId, attempt);
      if (!found.has(paymentId)) found.set(paymentId, { query, attempt, payment: null, why });
    }
  }
  return [...found.values()];
}
