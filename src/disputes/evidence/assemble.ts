/**
 * Assembles the draft answer to a dispute out of what the provider and the company's own systems have.
 *
 * Invariants: made anew each time it is shown, so nothing of it is kept; a source that is missing is a gap and stops
 * nothing; what the dispute has already is not drafted again.
 */
import type { Clock } from '../../kernel/clock.js';
import { answerTo, canBeAnswered } from '../../nouns/dispute.js';
import { kindText, recommendedFor } from '../../nouns/evidence-needs.js';
import type { EvidenceKind } from '../../ports/evidence.js';
import type { Dispute } from '../../ports/payments-api.js';
import { categoryOf } from './categories/index.js';
import { gather, type Material, type MaterialDeps } from './material.js';
import {
  kindsOf,
  nearestSet,
  present,
  readinessOf,
  type KnownDocument,
  type Packet,
  type Statement,
} from './packet.js';

export interface AssemblerDeps extends MaterialDeps {
  clock: Clock;
}

export const assemblePacket = async (dispute: Dispute, deps: AssemblerDeps): Promise<Packet> =>
  packetOf(await gather(dispute, deps), deps.clock.now());

export function packetOf(material: Material, now: Date): Packet {
  const { dispute } = material;
  const category = categoryOf(dispute.reason);
  const staged = Object.keys(dispute.evidence) as EvidenceKind[];
  const all = present(category.statements(material));
  const statements = all.filter(({ kind }) => !staged.includes(kind));
  const documents = present(category.documents(material)).filter(({ kind }) => !staged.includes(kind));
  const { reason } = dispute;
  return {
    wins: category.wins,
    statements,
    documents,
    gaps: [...gapsOf(dispute, { statements, documents, staged }), ...material.faults],
    compelling: compellingOf(material),
    readiness: readinessOf({ reason, statements, documents, staged, barred: barredBy(dispute, now) }),
    passing: material.passing,
  };
}

function compellingOf({ pair, pairLacks }: Material): Packet['compelling'] {
  if (pair) return { pair };
  return pairLacks === null ? null : { lacking: pairLacks };
}

function barredBy(dispute: Dispute, now: Date): string | null {
  if (canBeAnswered(dispute, now)) return null;
  if (dispute.submissionCount > 0) return 'evidence was submitted, and the bank takes it once';
  const { kind } = answerTo(dispute, now);
  if (kind === 'late') return 'the deadline has passed';
  return kind === 'not_allowed' ? 'the network allows no response' : 'no response is awaited';
}

/** Where a piece would come from. */
const comesFrom: Readonly<Partial<Record<EvidenceKind, string>>> = {
  access_activity_log: 'logins',
  billing_address: 'orders.billing_address',
  cancellation_policy: 'orders.cancellation_policy',
  cancellation_policy_disclosure: 'orders.policies_accepted_at',
  cancellation_rebuttal: 'orders.cancelled_at, or your own words',
  customer_communication: 'customer_messages',
  customer_purchase_ip: 'orders.ip_address',
  duplicate_charge_documentation: 'a receipt of the other payment',
  duplicate_charge_id: 'another charge of the payment at the provider',
  product_description: 'orders.description',
  receipt: 'orders.receipt',
  refund_policy: 'orders.refund_policy',
  refund_policy_disclosure: 'orders.policies_accepted_at',
  refund_refusal_explanation: 'a refund at the provider, or your own words',
  shipping_address: 'deliveries.address',
  shipping_date: 'deliveries.shipped_at',
  shipping_documentation: 'deliveries.proof',
  shipping_tracking_number: 'deliveries.tracking_number',
};

interface Has {
  statements: readonly Statement[];
  documents: readonly KnownDocument[];
  staged: readonly EvidenceKind[];
}

/** Of what the category asks for, that which no source has. */
function gapsOf({ reason }: Dispute, { statements, documents, staged }: Has): string[] {
  const have = kindsOf(statements, staged);
  const nearest = nearestSet(reason, { have, documents });
  const known = [...have, ...documents.map(({ kind }) => kind)];
  return [...(nearest?.unknown ?? []), ...recommendedFor(reason, known)].map((kind) => {
    const from = comesFrom[kind];
    return from === undefined ? `no ${kindText(kind)}` : `no ${kindText(kind)} (from ${from})`;
  });
}
