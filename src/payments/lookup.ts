/**
 * The lookup behind `/payment`: from pasted text to a trace, to candidates, or to a plain "nothing, and here is where
 * I looked".
 *
 * Invariants: something is answered within `firstAnswerMs`, however slow the sources are, and the last answer is the
 * complete one; a source that hangs is given up after `sourceMs`.
 */
import type { Clock } from '../kernel/clock.js';
import { OpsError } from '../kernel/errors.js';
import { newErrorId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import type { LookedAt } from './ask-books.js';
import { givenUp, valueOf, type Finding, type Findings } from './findings.js';
import { gather } from './gather.js';
import type { Sources, Subject } from './sources.js';
import type { Expectations } from './hops.js';
import { recognise, type Identifier, type Unreadable } from './identifiers.js';
import type { Asked } from './sightings.js';
import { isKnownPayout, payoutReport, type PayoutDeps, type PayoutReport } from './payout.js';
import { search, type Candidate } from './search.js';
import { traceOf, type Trace } from './trace.js';

export type Lookup =
  /** `errorId`: what the person may tell the operator, who finds it in the log. */
  | { kind: 'refused'; refusal: Unreadable; errorId: string }
  | { kind: 'searching'; query: string }
  | { kind: 'trace'; trace: Trace; complete: boolean }
  | { kind: 'payout'; report: PayoutReport }
  | {
      kind: 'candidates';
      query: string;
      candidates: Candidate[];
      more: boolean;
      readAs: string[];
      unread?: readonly string[];
    }
  | { kind: 'nothing'; query: string; looked: readonly LookedAt[]; hint: string | null };

interface Patience {
  /** People wait about a second before they wonder. */
  firstAnswerMs: number;
  /** For finding the payment, and again for following it. Longer than the adapters' own timeouts with their retries. */
  sourceMs: number;
}

/** A text as it was understood, before anything was asked for it. */
interface Query {
  text: string;
  recognised: Result<Identifier[], Unreadable>;
}

export interface PaymentLookup {
  /** `timeZoneOf`: the asker's, asked for only where the text names a day. */
  read(text: string, timeZoneOf: () => Promise<string>): Promise<Query>;
  /**
   * From what was read. One or two answers; the last one is complete.
   * Throws OpsError when the one source that could tell is down.
   */
  find(query: Query): AsyncGenerator<Lookup, void>;
  /** From an id that one of our own cards carries: followed as it is, even if it resembles another kind of id. */
  follow(id: string): AsyncGenerator<Lookup, void>;
}

export interface LookupDeps extends Sources, Pick<PayoutDeps, 'accountOf'> {
  expectationsOf(partner: string | null): Expectations;
  patience: Patience;
  /** Resolves after so many milliseconds; must not keep the process alive. */
  pause(durationMs: number): Promise<void>;
}

export function createPaymentLookup(deps: LookupDeps): PaymentLookup {
  return {
    read: (text, timeZoneOf) => readQuery(text, timeZoneOf, deps.clock),
    find: ({ text, recognised }) =>
      recognised.ok ? find(recognised.value, text, deps) : refuse(recognised.fault),
    follow: (id) => {
      const recognised = recognise(id, inUtc(deps.clock));
      const isObject = recognised.ok && recognised.value.some(({ kind }) => kind === 'object');
      return isObject
        ? find(recognised.value, id, deps)
        : followed(id, recognised.ok ? recognised.value : [], deps);
    },
  };
}

/** As a payment's ID; a card names a payment by another of its references where its ID cannot be on a button. */
async function* followed(
  id: string,
  identifiers: Identifier[],
  deps: LookupDeps,
): AsyncGenerator<Lookup, void> {
  for await (const lookup of trace({ paymentId: id, chargeId: null }, id, deps, firstAnswer(deps))) {
    if (lookup.kind === 'nothing' && identifiers.length > 0) yield* find(identifiers, id, deps);
    else yield lookup;
  }
}

const inUtc = (clock: Clock): Asked => ({ at: clock.now(), timeZone: 'UTC' });

async function readQuery(text: string, timeZoneOf: () => Promise<string>, clock: Clock): Promise<Query> {
  const recognised = recognise(text, inUtc(clock));
  const namesDay =
    recognised.ok && recognised.value.some((each) => each.kind === 'card' && each.sighting.during);
  if (!namesDay) return { text, recognised };
  return { text, recognised: recognise(text, { at: clock.now(), timeZone: await timeZoneOf() }) };
}

// oxlint-disable-next-line typescript/require-await -- one of several generators that the caller reads alike
async function* refuse(refusal: Unreadable): AsyncGenerator<Lookup, void> {
  yield { kind: 'refused', refusal, errorId: newErrorId() };
}

const late = 'late';
type Late = typeof late;

const firstAnswer = (deps: LookupDeps): Promise<Late> =>
  deps.pause(deps.patience.firstAnswerMs).then(() => late);

async function* find(
  identifiers: Identifier[],
  query: string,
  deps: LookupDeps,
): AsyncGenerator<Lookup, void> {
  const searching = Promise.race([search(identifiers, deps), tooLate(deps)]);
  const isLate = firstAnswer(deps);
  let answeredInTime: Promise<Late> | null = isLate;
  if ((await Promise.race([searching, isLate])) === late) {
    yield { kind: 'searching', query };
    answeredInTime = null;
  }
  const found = await searching;
  if (found.kind === 'subject') yield* trace(found.subject, query, deps, answeredInTime);
  else if (found.kind === 'payout') yield* payout(found, query, deps, answeredInTime);
  else yield { ...found, query };
}

async function* payout(
  found: Pick<PayoutReport, 'id' | 'payout'>,
  query: string,
  deps: LookupDeps,
  isLate: Promise<Late> | null,
): AsyncGenerator<Lookup, void> {
  const report = reportOf(found, deps);
  if (isLate && (await Promise.race([report, isLate])) === late) yield { kind: 'searching', query };
  yield payoutFound(await report);
}

const payoutFound = (report: PayoutReport): Lookup => ({ kind: 'payout', report });

/** Whose a payout of the connected provider is, its API says by knowing it. */
const reportOf = (
  { id, payout }: Pick<PayoutReport, 'id' | 'payout'>,
  deps: LookupDeps,
): Promise<PayoutReport> =>
  payoutReport(
    { id, payout, partner: payout === null ? null : (deps.provider?.partner ?? null) },
    deps,
    deps.clock.now(),
  );

async function tooLate(deps: LookupDeps): Promise<never> {
  await deps.pause(deps.patience.sourceMs);
  throw new OpsError('unavailable', 'The sources took too long to answer.', { hint: 'Try again later.' });
}

/** `isLate`: when to show what is known so far; null when something was shown already. */
async function* trace(
  subject: Subject,
  query: string,
  deps: LookupDeps,
  isLate: Promise<Late> | null,
): AsyncGenerator<Lookup, void> {
  const gathering = gather(subject, deps);
  const traced = (findings: Findings): Trace =>
    traceOf(findings, deps.expectationsOf(findings.partner), deps.clock.now());
  if (isLate && (await Promise.race([gathering.settled, isLate])) === late) {
    yield { kind: 'trace', trace: traced(gathering.current()), complete: false };
  }
  await Promise.race([gathering.settled, deps.pause(deps.patience.sourceMs)]);
  const findings = givenUp(gathering.current());
  if (!isUnknownEverywhere(findings)) {
    yield { kind: 'trace', trace: traced(findings), complete: true };
    return;
  }
  const batch = await reportOf({ id: findings.id, payout: null }, deps);
  yield isKnownPayout(batch)
    ? payoutFound(batch)
    : { kind: 'nothing', query, looked: lookedAt(findings, deps), hint: null };
}

/** Every source that answered has no record of it. A provider that does not answer may have one: then it is a trace. */
function isUnknownEverywhere({ attempts, payment, charge, ledger }: Findings): boolean {
  const saysNone = ({ state, value }: { state: string; value?: unknown }): boolean =>
    state === 'not_applicable' || (state === 'known' && value === null);
  const isSilent = (rows: Finding<unknown[]>): boolean => (valueOf(rows) ?? []).length === 0;
  return saysNone(payment) && saysNone(charge) && isSilent(attempts) && isSilent(ledger);
}

function lookedAt({ payment, charge, attempts }: Findings, { provider }: LookupDeps): LookedAt[] {
  const wasAsked = payment.state === 'known' || charge.state === 'known';
  return [
    ...(wasAsked && provider ? [{ where: provider.name, as: 'payment', outcome: 'nothing' } as const] : []),
    {
      where: 'books',
      as: 'payment id',
      outcome: attempts.state === 'failed' ? { failed: attempts.why } : 'nothing',
    },
  ];
}
