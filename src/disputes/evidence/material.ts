/**
 * What a packet is made of: the rows that belong to one dispute, from the payments API and the optional views of the books.
 *
 * Invariant: what cannot be read is a fault in words beside what could be; nothing here throws.
 */
import { dayMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type {
  DeliveryRecord,
  EvidenceViews,
  Found,
  LoginRecord,
  MessageRecord,
  OrderRecord,
} from '../../ports/evidence-views.js';
import type { Charge, Dispute, PaymentsApi, ProviderSubject, Refund } from '../../ports/payments-api.js';
import { agesFor, candidatesFor, pairOf, type CompellingPair } from './compelling-pair.js';

export interface Material {
  dispute: Dispute;
  charge: Charge | null;
  /** Of the same payment, this one among them. */
  charges: readonly Charge[];
  refunds: readonly Refund[];
  order: OrderRecord | null;
  deliveries: readonly DeliveryRecord[];
  logins: readonly LoginRecord[];
  messages: readonly MessageRecord[];
  pair: CompellingPair | null;
  /** Why there is no pair; null where there is one, or the rule does not apply. */
  pairLacks: string | null;
  faults: readonly string[];
  passing: boolean;
}

export interface MaterialDeps {
  api: Pick<PaymentsApi, 'charge' | 'chargesOf' | 'refundsOf' | 'earlyFraudWarningsOf'>;
  /** Null while no books are connected. */
  views: EvidenceViews | null;
}

/** The activity that shows who used the account: of the month before the order, and since. */
const activityMs = 30 * dayMs;
const mostLogins = 20;
const mostMessages = 10;
const mostEarlier = 50;
/** Each is asked for at the provider. */
const mostChecked = 6;

/** Collects faults beside what could be read. */
interface Gathering {
  faults: string[];
  passing: boolean;
}

const nothing = { rows: [], faults: [], problems: [], passing: false };

function rowsOf<Row>(gathering: Gathering, { rows, faults, passing }: Found<Row>): readonly Row[] {
  gathering.faults.push(...faults);
  gathering.passing ||= passing;
  return rows;
}

async function readOr<Value>(
  gathering: Gathering,
  what: string,
  asked: Promise<Value> | null,
  otherwise: Value,
): Promise<Value> {
  try {
    return asked === null ? otherwise : await asked;
  } catch (thrown) {
    const { code, publicMessage } = toOpsError(thrown);
    gathering.faults.push(`${what} can’t be read: ${publicMessage}`);
    gathering.passing ||= code === 'unavailable' || code === 'rate_limited';
    return otherwise;
  }
}

export async function gather(dispute: Dispute, { api, views }: MaterialDeps): Promise<Material> {
  const gathering: Gathering = { faults: views ? [] : ['no books are connected'], passing: false };
  const { chargeId, paymentId } = dispute;
  const subject: ProviderSubject | null =
    paymentId !== null ? { paymentId } : chargeId !== null ? { chargeId } : null;
  const [charge, charges, refunds, orders] = await Promise.all([
    readOr(gathering, 'the charge', chargeId === null ? null : api.charge(chargeId), null),
    readOr(gathering, 'the payment’s charges', paymentId === null ? null : api.chargesOf(paymentId), nothing),
    readOr(gathering, 'refunds', subject === null ? null : api.refundsOf(subject), nothing),
    paymentId === null || !views ? nothing : views.ordersOf(paymentId),
  ]);
  gathering.faults.push(...charges.problems, ...refunds.problems);
  const found = rowsOf<OrderRecord>(gathering, orders);
  const order = found.find((one) => one.chargeId === chargeId) ?? found[0] ?? null;
  if (views && order === null && paymentId !== null && orders.faults.length === 0)
    gathering.faults.push(`orders has no row for ${paymentId}`);
  const since = order && new Date(order.placedAt.getTime() - activityMs);
  const [deliveries, messages, logins, pairing] = await Promise.all([
    order && views ? views.deliveriesOf(order.id) : nothing,
    order && views ? views.messagesOf(order.id, mostMessages) : nothing,
    order?.customerId && since && views ? views.loginsOf(order.customerId, since, mostLogins) : nothing,
    order && views && takesCompelling(dispute)
      ? findPair({ dispute, charge, order }, { api, views }, gathering)
      : null,
  ]);
  return {
    dispute,
    charge,
    charges: charges.rows,
    refunds: refunds.rows,
    order,
    deliveries: rowsOf(gathering, deliveries),
    messages: rowsOf(gathering, messages),
    logins: rowsOf(gathering, logins),
    pair: pairing?.pair ?? null,
    pairLacks: pairing?.lacks ?? (takesCompelling(dispute) && !pairing ? 'the order is not known' : null),
    ...gathering,
  };
}

/** Visa's reason 10.4 alone. */
const takesCompelling = ({ brand, networkReasonCode }: Dispute): boolean =>
  brand?.toLowerCase() === 'visa' && networkReasonCode === '10.4';

type Pairing = { pair: CompellingPair; lacks: null } | { pair: null; lacks: string };

async function findPair(
  { dispute, charge, order }: { dispute: Dispute; charge: Charge | null; order: OrderRecord },
  { api, views }: { api: MaterialDeps['api']; views: EvidenceViews },
  gathering: Gathering,
): Promise<Pairing> {
  const card = charge?.card?.fingerprint ?? order.cardFingerprint;
  if (card === null) return { pair: null, lacks: 'the card’s fingerprint is not known' };
  const ages = agesFor(charge?.createdAt ?? order.placedAt, dispute.createdAt);
  const disputed = { ...order, cardFingerprint: card };
  const answer = await views.ordersByCard(card, ages, mostEarlier);
  const earlier = rowsOf(gathering, answer);
  if (answer.faults.length > 0 && earlier.length === 0)
    return { pair: null, lacks: 'earlier orders can’t be read' };
  const candidates = candidatesFor(disputed, earlier, ages);
  const checked = candidates.slice(0, mostChecked);
  const clean = await Promise.all(
    checked.map((one) => readOr(gathering, one.id, isUndisputed(one, card, api), false)),
  );
  const undisputed = checked.filter((_, index) => clean[index] === true);
  const pair = pairOf(disputed, undisputed);
  if (pair) return { pair, lacks: null };
  return {
    pair: null,
    lacks:
      `${earlier.length} earlier orders with this card, 120 to 365 days before; ${candidates.length} match in two identifiers; ` +
      `${undisputed.length} of the ${checked.length} that were checked are paid, undisputed and without a fraud warning`,
  };
}

/** Paid with that card, neither disputed nor warned of, as the provider has it now. */
async function isUndisputed(
  { chargeId }: OrderRecord,
  card: string,
  api: MaterialDeps['api'],
): Promise<boolean> {
  if (chargeId === null) return false;
  const [charge, warnings] = await Promise.all([
    api.charge(chargeId),
    api.earlyFraudWarningsOf({ chargeId }),
  ]);
  return (
    charge.status === 'succeeded' &&
    charge.captured &&
    !charge.disputed &&
    charge.card?.fingerprint === card &&
    warnings.rows.length + warnings.problems.length === 0
  );
}
