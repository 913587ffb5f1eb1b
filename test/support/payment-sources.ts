/**
 * Stateful stand-ins of the ports that a lookup asks: they hold objects and answer from them, and each can be switched
 * down, made to hang, or held back for as long as a test wants.
 */
import { OpsError } from '../../src/kernel/errors.js';
import { compare, formatMajor, parseMajor } from '../../src/kernel/money.js';
import type {
  BatchSum,
  AttemptReference,
  Books,
  LedgerEntry,
  PartnerTraffic,
  PaymentAttempt,
  ProductTraffic,
  Span,
} from '../../src/ports/books.js';
import type {
  Arrival,
  BalanceTransaction,
  Charge,
  Dispute,
  EarlyFraudWarning,
  EventQuery,
  HealthAlert,
  LinkingObject,
  ObjectLink,
  Payment,
  PaymentsApi,
  Payout,
  ProviderEvent,
  ProviderSubject,
  Refund,
} from '../../src/ports/payments-api.js';

import type { Rows } from '../../src/ports/rows.js';

export type Mood = 'up' | 'down' | 'hanging';

interface Switch {
  mood: Mood;
  /** Names of the questions asked, in order. */
  asked: string[];
}

const answer = async <Value>(source: Switch, question: string, value: () => Value): Promise<Value> => {
  source.asked.push(question);
  if (source.mood === 'hanging') await new Promise(() => undefined);
  if (source.mood === 'down') throw new OpsError('unavailable', 'It is down.');
  await Promise.resolve();
  return value();
};

export type ListQuestion =
  | 'chargesOf'
  | 'refundsOf'
  | 'disputesOf'
  | 'earlyFraudWarningsOf'
  | 'paymentsOfCustomer'
  | 'uncapturedPayments'
  | 'pendingPayouts'
  | 'failedChargesOfCard'
  | 'recentDisputes';

export class FakePaymentsApi implements PaymentsApi, Switch {
  mood: Mood = 'up';
  asked: string[] = [];
  payments: Payment[] = [];
  charges: Charge[] = [];
  refunds: Refund[] = [];
  disputes: Dispute[] = [];
  warnings: EarlyFraudWarning[] = [];
  transactions: BalanceTransaction[] = [];
  payouts: Payout[] = [];
  events: ProviderEvent[] = [];
  /** Sentences about what a list holds that cannot be read. */
  unread: Partial<Record<ListQuestion, string[]>> = {};
  /** What each object leads to, by its id. */
  links: Record<string, ObjectLink> = {};
  /** Balance transaction id → payout id. */
  paidOutWith: Record<string, string> = {};

  payment = (id: string): Promise<Payment> => this.one('payment', this.payments, id);
  charge = (id: string): Promise<Charge> => this.one('charge', this.charges, id);
  refund = (id: string): Promise<Refund> => this.one('refund', this.refunds, id);
  dispute = (id: string): Promise<Dispute> => this.one('dispute', this.disputes, id);
  payout = (id: string): Promise<Payout> => this.one('payout', this.payouts, id);
  event = (id: string): Promise<ProviderEvent> => this.one('event', this.events, id);
  balanceTransaction = (id: string): Promise<BalanceTransaction> =>
    this.one('balanceTransaction', this.transactions, id);
  earlyFraudWarning = (id: string): Promise<EarlyFraudWarning> =>
    this.one('earlyFraudWarning', this.warnings, id);

  linkOf = (object: LinkingObject, id: string): Promise<ObjectLink> =>
    answer(this, `linkOf ${object}`, () => {
      const link = this.links[id];
      if (!link) throw new OpsError('not_found', `There is no ${object} ${id}.`);
      return link;
    });

  chargesOf = (paymentId: string): Promise<Rows<Charge>> =>
    this.list('chargesOf', () => this.charges.filter((charge) => charge.paymentId === paymentId));
  refundsOf = (subject: ProviderSubject): Promise<Rows<Refund>> =>
    this.list('refundsOf', () => this.refunds.filter(isOf(subject)));
  disputesOf = (subject: ProviderSubject): Promise<Rows<Dispute>> =>
    this.list('disputesOf', () => this.disputes.filter(isOf(subject)));
  earlyFraudWarningsOf = (subject: ProviderSubject): Promise<Rows<EarlyFraudWarning>> =>
    this.list('earlyFraudWarningsOf', () => this.warnings.filter(isOf(subject)));
  paymentsOfCustomer = (customerId: string, limit: number): Promise<Rows<Payment>> =>
    this.list('paymentsOfCustomer', () =>
      this.payments.filter((payment) => payment.customerId === customerId).slice(0, limit),
    );
  payoutOf = ({ id }: BalanceTransaction): Promise<Payout | null> =>
    answer(this, 'payoutOf', () => this.payouts.find((payout) => payout.id === this.paidOutWith[id]) ?? null);
  uncapturedPayments = (limit: number, since: Date): Promise<Rows<Payment>> =>
    this.list('uncapturedPayments', () =>
      this.payments
        .filter(({ status, createdAt }) => status === 'requires_capture' && createdAt >= since)
        .slice(0, limit),
    );
  pendingPayouts = (limit: number, { from, to }: Arrival): Promise<Rows<Payout>> =>
    this.list('pendingPayouts', () =>
      this.payouts
        .filter(({ status, arrivalDate: at }) => status === 'pending' && at >= from && at <= to)
        .slice(0, limit),
    );
  failedChargesOfCard = (fingerprint: string, since: Date, limit: number): Promise<Rows<Charge>> =>
    this.list('failedChargesOfCard', () =>
      this.charges
        .filter(
          ({ card, status, createdAt }) =>
            card?.fingerprint === fingerprint && status === 'failed' && createdAt > since,
        )
        .slice(0, limit),
    );
  recentDisputes = (limit: number): Promise<Rows<Dispute>> =>
    this.list('recentDisputes', () => this.disputes.slice(0, limit));
  healthAlerts: HealthAlert[] = [];
  disputesAfter = (id: string | null): Promise<Rows<Dispute> & { next: string | null }> =>
    answer(this, 'disputesAfter', () => {
      const start = id === null ? 0 : this.disputes.findIndex((dispute) => dispute.id === id) + 1;
      const rows = this.disputes.slice(start, start + 100);
      const next = start + 100 < this.disputes.length ? (rows.at(-1)?.id ?? null) : null;
      return { rows, problems: this.unread.recentDisputes ?? [], next };
    });
  eventsBetween = ({ types, from, to, limit }: EventQuery): Promise<Rows<ProviderEvent>> =>
    answer(this, 'eventsBetween', () => ({
      rows: this.events
        .filter(
          ({ type, createdAt }) => types.includes(type) && createdAt >= from && (!to || createdAt <= to),
        )
        .slice(0, limit),
      problems: [],
    }));
  healthEvent = (id: string): Promise<HealthAlert> => this.one('healthEvent', this.healthAlerts, id);
  healthAlertsSince = (): Promise<Rows<HealthAlert>> =>
    answer(this, 'healthAlertsSince', () => ({ rows: this.healthAlerts, problems: [] }));
  check = (): Promise<void> => answer(this, 'check', () => undefined);

  /** Lists that are down while the rest is up. */
  failing: ReadonlySet<ListQuestion> = new Set();
  private list<Item>(what: ListQuestion, items: () => Item[]): Promise<Rows<Item>> {
    return answer(this, what, () => {
      if (this.failing.has(what)) throw new OpsError('unavailable', 'It is down.');
      return { rows: items(), problems: this.unread[what] ?? [] };
    });
  }

  private one<Item extends { id: string }>(what: string, items: Item[], id: string): Promise<Item> {
    return answer(this, what, () => {
      const found = items.find((item) => item.id === id);
      if (!found) throw new OpsError('not_found', `There is no ${what} ${id}.`);
      return found;
    });
  }
}

/** What the documented columns hold besides what a PaymentAttempt carries. */
export type BookedAttempt = PaymentAttempt & { arn?: string; rrn?: string; networkTransactionId?: string };

const columns: Readonly<Record<AttemptReference, (attempt: BookedAttempt) => string | null | undefined>> = {
  attempt_id: ({ id }) => id,
  order_id: ({ orderId }) => orderId,
  payment_id: ({ paymentId }) => paymentId,
  charge_id: ({ chargeId }) => chargeId,
  arn: ({ arn }) => arn,
  rrn: ({ rrn }) => rrn,
  network_transaction_id: ({ networkTransactionId }) => networkTransactionId,
  customer_email: ({ customerEmail }) => customerEmail?.toLowerCase(),
};

export class FakeBooks implements Books, Switch {
  mood: Mood = 'up';
  asked: string[] = [];
  attempts: BookedAttempt[] = [];
  /** By payment id. */
  entries: Record<string, LedgerEntry[]> = {};
  /** Told with every answer that has rows to tell of. */
  problems: string[] = [];
  traffic: Record<string, PartnerTraffic> = {};

  attemptsBy: Books['attemptsBy'] = (kinds, value, limit) =>
    answer(this, `attemptsBy ${kinds.join()}`, () =>
      this.rows(
        this.attempts
          .filter((attempt) => kinds.some((kind) => columns[kind](attempt) === value))
          .slice(0, limit),
      ),
    );
  attemptsByCard: Books['attemptsByCard'] = ({ last4, amountMajor, currencies, during }, limit) =>
    answer(this, 'attemptsByCard', () =>
      this.rows(
        this.attempts
          .filter(({ cardLast4, amount, createdAt }) => {
            if (during && (createdAt < during.from || createdAt >= during.to)) return false;
            if (currencies?.includes(amount.currency) === false) return false;
            const read = parseMajor(amountMajor ?? formatMajor(amount), amount.currency);
            return (last4 ?? cardLast4) === cardLast4 && read.ok && compare(read.value, amount) === 0;
          })
          .slice(0, limit),
      ),
    );
  entriesOf: Books['entriesOf'] = (paymentId) =>
    answer(this, 'entriesOf', () => this.rows(this.entries[paymentId] ?? []));
  /** When the books begin. */
  begin: Date | null = null;
  beginOf: Books['beginOf'] = () => answer(this, 'beginOf', () => this.begin);
  entriesBy: Books['entriesBy'] = (reference, limit) =>
    answer(this, 'entriesBy', () =>
      this.rows(
        this.everyEntry()
          .filter((entry) => entry.reference === reference && entry.paymentId !== null)
          .slice(0, limit),
      ),
    );
  entriesOfBatch: Books['entriesOfBatch'] = (batchId) =>
    answer(this, 'entriesOfBatch', () =>
      this.rows(this.everyEntry().filter((entry) => entry.batchId === batchId && entry.paymentId === null)),
    );
  batchSums: Books['batchSums'] = (batchId) =>
    answer(this, 'batchSums', () => {
      const sums = new Map<string, BatchSum>();
      for (const entry of this.everyEntry().filter((each) => each.batchId === batchId)) {
        const { partner, account, kind, direction, amount } = entry;
        const key = [partner, account, kind, amount.currency].join(' ');
        const sum = sums.get(key) ?? {
          partner,
          account,
          kind,
          currency: amount.currency,
          entries: 0,
          minor: 0n,
        };
        const minor = sum.minor + (direction === 'debit' ? amount.minor : -amount.minor);
        sums.set(key, { ...sum, entries: sum.entries + 1, minor });
      }
      return [...sums.values()];
    });
  /** The same of every partner in every window. */
  trafficIn: Books['trafficIn'] = (windows) =>
    answer(this, 'trafficIn', () => windows.map(() => new Map(Object.entries(this.traffic))));
  /** The same of every partner. */
  products: ProductTraffic[] = [];
  productsOf: Books['productsOf'] = () => answer(this, 'productsOf', () => this.products);
  failuresOf: Books['failuresOf'] = (partner, span, limit) =>
    answer(this, 'failuresOf', () => this.rows(this.failures(partner, span).slice(0, limit)));
  failedAmounts: Books['failedAmounts'] = (partner, span) =>
    answer(this, 'failedAmounts', () =>
      this.rows(this.failures(partner, span).map(({ amount }) => ({ attempts: 1, amount }))),
    );
  check = (): Promise<void> => answer(this, 'check', () => undefined);

  private failures(partner: string, { from, to }: Span): BookedAttempt[] {
    return this.attempts.filter(
      (attempt) =>
        attempt.partner === partner &&
        attempt.status === 'failed' &&
        attempt.createdAt >= from &&
        attempt.createdAt < to,
    );
  }

  private everyEntry(): LedgerEntry[] {
    return Object.values(this.entries).flat();
  }

  private rows<Row>(rows: Row[]): { rows: Row[]; problems: string[] } {
    return { rows, problems: this.problems };
  }
}

type Branch = { paymentId: string | null; chargeId: string | null };

const isOf =
  (subject: ProviderSubject) =>
  ({ paymentId, chargeId }: Branch): boolean =>
    'paymentId' in subject ? paymentId === subject.paymentId : chargeId === subject.chargeId;
