/** What the official client changes, what it is refused, and how the API behaves when things go wrong. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../sandbox/world/clock.js';
import { examples } from '../../../sandbox/world/examples.js';
import { apiKey, collect, failure, openBench, start, type Bench } from './support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.api.close());

const pay = (extra: object = {}) =>
  bench.stripe.paymentIntents.create({
    amount: 2_500,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    ...extra,
  });

describe('paying', () => {
  it('charges at once, with a transaction, events, and word to the books', async () => {
    bench.changes.length = 0;
    const intent = await pay({ metadata: { order_id: 'o-1' } });
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2_500 });
    const charge = await bench.stripe.charges.retrieve(intent.latest_charge as string, {
      expand: ['balance_transaction'],
    });
    expect(charge).toMatchObject({
      captured: true,
      paid: true,
      balance_transaction: { amount: 2_500, status: 'pending' },
    });
    expect(bench.changes.map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'charge.captured',
      'payment_intent.succeeded',
    ]);
    const rows = bench.changes;
    expect(rows.flatMap(({ attempts }) => attempts)[0]).toMatchObject({
      order_id: 'o-1',
      payment_id: intent.id,
      status: 'succeeded',
    });
    expect(rows.flatMap(({ bookings }) => bookings)).toMatchObject([
      { kind: 'capture', amount_minor: 2_500, payment_id: intent.id },
    ]);
    const listed = await bench.stripe.paymentIntents.list({ limit: 1 });
    expect(listed.data[0]!.id).toBe(intent.id);
    expect((await bench.stripe.events.list({ limit: 1 })).data[0]!.type).toBe('payment_intent.succeeded');
  });

  it('in steps: create, update, confirm, capture a part', async () => {
    const { stripe } = bench;
    const created = await stripe.paymentIntents.create({
      amount: 900,
      currency: 'eur',
      capture_method: 'manual',
    });
    expect(created.status).toBe('requires_payment_method');
    const updated = await stripe.paymentIntents.update(created.id, { amount: 1_000, metadata: { a: '1' } });
    expect(updated).toMatchObject({ amount: 1_000, metadata: { a: '1' } });
    const confirmed = await stripe.paymentIntents.confirm(created.id, {
      payment_method: 'pm_card_mastercard',
    });
    expect(confirmed).toMatchObject({ status: 'requires_capture', amount_capturable: 1_000 });
    const tooMuch = await failure(stripe.paymentIntents.capture(created.id, { amount_to_capture: 1_001 }));
    expect(tooMuch.code).toBe('amount_too_large');
    const captured = await stripe.paymentIntents.capture(created.id, { amount_to_capture: 700 });
    expect(captured).toMatchObject({ status: 'succeeded', amount_received: 700 });
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ])('%s is declined with %s (%s), and can be tried again', async (paymentMethod, code, declineCode) => {
    const error = await failure(pay({ payment_method: paymentMethod }));
    expect(error).toMatchObject({
      statusCode: 402,
      type: 'StripeCardError',
      code,
      decline_code: declineCode,
    });
    const intent = error.payment_intent!;
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { decline_code: declineCode },
    });
    const again = await bench.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(again).toMatchObject({ status: 'succeeded', last_payment_error: null });
    const charges = await collect(bench.stripe.charges.list({ payment_intent: intent.id }));
    expect(charges.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
  });

  it('waits for the customer when the issuer asks, and disputes or warns when the card says so', async () => {
    expect((await pay({ payment_method: 'pm_card_authenticationRequired' })).status).toBe('requires_action');
    const disputed = await pay({ payment_method: 'pm_card_createDispute' });
    const [dispute] = await collect(bench.stripe.disputes.list({ payment_intent: disputed.id }));
    expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 2_500 });
    const refused = await failure(bench.stripe.refunds.create({ payment_intent: disputed.id }));
    expect(refused.code).toBe('charge_disputed');
    const warned = await pay({ payment_method: 'pm_card_createIssuerFraudRecord' });
    expect(
      (await bench.stripe.radar.earlyFraudWarnings.list({ payment_intent: warned.id })).data,
    ).toHaveLength(1);
  });
});

describe('what is refused', () => {
  it.each([
    [
      'no amount',
      () => bench.stripe.paymentIntents.create({ currency: 'usd' } as never),
      'parameter_missing',
      'amount',
    ],
    ['unknown parameter', () => pay({ colour: 'red' }), 'parameter_unknown', 'colour'],
    ['not a number', () => pay({ amount: 'lots' }), 'parameter_invalid_integer', 'amount'],
    ['unknown payment', () => bench.stripe.paymentIntents.retrieve('pi_none'), 'resource_missing', 'intent'],
    ['unknown card', () => pay({ payment_method: 'pm_none' }), 'resource_missing', 'payment_method'],
    [
      'unknown charge',
      () => bench.stripe.refunds.create({ charge: 'ch_none' }),
      'resource_missing',
      'charge',
    ],
    ['limit too high', () => bench.stripe.charges.list({ limit: 101 }), 'parameter_invalid_integer', 'limit'],
    ['odd expansion', () => bench.stripe.charges.list({ expand: ['data.colour'] }), undefined, 'expand'],
  ])('%s', async (_, work, code, param) => {
    const error = await failure(work());
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', param });
    expect(error.code).toBe(code);
    expect(error.requestId).toMatch(/^req_\w{14}$/);
  });

  it.each(['capture', 'cancel', 'confirm'] as const)('%s of a finished payment', async (verb) => {
    const intent = await pay();
    const error = await failure(bench.stripe.paymentIntents[verb](intent.id));
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', statusCode: 400 });
    expect(error.payment_intent?.id).toBe(intent.id);
  });

  it('a wrong key, no key, and an unknown address', async () => {
    expect(
      (await bench.call('GET', '/v1/balance', { headers: { authorization: 'Bearer sk_wrong' } })).status,
    ).toBe(401);
    expect((await fetch(`${bench.api.baseUrl}/v1/balance`)).status).toBe(401);
    for (const path of ['/v1/nothing', '//', '/v1/charges/%zz', '/v1/charges/'])
      expect((await bench.call('GET', path)).status).toBe(404);
    expect((await bench.call('DELETE', '/v1/balance')).status).toBe(404);
    const basic = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
    expect((await bench.call('GET', '/v1/balance', { headers: { authorization: basic } })).status).toBe(200);
  });

  it.each(['constructor', '__proto__', 'amount[gt][__proto__]', '%', '%00', 'expand[][]'])(
    'answers in Stripe’s shape to the parameter %s',
    async (name) => {
      const answer = await bench.call('GET', `/v1/charges?${name}=1`);
      expect([200, 400]).toContain(answer.status);
      expect(Object.keys((await answer.json()) as object)).toHaveLength(answer.status === 200 ? 4 : 1);
      expect(({} as Record<string, unknown>).gt).toBeUndefined();
    },
  );
});

describe('giving back', () => {
  it('in parts, to the end, and not further; a payment of the world too', async () => {
    const { stripe, world } = bench;
    const id = examples(world, start).paidOut;
    const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    const first = await stripe.refunds.create({
      payment_intent: id,
      amount: 10,
      reason: 'requested_by_customer',
    });
    expect(first).toMatchObject({ amount: 10, charge: (intent.latest_charge as { id: string }).id });
    const tooMuch = await failure(stripe.refunds.create({ payment_intent: id, amount: intent.amount }));
    expect(tooMuch.code).toBe('amount_too_large');
    await stripe.refunds.create({ payment_intent: id });
    const charge = await stripe.charges.retrieve(first.charge as string, { expand: ['refunds'] });
    expect(charge).toMatchObject({ refunded: true, amount_refunded: intent.amount });
    expect(charge.refunds!.data).toHaveLength(2);
    expect((await failure(stripe.refunds.create({ payment_intent: id }))).code).toBe(
      'charge_already_refunded',
    );
    expect(
      (await collect(stripe.refunds.list({ charge: charge.id })))
        .map(({ amount }) => amount)
        .sort((a, b) => a - b),
    ).toEqual([10, intent.amount - 10].sort((a, b) => a - b));
  });

  it('all that a partial capture took, and not what it released', async () => {
    const { stripe } = bench;
    const { id } = await pay({ capture_method: 'manual' });
    await stripe.paymentIntents.capture(id, { amount_to_capture: 700 });
    const tooMuch = await failure(stripe.refunds.create({ payment_intent: id, amount: 701 }));
    expect(tooMuch.code).toBe('amount_too_large');
    expect((await stripe.refunds.create({ payment_intent: id })).amount).toBe(700);
  });

  it('cancels an uncaptured payment', async () => {
    const intent = await pay({ capture_method: 'manual' });
    const canceled = await bench.stripe.paymentIntents.cancel(intent.id, {
      cancellation_reason: 'duplicate',
    });
    expect(canceled).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'duplicate',
      amount_capturable: 0,
    });
  });
});

describe('disputes', () => {
  const open = async (): Promise<string> => {
    const intent = await pay({ payment_method: 'pm_card_createDispute' });
    return (await bench.stripe.disputes.list({ payment_intent: intent.id })).data[0]!.id;
  };

  it('take a draft, then the final evidence, once', async () => {
    const { stripe } = bench;
    const id = await open();
    const draft = await stripe.disputes.update(id, { evidence: { customer_name: 'Mia' }, submit: false });
    expect(draft).toMatchObject({
      status: 'needs_response',
      evidence_details: { submission_count: 0, has_evidence: true },
    });
    const sent = await stripe.disputes.update(id, { evidence: { product_description: 'a tent' } });
    expect(sent).toMatchObject({
      status: 'under_review',
      evidence: { customer_name: 'Mia', product_description: 'a tent' },
      evidence_details: { submission_count: 1 },
    });
    expect((await failure(stripe.disputes.update(id, { evidence: { receipt: 'x' } }))).statusCode).toBe(400);
  });

  it('refuse too much text and unknown kinds, and can be given up', async () => {
    const { stripe } = bench;
    const id = await open();
    const long = { uncategorized_text: 'x'.repeat(150_001) };
    expect((await failure(stripe.disputes.update(id, { evidence: long }))).param).toBe('evidence');
    const odd = { colour: 'red' } as never;
    expect((await failure(stripe.disputes.update(id, { evidence: odd }))).code).toBe('parameter_unknown');
    expect((await stripe.disputes.close(id)).status).toBe('lost');
    expect((await failure(stripe.disputes.close(id))).statusCode).toBe(400);
  });
});

describe('files', () => {
  const pdf = Buffer.from('%PDF-1.7\r\n--looks like a boundary\r\n\x00\xff', 'latin1');
  const upload = (data: Buffer = pdf, purpose: Stripe.FileCreateParams.Purpose = 'dispute_evidence') =>
    bench.stripe.files.create({ purpose, file: { data, name: 'Beleg „7“.pdf', type: 'application/pdf' } });
  const dispute = async (): Promise<string> => {
    const intent = await pay({ payment_method: 'pm_card_createDispute' });
    return (await bench.stripe.disputes.list({ payment_intent: intent.id })).data[0]!.id;
  };

  it('come from the official client byte for byte, and are found again', async () => {
    const file = await upload();
    expect(file).toMatchObject({ object: 'file', filename: 'Beleg „7“.pdf', size: pdf.length, type: 'pdf' });
    expect(await bench.stripe.files.retrieve(file.id)).toEqual(file);
    expect((await failure(bench.stripe.files.retrieve('file_1'))).statusCode).toBe(404);
  });

  it('come once under a key, although the client makes up another boundary each time', async () => {
    const params = {
      purpose: 'dispute_evidence',
      file: { data: pdf, name: 'a.pdf', type: 'application/pdf' },
    } as const;
    const { files } = bench.stripe;
    const first = await files.create(params, { idempotencyKey: 'upload-1' });
    expect((await files.create(params, { idempotencyKey: 'upload-1' })).id).toBe(first.id);
    const other = { ...params, file: { ...params.file, data: Buffer.from('%PDF-2') } };
    const error = await failure(files.create(other, { idempotencyKey: 'upload-1' }));
    expect(error.type).toBe('StripeIdempotencyError');
  });

  it.each<[string, Buffer, string]>([
    ['of another type than PDF, JPEG and PNG', Buffer.from('<html>'), 'file'],
    ['that is empty', Buffer.alloc(0), 'file'],
    ['over 5 MB', Buffer.concat([pdf, Buffer.alloc(5_000_000)]), 'file'],
  ])('%s is refused', async (_what, data, param) => {
    expect((await failure(upload(data))).param).toBe(param);
  });

  it('that are unknown or of another purpose are no evidence', async () => {
    const id = await dispute();
    const give = (receipt: string) =>
      bench.stripe.disputes.update(id, { evidence: { receipt }, submit: false });
    expect(await failure(give('file_unknown'))).toMatchObject({
      code: 'resource_missing',
      param: 'evidence[receipt]',
    });
    const logo = await upload(pdf, 'business_logo');
    expect((await failure(give(logo.id))).param).toBe('evidence[receipt]');
    const own = await upload();
    expect((await give(own.id)).evidence.receipt).toBe(own.id);
    expect((await give('')).evidence.receipt).toBeNull();
  });

  it('in a body that cannot be read are refused', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    for (const body of ['', 'nothing', '--x\r\nno end', '--x\r\nno name\r\n\r\na\r\n--x--'])
      expect((await bench.call('POST', '/v1/files', { body, headers })).status).toBe(400);
  });
});

describe('payouts', () => {
  it('by hand live with the clock and can be canceled while pending; automatic ones never', async () => {
    const own = await openBench();
    const { stripe, clock } = own;
    const [kept, dropped] = [
      await stripe.payouts.create({ amount: 700, currency: 'eur' }),
      await stripe.payouts.create({ amount: 800, currency: 'eur' }),
    ];
    const canceled = await stripe.payouts.cancel(dropped.id, { expand: ['failure_balance_transaction'] });
    expect(canceled.status).toBe('canceled');
    expect(canceled.failure_balance_transaction, 'the money is back').toMatchObject({
      type: 'payout_cancel',
      reporting_category: 'payout_reversal',
      net: 800,
      source: dropped.id,
    });
    clock.advance(2 * hourMs);
    expect((await stripe.payouts.retrieve(kept.id)).status).toBe('in_transit');
    expect((await failure(stripe.payouts.cancel(kept.id))).statusCode).toBe(400);
    clock.advance(72 * hourMs);
    expect((await stripe.payouts.retrieve(kept.id)).status).toBe('paid');
    const automatic = (await collect(stripe.payouts.list({ limit: 10 }))).find((payout) => payout.automatic);
    expect((await failure(stripe.payouts.cancel(automatic!.id))).statusCode).toBe(400);
    await own.api.close();
  });
});

describe('idempotency', () => {
  const body = 'amount=100&currency=usd';
  const post = (key: string, text = body): Promise<Response> =>
    bench.call('POST', '/v1/payment_intents', { body: text, headers: { 'idempotency-key': key } });

  it('answers the same again, and says so', async () => {
    const [first, second] = [await post('same'), await post('same')];
    expect(await second.text()).toBe(await first.text());
    expect([first, second].map((answer) => answer.headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
    ]);
  });

  it('refuses another request under the same key', async () => {
    await post('other');
    const error = (await (await post('other', 'amount=200&currency=usd')).json()) as {
      error: { type: string };
    };
    expect(error.error.type).toBe('idempotency_error');
  });

  it('refuses the second of two at the same time with 409', async () => {
    bench.api.setFault({ kind: 'slow', delayMs: 300, path: '/v1/payment_intents' });
    const answers = await Promise.all(['a', 'b', 'c'].map(() => post('together')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const busy = (await answers.find(({ status }) => status === 409)!.json()) as { error: { code: string } };
    expect(busy.error.code).toBe('idempotency_key_in_use');
    expect((await post('together')).headers.get('idempotent-replayed')).toBe('true');
  });

  it('does not keep a parameter that was wrong', async () => {
    expect((await post('fix', 'currency=usd')).status).toBe(400);
    expect((await post('fix')).status).toBe(200);
  });

  it('forgets a key once it is 24 hours old', async () => {
    const own = await openBench();
    const idOf = async (key: string): Promise<unknown> => {
      const init = { body, headers: { 'idempotency-key': key } };
      return ((await (await own.call('POST', '/v1/payment_intents', init)).json()) as { id: string }).id;
    };
    const first = await idOf('daily');
    own.clock.advance(dayMs - 1);
    const younger = await idOf('younger');
    expect(await idOf('daily')).toBe(first);
    own.clock.advance(1);
    expect(await idOf('daily')).not.toBe(first);
    expect(await idOf('younger')).toBe(younger);
    await own.api.close();
  });

  it('takes effect once though the answer was lost', async () => {
    const intent = await pay();
    // The client tries a closed connection once more by itself.
    bench.api.setFault({ kind: 'crash_after_effect', path: '/v1/refunds', count: 2 });
    const options = { idempotencyKey: 'lost-answer' };
    const lost = await failure(
      bench.stripe.refunds.create({ payment_intent: intent.id, amount: 100 }, options),
    );
    expect(lost.type).toBe('StripeConnectionError');
    await bench.stripe.refunds.create({ payment_intent: intent.id, amount: 100 }, options);
    expect(await collect(bench.stripe.refunds.list({ payment_intent: intent.id }))).toHaveLength(1);
  });
});

describe('faults', () => {
  it.each([
    [{ kind: 'status', status: 429 }, 'StripeRateLimitError'],
    [{ kind: 'status', status: 500 }, 'StripeAPIError'],
    [{ kind: 'status', status: 401 }, 'StripeAuthenticationError'],
    [{ kind: 'garbage' }, 'StripeAPIError'],
    // The client tries a closed connection once more by itself.
    [{ kind: 'drop', count: 2 }, 'StripeConnectionError'],
  ] as const)('%j shows as %s, and then no more', async (fault, type) => {
    bench.api.setFault({ ...fault, path: '/v1/balance' });
    expect((await failure(bench.stripe.balance.retrieve())).type).toBe(type);
    expect((await bench.stripe.balance.retrieve()).object).toBe('balance');
  });

  it('only hit their path, and can be taken back', async () => {
    bench.api.setFault({ kind: 'drop', count: 5, path: '/v1/refunds' });
    expect((await bench.stripe.balance.retrieve()).object).toBe('balance');
    bench.api.resetFaults();
    expect((await bench.stripe.refunds.list({ limit: 1 })).object).toBe('list');
  });
});

describe('objects from elsewhere', () => {
  it('are found exactly as they were given, with almost no field required', async () => {
    const charge = {
      id: 'ch_1PgafuB7WZ01zgkWXYmPNZs8',
      object: 'charge',
      created: 1_234_567_890,
      payment_intent: 'pi_other',
    };
    bench.api.putObjects([charge, { id: 'po_bare', object: 'payout', status: 'pending' }]);
    expect(await (await bench.call('GET', `/v1/charges/${charge.id}`)).json()).toEqual(charge);
    expect(await (await bench.call('GET', '/v1/payouts/po_bare')).json()).toMatchObject({
      status: 'pending',
    });
    expect((await bench.stripe.charges.list({ payment_intent: 'pi_other' })).data[0]!.id).toBe(charge.id);
    expect((await bench.stripe.refunds.list({ charge: charge.id })).data).toEqual([]);
  });

  it.each([[null], ['text'], [{ id: 'x' }], [{ object: 'charge' }]])('refuses %j', (object) => {
    expect(() => bench.api.putObjects([object])).toThrow(TypeError);
  });
});

describe('a currency that there is not', () => {
  it.each(['usdc', 'hrk', 'xxx', 'eu', 'euro'])('%s is refused, and nothing is written', async (currency) => {
    const { stripe } = bench;
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'EUR' });
    for (const call of [
      stripe.paymentIntents.create({ amount: 500, currency }),
      stripe.paymentIntents.update(intent.id, { currency }),
      stripe.payouts.create({ amount: 500, currency }),
    ]) {
      expect(await failure(call)).toMatchObject({
        param: 'currency',
        message: expect.stringContaining(currency) as string,
      });
    }
    expect((await stripe.paymentIntents.retrieve(intent.id)).currency).toBe('eur');
  });

  it('one that there is can be changed before the payment is confirmed', async () => {
    const { stripe } = bench;
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    expect((await stripe.paymentIntents.update(intent.id, { currency: 'USD' })).currency).toBe('usd');
  });
});
