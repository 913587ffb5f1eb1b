/**
 * The lookup behind `/payment`: from pasted text to a trace, to candidates, or to a plain "nothing, and here is where
 * I looked".
 *
 * Invariants: something is answered within `firstAnswerMs`, however slow the sources are, and the last answer is the
 * complete one; a source that hangs is given up after `sourceMs`.
 */
import type { Clock } from '../kernel/clock.js';
import type { Payout } from '../ports/payments-api.js';
import { gather, type Sources, type Subject } from './gather.js';
import type { Expectations } from './hops.js';
import { recognise, type Unreadable } from './identifiers.js';
import { search, type Candidate, type Found, type LookedAt } from './search.js';
import { traceOf, type Trace } from './trace.js';

export type Lookup =
  | { kind: 'refused'; refusal: Unreadable }
  | { kind: 'searching'; query: string }
  | { kind: 'trace'; trace: Trace; complete: boolean }
  | { kind: 'payout'; payout: Payout }
  | { kind: 'candidates'; query: string; candidates: Candidate[]; more: boolean }
  | { kind: 'nothing'; query: string; looked: LookedAt[] };

export interface Patience {
  /** People wait about a second before they wonder. */
  firstAnswerMs: number;
  /** Longer than the adapters' own timeouts with their retries. */
  sourceMs: number;
}

export interface PaymentLookup {
  /** One or two answers; the last one is complete. Throws OpsError when the one source that could tell is down. */
  find(text: string): AsyncGenerator<Lookup, void>;
}

export interface LookupDependencies extends Sources {
  clock: Clock;
  expectationsOf(partner: string | null): Expectations;
  patience: Patience;
  /** Resolves after so many milliseconds; must not keep the process alive. */
  pause(durationMs: number): Promise<void>;
}

export function createPaymentLookup(deps: LookupDependencies): PaymentLookup {
  return { find: (text) => find(text, deps) };
}

async function* find(text: string, deps: LookupDependencies): AsyncGenerator<Lookup, void> {
  const recognised = recognise(text);
  if (!recognised.ok) {
    yield { kind: 'refused', refusal: recognised.fault };
    return;
  }

  const started = deps.pause(deps.patience.firstAnswerMs).then(() => 'late' as const);
  const searching = search(recognised.value, deps);
  const inTime = await Promise.race([searching, started]);
  if (inTime === 'late') yield { kind: 'searching', query: text };
  const found = await searching;
  if (found.kind === 'subject') yield* trace(found.subject, text, deps, started);
  else yield answerOf(found, text);
}

const answerOf = (found: Exclude<Found, { kind: 'subject' }>, query: string): Lookup =>
  found.kind === 'payout' ? found : { ...found, query };

async function* trace(
  subject: Subject,
  query: string,
  deps: LookupDependencies,
  late: Promise<'late'>,
): AsyncGenerator<Lookup, void> {
  const gathering = gather(subject, deps);
  const traceNow = (): Trace => {
    const findings = gathering.current();
    return traceOf(findings, deps.expectationsOf(findings.partner), deps.clock.now());
  };
  if ((await Promise.race([gathering.settled, late])) === 'late') {
    yield { kind: 'trace', trace: traceNow(), complete: false };
  }
  await Promise.race([gathering.settled, deps.pause(deps.patience.sourceMs)]);
  const complete = traceNow();
  yield isUnknownEverywhere(complete)
    ? nothing(complete, query)
    : { kind: 'trace', trace: complete, complete: true };
}

/** Every source answered, and none knows it. */
function isUnknownEverywhere({ findings }: Trace): boolean {
  const { attempts, payment, charge, ledger } = findings;
  const silentBooks = attempts.state === 'known' && attempts.value.length === 0;
  const silentLedger = ledger.state !== 'known' || ledger.value.length === 0;
  const empty = (finding: typeof payment | typeof charge): boolean =>
    finding.state === 'not_applicable' || (finding.state === 'known' && finding.value === null);
  return silentLedger && empty(payment) && empty(charge) && (silentBooks || attempts.state === 'failed');
}

function nothing({ findings }: Trace, query: string): Lookup {
  const books: LookedAt = {
    where: 'books',
    as: 'payment id',
    outcome: findings.attempts.state === 'failed' ? { failed: findings.attempts.why } : 'nothing',
  };
  return {
    kind: 'nothing',
    query,
    looked: [{ where: findings.partner ?? 'payments API', as: 'payment id', outcome: 'nothing' }, books],
  };
}
