/**
 * Asks every source about one payment at the same time and keeps what each one said.
 *
 * Invariants: a source that fails or hangs spoils only its own findings; nothing here throws; `current` may be read
 * at any moment and is `waiting` where no answer has come yet.
 */
import { captureIn, gatherFromBooks } from './gather-books.js';
import { gatherFromProvider } from './gather-provider.js';
import { notApplicable, valueOf, waiting, type Findings } from './findings.js';
import type { StatementLine } from '../ports/reconciliation.js';
import { isProviderId, type Sources, type Subject } from './sources.js';

export interface Gathering {
  current(): Findings;
  /** Resolves when every source has answered or failed. */
  settled: Promise<Findings>;
}

export function gather(subject: Subject, sources: Sources): Gathering {
  let findings = before(subject, sources);
  const note = (found: Partial<Findings>): void => void (findings = { ...findings, ...found });
  const payoutNamed = (): string | null =>
    [lineIn(findings)?.batch, captureIn(findings.ledger)?.batchId].find(Boolean) ?? null;
  const settled = Promise.all([
    gatherFromBooks(subject, sources, note),
    gatherFromProvider(subject, sources, note, payoutNamed),
  ]);
  return { current: () => findings, settled: settled.then(() => findings) };
}

const lineIn = ({ statement }: Findings): StatementLine | undefined =>
  statement && valueOf(statement)?.[0]?.line;

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
