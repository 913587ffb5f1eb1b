/**
 * What a provider really holds and a newcomer does not expect: stablecoins, withdrawn currencies, partial captures,
 * reversals, captures in parts, disputes without a date. One odd object is named, and everything beside it stands.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs } from '../../src/kernel/clock.js';
import { completeTrace, startDesk, textOf, until, type TestDesk } from '../support/desk.js';

type Wire = Record<string, unknown> & { id: string };

let desk: TestDesk;
beforeAll(async () => {
  desk = await startDesk('socket');
});
afterAll(() => desk.close());

const get = async (path: string): Promise<Wire> => {
  const answer = await fetch(`${desk.paymentsApi.baseUrl}/v1/${path}`, {
    headers: { authorization: 'Bearer sk_test_desk' },
  });
  return (await answer.json()) as Wire;
};
const put = (...objects: object[]): void => desk.paymentsApi.putObjects(objects);
const chargeOf = async (payment: string): Promise<Wire> =>
  get(`charges/${String((await get(`payment_intents/${payment}`)).latest_charge)}`);
const trace = async (payment: string): Promise<string> => textOf(await completeTrace(desk, payment));
const firstLine = async (payment: string): Promise<string> =>
  (await completeTrace(desk, payment)).messages.at(-1)?.text ?? '';

/** A payment of the world as the provider would hold it, with a charge of its own. */
let made = 0;
async function aPayment(payment: object, charge: object = {}): Promise<{ payment: string; charge: Wire }> {
  const n = ++made;
  const intent = await get(`payment_intents/${desk.examples.paidOut}`);
  const old = await chargeOf(desk.examples.paidOut);
  const own = {
    ...old,
    id: `ch_3Odd${n}`,
    payment_intent: `pi_3Odd${n}`,
    balance_transaction: null,
    ...charge,
  };
  put(own, { ...intent, id: `pi_3Odd${n}`, latest_charge: own.id, ...payment });
  return { payment: `pi_3Odd${n}`, charge: own };
}
const aRefund = (charge: Wire, fields: object): void =>
  put({
    id: `re_3Odd${++made}`,
    object: 'refund',
    charge: charge.id,
    payment_intent: charge.payment_intent,
    amount: charge.amount,
    currency: charge.currency,
    status: 'succeeded',
    reason: null,
    created: charge.created,
    balance_transaction: null,
    metadata: {},
    destination_details: null,
    ...fields,
  });
async function aDispute(charge: Wire, fields: object, details: object = {}): Promise<void> {
  const { id } = await get(`payment_intents/${desk.examples.disputed}`);
  const [old] = ((await get(`disputes?payment_intent=${id}`)) as unknown as { data: Wire[] }).data;
  put({
    ...old,
    id: `dp_3Odd${++made}`,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    amount: charge.amount,
    currency: charge.currency,
    ...fields,
    evidence_details: { ...(old!.evidence_details as object), ...details },
  });
}

describe('/payment', () => {
  it('a payout in a stablecoin is shown as the provider says it', async () => {
    const { data } = (await get('payouts?limit=1')) as unknown as { data: Wire[] };
    put({ ...data[0], id: 'po_3OddCoin', currency: 'usdc', amount: 1_000_000 });
    const text = textOf(await desk.command('/payment po_3OddCoin'));
    expect(text).toMatch(/Stripe’s payout po_3OddCoin cannot be read: .*1000000 usdc/);
    expect(await firstLine(desk.examples.paidOut)).toMatch(/^Paid out .*; booked in ledger/);
  });

  it('a movement in a stablecoin leaves the charge, the refunds and the books standing, and is shown raw', async () => {
    const charge = await chargeOf(desk.examples.paidOut);
    const movement = await get(`balance_transactions/${String(charge.balance_transaction)}`);
    put({ ...movement, currency: 'usdc' });
    const text = await trace(desk.examples.paidOut);
    put(movement);
    expect(text).toMatch(/Captured .*; booked in ledger; balance unknown/);
    expect(text).toContain(
      `balance transaction ${movement.id} cannot be read: currency is not an ISO 4217 currency`,
    );
    expect(text).toContain(`${String(movement.amount)} usdc`);
    expect(text).toMatch(/:white_check_mark: \*Capture\*/);
    expect(text).not.toMatch(/base address|proxy/);
  });

  it('a payment in a stablecoin is named among those of its customer', async () => {
    const { payment } = await aPayment({ customer: 'cus_3Odd' });
    const { payment: coin } = await aPayment({ customer: 'cus_3Odd', currency: 'usdc' });
    const text = textOf(await desk.command('/payment cus_3Odd'));
    expect(text).toContain(`Trace ${payment}`);
    expect(text).toMatch(
      new RegExp(`payment ${coin} cannot be read: currency is not an ISO 4217 currency .*usdc`),
    );
  });

  it('a partial capture whose rest was released can still be refunded', async () => {
    const { payment, charge } = await aPayment(
      { amount: 10_000, amount_received: 3_000 },
      { amount: 10_000, amount_captured: 3_000, amount_refunded: 7_000, refunded: false },
    );
    aRefund(charge, { amount: 7_000 });
    const text = await trace(payment);
    expect(text).not.toMatch(/refunded/);
    expect(text).toMatch(/\*Released\*, never captured/);
    expect(text).toContain('Refund…');
  });

  it('a cancelled authorisation with its reversal is no refund', async () => {
    const { payment, charge } = await aPayment(
      { status: 'canceled', amount_received: 0 },
      {
        captured: false,
        amount_captured: 0,
        amount_refunded: (await chargeOf(desk.examples.paidOut)).amount,
      },
    );
    aRefund(charge, {});
    expect(await firstLine(payment)).toMatch(/cancelled; nothing further expected · /);
  });

  describe('a status that is not known yet is shown as such, and is neither on its way nor late:', () => {
    const movementOf = async (charge: Wire): Promise<Wire> =>
      get(`balance_transactions/${String(charge.balance_transaction)}`);

    it('of a payment without a charge', async () => {
      const { payment } = await aPayment({ status: 'requires_a_wonder', latest_charge: null });
      expect(await firstLine(payment)).toMatch(/authorisation unknown: the payment is “requires a wonder”/);
      expect(await trace(payment)).not.toMatch(/awaiting|Cancel payment…/);
    });

    it('of a charge', async () => {
      const { payment } = await aPayment({}, { status: 'held_back' });
      expect(await firstLine(payment)).toMatch(/authorisation unknown: the charge is “held back”/);
    });

    it('of a movement on the balance', async () => {
      const movement = await movementOf(await chargeOf(desk.examples.paidOut));
      put({ ...movement, status: 'hovering' });
      const [line, text] = [await firstLine(desk.examples.paidOut), await trace(desk.examples.paidOut)];
      put(movement);
      expect(line).toMatch(/booked in ledger; balance unknown: the balance transaction is “hovering”/);
      expect(text).not.toMatch(/\*Balance\* (overdue|expected)/);
    });

    it('of a payout', async () => {
      const { data } = (await get('payouts?limit=1')) as unknown as { data: Wire[] };
      put({ ...data[0], id: 'po_3OddState', currency: 'eur', status: 'under_review' });
      const text = textOf(await desk.command('/payment po_3OddState'));
      expect(text).toContain('Payout in a state unknown here: “under review”, dated');
      expect(text).not.toMatch(/expected|overdue/);
    });

    it.each([['sideways'], [null]])('of a refund (%s)', async (status) => {
      const { payment, charge } = await aPayment({});
      aRefund(charge, { status });
      expect(await firstLine(payment)).toMatch(/a refund of unknown state \(/);
      expect(await trace(payment)).not.toMatch(/refund is pending|Refund…/);
    });
  });

  it('a payment captured in parts says how much of what', async () => {
    const { payment } = await aPayment(
      {
        status: 'requires_capture',
        amount: 10_000,
        amount_received: 4_000,
        amount_capturable: 6_000,
        capture_method: 'manual',
      },
      { amount: 10_000, amount_captured: 4_000, captured: false },
    );
    expect(await firstLine(payment)).toMatch(
      /^Authorised [^;]*; captured 40\.00 \w+ of 100\.00 \w+, 60\.00 \w+ still authorised · /,
    );
    expect(await trace(payment)).not.toMatch(/Capture…|Cancel payment…|Refund…/);
  });

  it.each([
    ['pending', 'a refund is pending'],
    ['requires_action', 'a refund awaits customer action'],
    ['failed', 'a refund failed'],
  ])('a refund that is %s', async (status, expected) => {
    const { payment, charge } = await aPayment({});
    aRefund(charge, { status, balance_transaction: 'txn_3Odd' });
    const line = await firstLine(payment);
    expect(line).toContain(expected);
    expect(line).not.toContain('refunded in full');
  });

  it('what may have taken the money back and cannot be read is in the first line', async () => {
    const { payment, charge } = await aPayment({});
    await aDispute(charge, { id: 'dp_3OddLine', currency: 'usdc', status: 'lost' });
    expect(await firstLine(payment)).toContain('; not every dispute is known · ');
    aRefund(charge, { amount: 100, balance_transaction: 'txn_3Odd' });
    aRefund(charge, { currency: 'usdc', balance_transaction: 'txn_3Odd' });
    expect(await firstLine(payment)).toMatch(
      /refunded in part \(1\.00 \w+\); not every refund is known; not every dispute is known · /,
    );
  });

  it('refunds and disputes none of which can be read are each named with their reasons', async () => {
    const { payment, charge } = await aPayment({});
    await aDispute(charge, { id: 'dp_3OddAlone', currency: 'usdc', status: 'needs_response' });
    aRefund(charge, { id: 're_3OddOne', currency: 'usdc', balance_transaction: 'txn_3Odd' });
    aRefund(charge, { id: 're_3OddTwo', amount: 12.5, balance_transaction: 'txn_3Odd' });
    const card = textOf(await completeTrace(desk, payment));
    for (const id of ['dp_3OddAlone', 're_3OddOne', 're_3OddTwo'])
      expect(card).toMatch(new RegExp(`payments API: \\w+ ${id} cannot be read`));
  });

  it('a payment that cannot be read is named by its whole ID', async () => {
    const { payment } = await aPayment({ currency: 'isk', amount: 5_050 });
    expect(await firstLine(payment)).toContain(`Stripe’s payment ${payment} cannot be read`);
  });

  it('a dispute that is due is answered from here; one that is lost leaves no refund', async () => {
    const due = await aPayment({});
    await aDispute(due.charge, { status: 'needs_response', is_charge_refundable: false });
    const text = await trace(due.payment);
    expect(text).toMatch(/Disputed \(.*\), response due by/);
    expect(text).toContain('Submit evidence…');
    expect(text).toContain('Accept…');
    expect(text).not.toContain('Refund…');
    const lost = await aPayment({});
    await aDispute(lost.charge, { status: 'lost', is_charge_refundable: true });
    expect(await trace(lost.payment)).not.toContain('Refund…');
  });
});

/** After the next walk over all disputes: these came without an event. */
async function queueWith(expected: RegExp): Promise<string> {
  desk.skip(61 * minuteMs);
  return until(`a queue with ${String(expected)}`, async () => {
    const text = textOf(await desk.command('/dispute'));
    return expected.test(text) && text;
  });
}

describe('/dispute', () => {
  it('one that cannot be read is named among those that can; withdrawn currencies are read', async () => {
    const { charge } = await aPayment({});
    await aDispute(charge, { id: 'dp_3OddCoin', currency: 'usdc', status: 'needs_response' });
    await aDispute(charge, { id: 'dp_3OddIsk', currency: 'isk', amount: 4_010, status: 'needs_response' });
    await aDispute(charge, { id: 'dp_3OddHrk', currency: 'hrk', amount: 1_234, status: 'needs_response' });
    const text = await queueWith(/disputes need a response.*; \d unreadable.*dp_3OddIsk/);
    expect(text).toContain('dispute dp_3OddCoin cannot be read');
    expect(text).toContain('dispute dp_3OddIsk cannot be read: amount is not a whole amount of ISK');
    expect(textOf(await desk.command('/dispute dp_3OddHrk'))).toContain('12.34 HRK');
  });

  it.each<[string, number | null, RegExp, boolean, RegExp]>([
    ['no answer allowed', 0, /the network allows no response/, false, /No response allowed \(1\)/],
    ['no date given', null, /Response due; the provider gives no date/, true, /dp_3OddDuenull/],
  ])('%s', async (_what, due_by, expected, canAnswer, listed) => {
    const { charge } = await aPayment({});
    const id = `dp_3OddDue${String(due_by)}`;
    await aDispute(charge, { id, status: 'needs_response' }, { due_by, submission_count: 0 });
    const text = textOf(await desk.command(`/dispute ${id}`));
    expect(text).toMatch(expected);
    expect(text.includes('Submit evidence…')).toBe(canAnswer);
    expect(text).toContain('Accept…');
    expect(await queueWith(listed)).toMatch(listed);
  });
});
