/**
 * Asks the connected provider about one payment: its charges, its branches, and where its money went.
 *
 * Invariant: nothing here throws; each finding is noted as soon as it is there.
 */
import type { Log } from '../kernel/log.js';
import { decidingAmong } from '../nouns/charge.js';
import type {
  BalanceTransaction,
  Charge,
  Payment,
  PaymentsApi,
  ProviderSubject,
} from '../ports/payments-api.js';
import type { Rows } from '../ports/rows.js';
import { ask, askRows, orNull } from './ask.js';
import { askTries } from './card-tries.js';
import { notApplicable, valueOf, waiting, type Finding, type Findings, type Note } from './findings.js';
import { isProviderId, type Sources, type Subject } from './sources.js';

/** `payoutNamed`: by the statements or the books, as far as they have answered; they are not waited for. */
export async function gatherFromProvider(
  subject: Subject,
  sources: Sources,
  note: Note,
  payoutNamed: () => string | null,
): Promise<void> {
  const { provider, log, clock, retryLimits: limits } = sources;
  if (!provider || !isProviderId(subject.paymentId ?? subject.chargeId)) return;
  const { api } = provider;
  const { paymentId, chargeId } = subject;
  // Asked first, because the way to the money begins here.
  const payment = paymentId === null ? null : ask(log, () => orNull(api.payment(paymentId)));
  const charges = askCharges(paymentId, api, log);
  const followMoney = async (): Promise<void> => {
    const charge = payment
      ? await chargeBehind(payment, charges, note)
      : await ask(log, () => orNull(api.charge(chargeId ?? '')));
    note({ charge });
    const tries = askTries(valueOf(charge), { api, limits, clock, log });
    if (tries) note({ cardTries: waiting });
    await Promise.all([
      askAboutBalance(charge, api, log, note, payoutNamed),
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
async function chargeBehind(
  asked: Promise<Findings['payment']>,
  charges: Promise<Findings['charges']>,
  note: Note,
): Promise<Finding<Charge | null>> {
  const payment = await asked;
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
  payoutNamed: () => string | null,
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
  const payout = transaction ? await ask(log, () => api.payoutOf(transaction, payoutNamed())) : notApplicable;
  note({ payout });
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
