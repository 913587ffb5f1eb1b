/**
 * From identifiers to payments: exact where an identifier is exact, ranked candidates where it is not.
 *
 * Invariants: what a person remembers (last four digits, amount, day) is never turned into a pick, not even when one
 * payment fits; every source that was asked, and every one that did not answer, is told.
 */
import { dayMs } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { CardSighting, PaymentAttempt } from '../ports/books.js';
import type { Payment, PaymentsApi, Payout } from '../ports/payments-api.js';
import type { Sources, Subject } from './gather.js';
import { recognise, type Identifier, type ProviderObject } from './identifiers.js';

/** Where was looked, as what, and what came of it. */
export interface LookedAt {
  where: string;
  as: string;
  outcome: 'nothing' | 'not_connected' | { failed: string };
}

export interface Candidate {
  /** What to look up to get this one. */
  query: string;
  /** Null when the candidate is known by its id alone. */
  attempt: PaymentAttempt | null;
  payment: Payment | null;
  /** Why it is among the candidates, for people. */
  why: string;
}

export type Found =
  | { kind: 'subject'; subject: Subject }
  | { kind: 'payout'; payout: Payout }
  /** `unread`: a sentence per one that nobody can read. */
  | { kind: 'candidates'; candidates: Candidate[]; more: boolean; unread?: readonly string[] }
  | { kind: 'nothing'; looked: LookedAt[] };

/** More candidates than this do not help anybody choose. */
export const mostCandidates = 10;

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
const candidates = (all: Candidate[], cut = false): Extract<Found, { kind: 'candidates' }> => ({
  kind: 'candidates',
  candidates: all.slice(0, mostCandidates),
  more: cut || all.length > mostCandidates,
});

const subject = (paymentId: string | null, chargeId: string | null): Found => ({
  kind: 'subject',
  subject: { paymentId, chargeId },
});

type ObjectId = Extract<Identifier, { kind: 'object' }>;

async function followObject({ object, id }: ObjectId, sources: Sources, steps: number): Promise<Found> {
  if (object === 'payment') return subject(id, null);
  const { provider } = sources;
  if (!provider && object === 'charge') return subject(null, id);
  if (!provider)
    return {
      kind: 'nothing',
      looked: [{ where: 'payments API', as: plain(object), outcome: 'not_connected' }],
    };
  try {
    return await followAtProvider(object, id, provider.api, sources, steps);
  } catch (thrown) {
    const error = toOpsError(thrown);
    // The books know charges too: they answer when the provider cannot, or knows another account's charges only.
    if (object === 'charge') return subject(null, id);
    if (error.code === 'not_found')
      return { kind: 'nothing', looked: [{ where: provider.name, as: plain(object), outcome: 'nothing' }] };
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
      return subject((await api.charge(id)).paymentId, id);
    case 'refund':
      return ofCharge(await api.refund(id), api);
    case 'dispute':
      return ofCharge(await api.dispute(id), api);
    case 'early_fraud_warning':
      return ofCharge(await api.earlyFraudWarning(id), api);
    case 'payout':
      return { kind: 'payout', payout: await api.payout(id) };
    case 'balance_transaction':
      return followNext((await api.balanceTransaction(id)).sourceId, id, sources, steps);
    case 'event':
      return followNext((await api.event(id)).subject.id, id, sources, steps);
    case 'customer': {
      const { rows: payments, problems } = await api.paymentsOfCustomer(id, mostCandidates + 1);
      if (payments.length + problems.length === 0)
        return { kind: 'nothing', looked: [{ where: 'payments API', as: 'customer', outcome: 'nothing' }] };
      return {
        ...candidates(
          payments.map((payment) => ({ query: payment.id, attempt: null, payment, why: 'customer' })),
        ),
        unread: problems,
      };
    }
  }
}

async function ofCharge(
  found: { id: string; chargeId: string | null; paymentId: string | null },
  api: PaymentsApi,
): Promise<Found> {
  if (found.paymentId !== null || found.chargeId === null) return subject(found.paymentId, found.chargeId);
  try {
    return subject((await api.charge(found.chargeId)).paymentId, found.chargeId);
  } catch (thrown) {
    if (toOpsError(thrown).code !== 'not_found') throw thrown;
    throw new OpsError(
      'conflict',
      `“${found.id}” is about “${found.chargeId}”, which the provider does not know.`,
      {
        cause: thrown,
      },
    );
  }
}

async function followNext(
  nextId: string | null,
  from: string,
  sources: Sources,
  steps: number,
): Promise<Found> {
  const recognised = recognise(nextId ?? '');
  const next = recognised.ok ? recognised.value[0] : undefined;
  if (steps > 0 && next?.kind === 'object') return followObject(next, sources, steps - 1);
  throw new OpsError('invalid', `“${from}” does not belong to a payment.`, {
    hint: nextId === null ? 'It names no object.' : `It is about “${nextId}”.`,
  });
}

async function searchBooks(identifiers: readonly Identifier[], { books, log }: Sources): Promise<Found> {
  const asked = identifiers.filter((identifier) => identifier.kind !== 'object');
  const answers = await Promise.all(asked.map((identifier) => askBooks(identifier, books, log)));
  const byPayment = new Map<string, Candidate>();
  for (const { as, attempts } of answers) {
    for (const attempt of attempts) {
      // The first one stays: the most specific reading, and in it the newest or nearest attempt.
      if (byPayment.has(attempt.paymentId)) continue;
      byPayment.set(attempt.paymentId, { query: attempt.paymentId, attempt, payment: null, why: as });
    }
  }
  const payments = [...byPayment.values()];
  const [only] = payments;
  if (!only)
    return { kind: 'nothing', looked: answers.map(({ where, as, outcome }) => ({ where, as, outcome })) };
  const isCertain = answers.every(
    ({ exact, outcome, attempts }) => outcome === 'nothing' && (exact || attempts.length === 0),
  );
  if (payments.length === 1 && isCertain) return subject(only.query, null);
  return candidates(
    payments,
    answers.some(({ attempts }) => attempts.length === mostRows),
  );
}

type BookIdentifier = Exclude<Identifier, { kind: 'object' }>;

interface BookAnswer extends LookedAt {
  attempts: PaymentAttempt[];
  /** Whether equality means the same payment, rather than one like it. */
  exact: boolean;
}

/** Attempts of one payment share its id: more attempts are asked for than payments are shown. */
const mostRows = mostCandidates * 3;

async function askBooks(identifier: BookIdentifier, books: Sources['books'], log: Log): Promise<BookAnswer> {
  const exact = identifier.kind === 'reference';
  const asked = { where: 'books', as: exact ? identifier.label : 'last four digits', exact };
  if (!books) return { ...asked, outcome: 'not_connected', attempts: [] };
  try {
    const { rows, problems } = exact
      ? await books.attemptsBy(identifier.columns, identifier.value, mostRows)
      : await books.attemptsByCard(identifier.sighting, mostRows);
    if (problems.length > 0) log.warn({ problems }, 'rows of the books cannot be read');
    const outcome = problems.length > 0 ? { failed: problems.join('; ') } : 'nothing';
    return { ...asked, outcome, attempts: exact ? rows : ranked(rows, identifier.sighting) };
  } catch (thrown) {
    const error = toOpsError(thrown);
    log.warn({ err: thrown, reference: error.reference, ...error.details }, 'the books did not answer');
    return { ...asked, outcome: { failed: `${error.publicMessage} (${error.reference})` }, attempts: [] };
  }
}

/** Nearest day first, then succeeded before failed, then newest. */
function ranked(attempts: PaymentAttempt[], { day }: CardSighting): PaymentAttempt[] {
  const distance = ({ createdAt }: PaymentAttempt): number =>
    day ? Math.abs(Math.floor(createdAt.getTime() / dayMs) - day.getTime() / dayMs) : 0;
  const refused = ({ status }: PaymentAttempt): number => (status === 'succeeded' ? 0 : 1);
  return attempts.toSorted(
    (a, b) =>
      distance(a) - distance(b) || refused(a) - refused(b) || b.createdAt.getTime() - a.createdAt.getTime(),
  );
}
