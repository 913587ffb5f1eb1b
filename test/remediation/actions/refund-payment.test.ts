/** Refunds at the stateful payments API: what is refused, what is shown, and that money is given back once. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refundPayment } from '../../../src/remediation/actions/refund-payment.js';
import { hourMs } from '../../../src/kernel/clock.js';
import type { Plan } from '../../../src/remediation/kit/action.js';
import { codeOf, only, openPaymentsDesk, planned, refused, type PaymentsDesk } from '../payments-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PaymentsDesk;
beforeAll(async () => {
  at = await openPaymentsDesk();
});
afterEach(() => at.api.resetFaults());
afterAll(() => at.api.close());

const typedFor = (payment: string, amount = '') => ({ payment, amount, reason: 'requested_by_customer' });
const plan = (payment: string, amount = ''): Promise<Plan> =>
  planned(refundPayment, typedFor(payment, amount), at.desk);
const faults = (payment: string, amount = '') => refused(refundPayment, typedFor(payment, amount), at.desk);
const refunded = async (charge: string) => (await at.get(`charges/${charge}`)).amount_refunded;
const giveBack = (charge: string, amount: number) => at.stripe.refunds.create({ charge, amount });

describe('what cannot be read', () => {
  it.each([
    ['1e3', /Enter an amount above zero/],
    ['-5', /Enter an amount above zero/],
    ['１００', /Enter an amount above zero/],
    ['1,000.00', /Enter an amount above zero with a decimal point and no thousands separators/],
    ['5,40', /with a decimal point and no thousands separators, such as 12\.50/],
    ['0', /above zero/],
    ['0.00', /above zero/],
    ['5 XXY', /XXY is not a currency/],
  ])('the amount %s', (amount, message) => {
    expect(refundPayment.faultsOf(typedFor('pi_123', amount))).toEqual(only('amount', message));
  });

  it('an id of another kind, no reason, and another reason', () => {
    expect(refundPayment.faultsOf({ payment: 'cus_123', amount: '', reason: '' })).toEqual([
      { field: 'payment', message: 'Enter an ID that starts with pi_ or ch_.' },
      { field: 'reason', message: 'Required.' },
    ]);
    expect(refundPayment.faultsOf({ ...typedFor('pi_123'), reason: 'expired' })).toEqual(
      only('reason', /Choose one/),
    );
  });
});

describe('what cannot be refunded', () => {
  it.each([
    ['more decimals than the currency has', 'usd', '1.234', /USD has 2 decimals/],
    ['decimals where there are none', 'jpy', '100.5', /JPY has 0 decimals/],
    ['another currency', 'eur', '5.00 USD', /The currency is EUR, not USD/],
    [
      'a thousandth, which the networks do not count',
      'kwd',
      '1.234',
      /1\.234 KWD is too precise, because the provider accepts KWD only in steps of 0\.010 KWD: enter 1\.230 KWD or less/,
    ],
    ['a fraction of a króna', 'isk', '5.5', /ISK has 0 decimals/],
    [
      'more than was captured',
      'eur',
      '25.01',
      /25\.01 EUR is more than the refundable amount: 0\.00 EUR of 25\.00 EUR is refunded already, so at most 25\.00 EUR/,
    ],
  ])('%s', async (_why, currency, amount, message) => {
    const { payment } = await at.pay({ currency });
    expect(await faults(payment, amount)).toEqual(only('amount', message));
  });

  it.each(['pi_3OfAnotherAccount', 'ch_3OfAnotherAccount'])('%s, which is not ours', async (id) => {
    expect(await faults(id)).toEqual(only('payment', /no object with this ID.*belongs to the account/));
  });

  it('more by one cent than what others left of it', async () => {
    const { payment, charge } = await at.pay();
    await giveBack(charge, 100);
    expect(await faults(payment, '24.01')).toEqual(
      only('amount', /1\.00 EUR of 25\.00 EUR is refunded already, so at most 24\.00/),
    );
    expect((await plan(payment, '24.00')).preview.value).toEqual({ minor: 2_400n, currency: 'EUR' });
  });

  it('more than was captured, where that is more than was authorised first: the whole of it is left', async () => {
    const { payment, charge } = await at.pay();
    at.api.putObjects([{ ...(await at.get(`charges/${charge}`)), amount_captured: 3_000 }]);
    const { preview } = await plan(payment);
    expect(preview.value).toEqual({ minor: 3_000n, currency: 'EUR' });
    expect(preview.changes[0]).toContain('Refunded: 0.00 EUR → 30.00 EUR, of 30.00 EUR captured');
    expect(await faults(payment, '30.01')).toEqual(only('amount', /so at most 30\.00 EUR/));
  });

  it('what is refunded already', async () => {
    const { payment, charge } = await at.pay();
    await giveBack(charge, 2_500);
    expect(await faults(payment)).toEqual(
      only('payment', /is refunded in full \(25\.00 EUR\): nothing is left/),
    );
  });

  it('what is not captured', async () => {
    const { payment } = await at.pay({ capture_method: 'manual' });
    expect(await faults(payment)).toEqual(only('payment', /is not captured.*cancel the payment instead/));
  });

  it('a payment that nobody paid, and one whose card was declined', async () => {
    const { id } = await at.stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    expect(await faults(id)).toEqual(only('payment', /requires_payment_method and was never charged/));
    await at.stripe.paymentIntents
      .confirm(id, { payment_method: 'pm_card_chargeDeclined' })
      .catch(() => undefined);
    expect(await faults(id)).toEqual(only('payment', /is failed: only a successful charge/));
  });

  it('a disputed charge, unless the provider says that it can be', async () => {
    const { payment } = await at.pay({ payment_method: 'pm_card_createDispute' });
    expect(await faults(payment)).toEqual(only('payment', /has dispute \w+ \(needs_response\)/));
    const { data } = await at.stripe.disputes.list({ payment_intent: payment });
    at.api.putObjects([{ ...data[0], status: 'lost' }]);
    expect(await faults(payment)).toEqual(
      only('payment', /\(lost\): the customer already has the disputed amount back/),
    );
    at.api.putObjects([{ ...data[0], status: 'won' }]);
    expect(await faults(payment)).toEqual(only('payment', /\(won\): it is over, and the provider says/));
    const inquiry = { ...data[0], status: 'warning_needs_response', is_charge_refundable: true };
    at.api.putObjects([inquiry]);
    expect((await plan(payment)).preview.affected).toContain(
      `Dispute ${data[0]!.id} (warning_needs_response) is open on the same charge.`,
    );
    for (const status of ['won', 'lost', 'warning_closed', 'prevented']) {
      at.api.putObjects([{ ...data[0], status, amount: 100, is_charge_refundable: true }]);
      expect((await plan(payment)).preview.affected.join()).not.toContain('is open');
    }
  });

  it('several faults at once: all are reported', async () => {
    const { payment } = await at.pay({ payment_method: 'pm_card_createDispute' });
    expect((await faults(payment, '99.00 USD')).map(({ field }) => field)).toEqual(['payment', 'amount']);
  });

  it('the same amount of the same charge within a day, unless the first one failed', async () => {
    const { payment, charge } = await at.pay();
    const { id } = await giveBack(charge, 500);
    const again = new RegExp(
      `${id} refunded the same amount \\(5\\.00 EUR\\) at 2026-11-18 12:00 UTC\\. .* after 2026-11-19 12:00 UTC`,
    );
    expect(await faults(payment, '5')).toEqual(only('amount', again));
    await plan(payment, '5.01');
    at.api.putObjects([
      { ...(await at.get(`refunds/${id}`)), status: 'failed', failure_reason: 'lost_or_stolen_card' },
      { ...(await at.get(`charges/${charge}`)), amount_refunded: 0 },
    ]);
    expect((await plan(payment, '5')).facts.amountRefunded).toBe('0.00 EUR');
  });

  it('what is on its way already counts as refunded, although the charge does not say so yet', async () => {
    const { payment, charge } = await at.pay();
    const { id } = await giveBack(charge, 2_000);
    at.api.putObjects([
      { ...(await at.get(`refunds/${id}`)), status: 'pending', balance_transaction: null },
      { ...(await at.get(`charges/${charge}`)), amount_refunded: 0 },
    ]);
    expect(await faults(payment, '5.01')).toEqual(only('amount', /at most 5\.00 EUR/));
  });

  it('what a lost dispute gave back, also where the provider would let it be refunded', async () => {
    const { payment } = await at.pay({ payment_method: 'pm_card_createDispute' });
    const { data } = await at.stripe.disputes.list({ payment_intent: payment });
    at.api.putObjects([{ ...data[0], status: 'lost', is_charge_refundable: true }]);
    expect(await faults(payment)).toEqual(
      only('payment', /is refunded or lost to disputes in full \(25\.00 EUR\): nothing is left/),
    );
  });

  it('a payment that is captured in parts, while more may come', async () => {
    const { payment, charge } = await at.pay({ amount: 10_000, capture_method: 'manual' });
    at.api.putObjects([
      { ...(await at.get(`payment_intents/${payment}`)), amount_received: 4_000, amount_capturable: 6_000 },
      { ...(await at.get(`charges/${charge}`)), amount_captured: 4_000 },
    ]);
    expect(await faults(payment)).toEqual(
      only('payment', /captured in several parts, and more captures may follow: 40\.00 EUR captured so far/),
    );
  });

  it('what cannot be read is named in the plan, and the rest is shown', async () => {
    const { payment, charge } = await at.pay();
    const { id } = await giveBack(charge, 500);
    const { id: second } = await giveBack(charge, 600);
    at.api.putObjects([{ ...(await at.get(`refunds/${id}`)), currency: 'usdc' }]);
    const { preview, facts } = await plan(payment);
    expect(facts.refunds).toMatchObject([{ id: second, amount: '6.00 EUR' }]);
    expect(preview.value).toEqual({ minor: 1_400n, currency: 'EUR' });
    expect(preview.affected).toContainEqual(
      expect.stringContaining(`Not taken into account: refund ${id} cannot be read`),
    );
  });

  it('a charge whose movement is in a stablecoin can be refunded', async () => {
    const { payment, charge } = await at.pay();
    const { balance_transaction: id } = await at.get(`charges/${charge}`);
    at.api.putObjects([{ ...(await at.get(`balance_transactions/${String(id)}`)), currency: 'usdc' }]);
    expect((await plan(payment)).preview.value).toEqual({ minor: 2_500n, currency: 'EUR' });
  });

  it('one of several charges without saying which', async () => {
    const { payment, charge } = await at.pay();
    at.api.putObjects([{ ...(await at.get(`charges/${charge}`)), id: 'ch_second' }]);
    const told = await faults(payment);
    expect(told).toEqual(
      only('payment', /was captured 2 times: .*ch_second, 25\.00 EUR at .* Enter the ID of the charge/),
    );
    expect(told[0]!.message).toContain(charge);
    expect((await plan('ch_second', '5')).facts.charge).toBe('ch_second');
    // One that was given back in full is not meant.
    at.api.putObjects([{ ...(await at.get(`charges/${charge}`)), amount_refunded: 2_500, refunded: true }]);
    expect((await plan(payment)).facts.charge).toBe('ch_second');
  });

  it('anything without a provider that can be written to', async () => {
    const world = { ...at.desk, writes: null };
    expect(await refused(refundPayment, typedFor('pi_123'), world)).toEqual(
      only(null, /No payments provider/),
    );
  });
});

describe('the plan', () => {
  it('says what is given back, what it costs and who has it', async () => {
    const customer = (await at.stripe.customers.list({ limit: 1 })).data[0]!.id;
    const { payment, charge } = await at.pay({ customer, metadata: { merchant: 'fernweh' } });
    await giveBack(charge, 100);
    expect((await plan(payment, '20')).preview).toEqual({
      headline: `Refund 20.00 EUR of ${payment} to Visa •• 4242 of ${customer}`,
      changes: [
        `Refunded: 1.00 EUR → 21.00 EUR, of 25.00 EUR captured (${charge})`,
        'Refundable: 24.00 EUR now, 4.00 EUR after this',
        'Balance with the provider: -20.00 EUR',
        'The provider keeps its fee of 0.63 EUR for the payment.',
        'Reason: Requested by the customer',
      ],
      affected: ['The customer receives it in 5–10 days.'],
      undo: null,
      irreversible: 'A refund can’t be reversed: you’d have to ask the customer to return it.',
      value: { minor: 2_000n, currency: 'EUR' },
      subject: { kind: 'payment', id: payment },
      partner: 'stripe',
      merchant: 'fernweh',
    });
  });

  it.each([
    ['', 'is resolved by this refund before it becomes a dispute'],
    ['20', 'stays open, because the refund is partial'],
  ])('of an amount “%s” after an early fraud warning: it %s', async (amount, told) => {
    const { payment } = await at.pay({ payment_method: 'pm_card_createIssuerFraudRecord' });
    const { affected } = (await plan(payment, amount)).preview;
    expect(affected[1]).toMatch(new RegExp(`^Early fraud warning issfr_\\w+ ${told}\\.$`));
  });

  it('for fraud says that card and e-mail are blocked', async () => {
    const { payment } = await at.pay();
    const typed = { ...typedFor(payment), reason: 'fraudulent' };
    const { preview } = await planned(refundPayment, typed, at.desk);
    expect(preview.affected.join()).toMatch(/block list/);
  });

  it('of a balance in another currency says so', async () => {
    const { payment, charge } = await at.pay();
    const { balance_transaction: id } = await at.get(`charges/${charge}`);
    at.api.putObjects([{ ...(await at.get(`balance_transactions/${String(id)}`)), currency: 'usd' }]);
    expect((await plan(payment, '5')).preview.changes).toContain(
      'Balance with the provider: -5.00 EUR, debited in USD at the day’s rate',
    );
  });

  it('of what was captured in part leaves out what was released', async () => {
    const { payment, charge } = await at.pay({ capture_method: 'manual' });
    await at.stripe.paymentIntents.capture(payment, { amount_to_capture: 700 });
    const { preview, facts } = await plan(payment);
    expect(preview.value).toEqual({ minor: 700n, currency: 'EUR' });
    expect(facts).toMatchObject({ amountCaptured: '7.00 EUR', amountRefunded: '0.00 EUR', refunds: [] });
    const release = {
      id: 're_release',
      object: 'refund',
      charge,
      payment_intent: payment,
      amount: 1_800,
      currency: 'eur',
      status: 'succeeded',
      created: 1_763_467_200,
    };
    at.api.putObjects([release]);
    expect((await plan(payment)).facts).toEqual(facts);
  });
});

it('shows whose payment it is, masked, and the plan stays valid when the address changes', async () => {
  const { payment } = await at.pay();
  const intent = at.api.find(payment)!;
  at.api.putObjects([{ ...intent, receipt_email: 'jane@example.com' }]);
  const shown = await plan(payment);
  expect(shown.preview.affected[0]).toMatch(/^Customer: j•••@example\.com/);
  expect(JSON.stringify(shown.facts)).not.toContain('jane');
  at.api.putObjects([{ ...intent, receipt_email: 'june@example.org' }]);
  expect(await refundPayment.changesSince(shown, at.desk)).toEqual([]);
});

describe('doing it', () => {
  it('refunds, is found again and verified', async () => {
    const { payment, charge } = await at.pay();
    const made = await plan(payment, '20');
    expect(await refundPayment.changesSince(made, at.desk)).toEqual([]);
    expect((await refundPayment.readBack(made, 'key-happy', at.desk)).kind).toBe('not_done');
    const effect = await refundPayment.execute(made, 'key-happy', at.desk);
    const { data } = await at.stripe.refunds.list({ charge });
    expect(data).toMatchObject([
      { amount: 2_000, reason: 'requested_by_customer', metadata: { paydesk: 'key-happy' } },
    ]);
    expect(effect).toEqual({ id: data[0]!.id, summary: `Refund ${data[0]!.id} of 20.00 EUR succeeded.` });
    expect(await refundPayment.readBack(made, 'key-happy', at.desk)).toEqual({ kind: 'done', effect });
    expect((await refundPayment.verify(made, 'key-happy', effect, at.desk)).kind).toBe('visible');
  });

  it('refunds the one charge that the plan names', async () => {
    const { charge } = await at.pay();
    const made = await plan(charge);
    await refundPayment.execute(made, 'key-charge', at.desk);
    expect(await refunded(charge)).toBe(2_500);
  });

  it.each([
    ['succeeded', 'visible', /25\.00 EUR succeeded\.$/],
    ['pending', 'not_yet', /25\.00 EUR is pending\. This is normal for a few hours/],
    ['requires_action', 'not_yet', /25\.00 EUR needs action by the customer\. This is normal/],
    ['on_its_way', 'not_yet', /25\.00 EUR is on its way\. This is normal/],
    ['failed', 'wrong', /25\.00 EUR failed \(lost or stolen card\)\. The customer did not receive the money/],
    ['canceled', 'wrong', /25\.00 EUR was canceled\. The customer did not/],
  ])('a refund that is %s verifies as %s', async (status, kind, evidence) => {
    const { payment } = await at.pay();
    const made = await plan(payment);
    const effect = await refundPayment.execute(made, `key-${status}`, at.desk);
    const failure_reason = status === 'failed' ? 'lost_or_stolen_card' : undefined;
    at.api.putObjects([{ ...(await at.get(`refunds/${effect.id!}`)), status, failure_reason }]);
    const found = await refundPayment.verify(made, `key-${status}`, effect, at.desk);
    expect(found).toEqual({ kind, evidence: expect.stringMatching(evidence) });
    const settled = await refundPayment.readBack(made, `key-${status}`, at.desk);
    expect(settled).toMatchObject({
      kind: 'done',
      effect: { summary: expect.stringMatching(/^Refund re_\w+ of 25\.00 EUR /) },
    });
  });

  it('an effect that is not there is wrong', async () => {
    const made = await plan((await at.pay()).payment);
    const effect = { id: 're_gone', summary: '' };
    expect((await refundPayment.verify(made, 'key-gone', effect, at.desk)).kind).toBe('wrong');
  });
});

describe('a world that moved on', () => {
  it('a colleague refunded meanwhile: the difference is named in words', async () => {
    const { payment, charge } = await at.pay();
    const made = await plan(payment, '25');
    const { id } = await giveBack(charge, 100);
    expect(await refundPayment.changesSince(made, at.desk)).toEqual([
      'amount refunded: 0.00 EUR → 1.00 EUR',
      `refunds: none → amount 1.00 EUR, created at 2026-11-18T12:00:00.000Z, id ${id}`,
      expect.stringMatching(/^25\.00 EUR is more than the refundable amount/),
    ]);
  });

  it('a dispute, a warning, a second capture', async () => {
    const { payment, charge } = await at.pay();
    const made = await plan(payment);
    const warned = {
      id: 'issfr_new',
      object: 'radar.early_fraud_warning',
      charge,
      payment_intent: payment,
      actionable: true,
      fraud_type: 'misc',
      created: 1_763_467_200,
    };
    at.api.putObjects([warned]);
    expect(await refundPayment.changesSince(made, at.desk)).toEqual(['open warnings: none → issfr_new']);
    at.api.putObjects([{ ...(await at.get(`charges/${charge}`)), id: 'ch_twin' }]);
    expect(await refundPayment.changesSince(made, at.desk)).toEqual([
      expect.stringMatching(/captured 2 times/),
    ]);
  });

  it('a refund of before that goes through changes nothing', async () => {
    const { payment, charge } = await at.pay();
    const { id } = await giveBack(charge, 100);
    const refund = await at.get(`refunds/${id}`);
    at.api.putObjects([{ ...refund, status: 'pending' }]);
    const made = await plan(payment);
    at.api.putObjects([refund]);
    expect(await refundPayment.changesSince(made, at.desk)).toEqual([]);
  });
});

describe('an answer that is lost', () => {
  it('after the effect: unknown, then found, and sent again it acts no second time', async () => {
    const { payment, charge } = await at.pay();
    const made = await plan(payment, '20');
    at.api.setFault({ kind: 'crash_after_effect', path: '/v1/refunds' });
    expect(await codeOf(refundPayment.execute(made, 'key-after', at.desk))).toBe('unknown_outcome');
    const settled = await refundPayment.readBack(made, 'key-after', at.desk);
    expect(settled.kind).toBe('done');
    const again = await refundPayment.execute(made, 'key-after', at.desk);
    expect(settled).toEqual({ kind: 'done', effect: again });
    expect(await refunded(charge)).toBe(2_000);
  });

  it('before the effect: unknown, then surely not done, and sent again it acts once', async () => {
    const { payment, charge } = await at.pay();
    const made = await plan(payment, '20');
    at.api.setFault({ kind: 'drop', path: '/v1/refunds' });
    expect(await codeOf(refundPayment.execute(made, 'key-before', at.desk))).toBe('unknown_outcome');
    expect(await refundPayment.readBack(made, 'key-before', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [`No refund of ${charge} has this plan’s key.`],
    });
    await refundPayment.execute(made, 'key-before', at.desk);
    await refundPayment.execute(made, 'key-before', at.desk);
    expect(await refunded(charge)).toBe(2_000);
  });

  it('while a colleague refunds the same amount: theirs is not taken for ours', async () => {
    const { payment, charge } = await at.pay();
    const made = await plan(payment, '10');
    at.api.setFault({ kind: 'drop', path: '/v1/refunds' });
    await codeOf(refundPayment.execute(made, 'key-theirs', at.desk));
    await giveBack(charge, 1_000);
    expect((await refundPayment.readBack(made, 'key-theirs', at.desk)).kind).toBe('not_done');
  });

  it('while the provider still works on it: the same key waits, and it acts once', async () => {
    const hasty = await openPaymentsDesk(300);
    const { payment, charge } = await hasty.pay();
    const made = await planned(refundPayment, typedFor(payment, '20'), hasty.desk);
    const done = new Promise<void>((resolve) => {
      hasty.api.onChange(({ type }) => {
        if (type === 'charge.refunded') resolve();
      });
    });
    hasty.api.setFault({ kind: 'slow', delayMs: 2_000, path: '/v1/refunds' });
    expect(await codeOf(refundPayment.execute(made, 'key-slow', hasty.desk))).toBe('unknown_outcome');
    expect((await refundPayment.readBack(made, 'key-slow', hasty.desk)).kind).toBe('not_done');
    expect(await codeOf(refundPayment.execute(made, 'key-slow', hasty.desk))).toBe('unknown_outcome');
    await done;
    expect((await refundPayment.readBack(made, 'key-slow', hasty.desk)).kind).toBe('done');
    expect((await hasty.get(`charges/${charge}`)).amount_refunded).toBe(2_000);
    await hasty.api.close();
  });

  it('when nothing can be read either, reading back says so and settles nothing', async () => {
    const made = await plan((await at.pay()).payment);
    at.api.setFault({ kind: 'status', status: 503, count: 9, path: '/v1/refunds' });
    expect(await codeOf(refundPayment.readBack(made, 'key-down', at.desk))).toBe('unavailable');
  });
});

describe('whatever happens, in any order, under one key', () => {
  const faultKinds = ['drop', 'crash_after_effect', 'garbage', 'status'] as const;
  const step = fc.oneof(
    fc.record({ do: fc.constant('execute' as const), fault: fc.option(fc.constantFrom(...faultKinds)) }),
    fc.record({ do: fc.constant('read back' as const) }),
    fc.record({ do: fc.constant('two at once' as const) }),
    fc.record({ do: fc.constant('plan again' as const) }),
    fc.record({ do: fc.constant('a colleague refunds' as const), minor: fc.integer({ min: 1, max: 900 }) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

  async function take(doing: Step, made: Plan, key: string, charge: string): Promise<void> {
    const execute = () => refundPayment.execute(made, key, at.desk).catch(() => undefined);
    if (doing.do === 'execute') {
      if (doing.fault) at.api.setFault({ kind: doing.fault, status: 500, path: '/v1/refunds' });
      await execute();
    } else if (doing.do === 'two at once') await Promise.all([execute(), execute()]);
    else if (doing.do === 'plan again') await refundPayment.plan(made.typed, at.desk);
    else if (doing.do === 'a colleague refunds') await giveBack(charge, doing.minor).catch(() => undefined);
    at.api.resetFaults();
  }

  it('no more is given back than planned, nor than was captured, and reading back tells the truth', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 2_500 }),
        async (steps, minor) => {
          const { payment, charge } = await at.pay();
          const made = await plan(payment, (minor / 100).toFixed(2));
          const key = `key-any-${(runs += 1)}`;
          for (const doing of steps) await take(doing, made, key, charge);
          const { data } = await at.stripe.refunds.list({ charge });
          const ours = data.filter(({ metadata }) => metadata?.paydesk === key);
          expect(ours.map(({ amount }) => amount)).toEqual(ours.length === 0 ? [] : [minor]);
          expect(data.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(2_500);
          const { kind } = await refundPayment.readBack(made, key, at.desk);
          expect(kind).toBe(ours.length === 1 ? 'done' : 'not_done');
        },
      ),
      { numRuns: 40 },
    );
  });
});

it('the same amount again is allowed a day later', async () => {
  const { payment, charge } = await at.pay();
  await giveBack(charge, 500);
  at.clock.advance(24 * hourMs - 1_000);
  expect(await faults(payment, '5')).toHaveLength(1);
  at.clock.advance(1_000);
  expect((await plan(payment, '5')).preview.headline).toMatch(/^Refund 5\.00 EUR/);
});

underOrdeals(refundPayment, async ({ payments }) => {
  const { payment, charge } = await payments.pay();
  return {
    typed: { payment, amount: '5', reason: 'duplicate' },
    effects: async () => Number((await payments.get(`charges/${charge}`)).amount_refunded) / 500,
  };
});
