/** The port's writes over HTTP: what is sent, what an answer means, and that nothing happens twice. */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStripeWrites } from '../../src/adapters/stripe/writes.js';
import type { OpsErrorCode } from '../../src/kernel/errors.js';
import { money } from '../../src/kernel/money.js';
import type { PaymentWrites, RefundOrder } from '../../src/ports/payment-writes.js';
import { filesBaseUrlOf, type StripeDeps } from '../../src/adapters/stripe/transport.js';
import {
  answerWith,
  cutOff,
  dropped,
  json,
  refusal,
  silent,
  stalled,
  startFakeStripe,
  type FakeStripe,
  type Fault,
} from './fake-stripe.js';
import * as objects from './objects.js';
import { faultOf, stripeDeps } from './setup.js';

let stripe: FakeStripe;
beforeEach(async () => {
  stripe = await startFakeStripe();
  stripe.put('payment_intents', objects.paymentIntent({ status: 'requires_capture' }));
  stripe.put('payouts', objects.payout({ status: 'pending' }));
  stripe.put('disputes', objects.dispute());
});
afterEach(() => stripe.close());

function setUp(changes: Partial<StripeDeps> = {}): { writes: PaymentWrites; sleeps: number[] } {
  const { deps, sleeps } = stripeDeps(stripe.baseUrl, changes);
  return { writes: createStripeWrites(deps), sleeps };
}

const idempotencyKey = 'rem_1:attempt_1';
const refundOrder: RefundOrder = {
  chargeId: 'ch_1',
  amount: money(250, 'EUR'),
  reason: 'duplicate',
  metadata: { remediation: 'rem_1' },
  idempotencyKey,
};

describe('a write', () => {
  const rows: [
    what: string,
    write: (writes: PaymentWrites) => Promise<object>,
    path: string,
    form: string[],
    found: object,
  ][] = [
    [
      'refund',
      (writes) => writes.refund(refundOrder),
      'refunds',
      ['charge=ch_1', 'amount=250', 'reason=duplicate', 'metadata[remediation]=rem_1'],
      { id: 're_1', amount: money(250, 'EUR'), metadata: { remediation: 'rem_1' } },
    ],
    [
      'refund without a reason or a mark',
      (writes) => writes.refund({ ...refundOrder, reason: null, metadata: {} }),
      'refunds',
      ['charge=ch_1', 'amount=250'],
      { id: 're_1' },
    ],
    [
      'capture',
      (writes) => writes.capturePayment({ paymentId: 'pi_1', amount: money(1000, 'EUR'), idempotencyKey }),
      'payment_intents/pi_1/capture',
      ['amount_to_capture=1000'],
      { id: 'pi_1', status: 'succeeded' },
    ],
    [
      'cancel a payment',
      (writes) => writes.cancelPayment({ paymentId: 'pi_1', reason: 'abandoned', idempotencyKey }),
      'payment_intents/pi_1/cancel',
      ['cancellation_reason=abandoned'],
      { id: 'pi_1', status: 'canceled' },
    ],
    [
      'cancel a payment without a reason',
      (writes) => writes.cancelPayment({ paymentId: 'pi_1', reason: null, idempotencyKey }),
      'payment_intents/pi_1/cancel',
      [],
      { status: 'canceled' },
    ],
    [
      'cancel a payout',
      (writes) => writes.cancelPayout({ payoutId: 'po_1', idempotencyKey }),
      'payouts/po_1/cancel',
      [],
      { id: 'po_1', status: 'canceled' },
    ],
    [
      'stage evidence and take a piece back',
      (writes) =>
        writes.updateEvidence({
          disputeId: 'dp_1',
          evidence: { uncategorized_text: 'Signed & delivered', receipt: null },
          submit: false,
          metadata: { paydesk: 'rem_1' },
          idempotencyKey,
        }),
      'disputes/dp_1',
      [
        'evidence[uncategorized_text]=Signed & delivered',
        'evidence[receipt]=',
        'submit=false',
        'metadata[paydesk]=rem_1',
      ],
      { id: 'dp_1' },
    ],
    [
      'submit what is staged',
      (writes) =>
        writes.updateEvidence({
          disputeId: 'dp_1',
          evidence: {},
          submit: true,
          metadata: {},
          idempotencyKey,
        }),
      'disputes/dp_1',
      ['submit=true'],
      { id: 'dp_1' },
    ],
    [
      'close a dispute',
      (writes) => writes.closeDispute({ disputeId: 'dp_1', idempotencyKey }),
      'disputes/dp_1/close',
      [],
      { id: 'dp_1', status: 'lost' },
    ],
  ];

  it.each(rows)(
    '%s: one form with its key, answered in the desk’s noun',
    async (_what, write, path, form, found) => {
      expect(await write(setUp().writes)).toMatchObject(found);
      expect(stripe.effects).toEqual([path]);
      const [request, ...more] = stripe.requests;
      expect(more).toEqual([]);
      expect(request!.url).toBe(`/v1/${path}`);
      expect(request!.form.map((field) => field.join('='))).toEqual(form);
      expect(request!.headers).toMatchObject({
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': idempotencyKey,
        'stripe-version': '2026-10-28.endive',
      });
    },
  );

  it.each([
    ['EUR', 1250, '1250'],
    ['JPY', 1250, '1250'],
    ['ISK', 1250, '125000'],
    ['UGX', 5, '500'],
    ['MGA', 1200, '12'],
    ['KWD', 12_340, '12340'],
  ])('sends %s %i as %s, in Stripe’s smallest unit', async (currency, minor, amount) => {
    await setUp().writes.refund({ ...refundOrder, amount: money(minor, currency) });
    expect(stripe.requests[0]!.form).toContainEqual(['amount', amount]);
  });

  it.each([
    ['an amount that Stripe cannot take', { amount: money(1250, 'MGA') }],
    ['an empty key', { idempotencyKey: '' }],
    ['a key with a line break', { idempotencyKey: 'a\r\nb' }],
    ['a key with a space', { idempotencyKey: 'a b' }],
    ['a key that is too long', { idempotencyKey: 'x'.repeat(256) }],
  ])('is not sent with %s', async (_reason, changes) => {
    expect((await faultOf(setUp().writes.refund({ ...refundOrder, ...changes }))).code).toBe('invalid');
    expect(stripe.requests).toEqual([]);
  });

  it.each(['', '..', 'dp_1/close', 'dp 1'])('is not sent to the id “%s”', async (disputeId) => {
    const { writes } = setUp();
    expect((await faultOf(writes.closeDispute({ disputeId, idempotencyKey }))).code).toBe('invalid');
    expect(stripe.requests).toEqual([]);
  });
});

describe('an upload', () => {
  const content = Uint8Array.from([0x25, 0x50, 0x44, 0x46, 0x2d, 0, 13, 10, 0xff, 0xfe]);
  const upload = { name: 'receipt.pdf', mimeType: 'application/pdf', content, idempotencyKey } as const;

  it.each([
    ['receipt.pdf', 'receipt.pdf'],
    ['Beleg „März“.pdf', 'Beleg „März“.pdf'],
    ['a"; name="purpose".pdf', 'a%22; name=%22purpose%22.pdf'],
    ['a\r\nContent-Type: text/html\r\n\r\n.pdf', 'a Content-Type: text/html .pdf'],
  ])('of “%s” arrives byte for byte, as another reader of forms sees it', async (name, seen) => {
    expect(await setUp().writes.uploadEvidence({ ...upload, name })).toEqual({ fileId: 'file_1' });
    const [{ url, headers, body }] = stripe.requests as [FakeStripe['requests'][number]];
    expect(url).toBe('/v1/files');
    const answer = new Response(body, { headers: { 'content-type': headers['content-type']! } });
    // oxlint-disable-next-line typescript/no-deprecated -- slow for servers, but a reader that is not ours
    const form = await answer.formData();
    expect([...form.keys()]).toEqual(['purpose', 'file']);
    expect(form.get('purpose')).toBe('dispute_evidence');
    const file = form.get('file') as Blob & { name: string };
    expect([file.name, file.type]).toEqual([seen.replaceAll('%22', '"'), 'application/pdf']);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(content);
  });

  it('that is repeated is the same order, and that of another content is not', async () => {
    const { writes } = setUp();
    expect(await writes.uploadEvidence(upload)).toEqual(await writes.uploadEvidence(upload));
    expect(stripe.effects).toEqual(['files']);
    const other = { ...upload, content: Uint8Array.from([1]) };
    expect((await faultOf(writes.uploadEvidence(other))).code).toBe('unknown_outcome');
  });

  it('whose answer is lost has an unknown outcome', async () => {
    stripe.loseNext(dropped);
    expect(await faultOf(setUp().writes.uploadEvidence(upload))).toMatchObject({
      code: 'unknown_outcome',
      details: { idempotencyKey },
    });
  });

  it.each([
    ['https://api.stripe.com', 'https://files.stripe.com'],
    ['https://api.stripe.com/', 'https://files.stripe.com'],
    ['http://127.0.0.1:12111', 'http://127.0.0.1:12111'],
    ['https://api.stripe.com.example', 'https://api.stripe.com.example'],
  ])('beside %s goes to %s', (baseUrl, filesBaseUrl) => {
    expect(filesBaseUrlOf(baseUrl)).toBe(filesBaseUrl);
  });
});

describe('a key', () => {
  it('that comes twice with the same order replays the first answer', async () => {
    const { writes } = setUp();
    expect(await writes.refund(refundOrder)).toEqual(await writes.refund(refundOrder));
    expect(stripe.requests).toHaveLength(2);
    expect(stripe.effects).toEqual(['refunds']);
  });

  it('that comes with another order leaves open what came of the first one', async () => {
    const { writes } = setUp();
    await writes.refund(refundOrder);
    const fault = await faultOf(writes.refund({ ...refundOrder, amount: money(300, 'EUR') }));
    expect(fault).toMatchObject({ code: 'unknown_outcome', details: { errorType: 'idempotency_error' } });
    expect(stripe.effects).toEqual(['refunds']);
  });

  it('of its own makes a second effect', async () => {
    const { writes } = setUp();
    await writes.refund(refundOrder);
    await writes.refund({ ...refundOrder, idempotencyKey: 'rem_2:attempt_1' });
    expect(stripe.effects).toEqual(['refunds', 'refunds']);
  });
});

const html = '<html><body>502 Bad Gateway</body></html>';

describe('a refusal', () => {
  it.each<[reason: string, fault: Fault, code: OpsErrorCode]>([
    ['a bad parameter', refusal(400, { code: 'amount_too_large', param: 'amount' }), 'invalid'],
    ['a state that does not allow it', refusal(400, { code: 'charge_already_refunded' }), 'invalid'],
    ['a bank that says no', refusal(402, { type: 'card_error', code: 'card_declined' }), 'invalid'],
    ['an object that does not exist', refusal(404, { code: 'resource_missing' }), 'not_found'],
    ['a lock', refusal(409, { code: 'lock_timeout' }), 'conflict'],
    ['a wrong key of the API', refusal(401, {}), 'misconfigured'],
    ['a key of the API that is too narrow', refusal(403, {}), 'misconfigured'],
    ['a limit', refusal(429, { code: 'rate_limit' }, { 'retry-after': '1' }), 'rate_limited'],
  ])('for %s is told, and nothing is sent again', async (_reason, fault, code) => {
    stripe.failNext(fault);
    const { writes, sleeps } = setUp();
    const told = await faultOf(writes.refund(refundOrder));
    expect(told).toMatchObject({ code, details: { requestId: 'req_1', path: '/v1/refunds' } });
    expect(stripe.requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it.each([
    ['charge_already_refunded', 'Stripe’s reason: charge_already_refunded.'],
    [
      'dispute_evidence_page_limit_exceeded',
      'Stripe’s reason: dispute_evidence_page_limit_exceeded. The texts and files have more pages in total than the card network accepts: shorten them.',
    ],
    ['sk_live_4242 is wrong', undefined],
    [undefined, undefined],
  ])('with the code %s has the hint %s', async (code, hint) => {
    stripe.failNext(refusal(400, { code, message: 'in Stripe’s words' }));
    const { hint: told, cause } = await faultOf(setUp().writes.refund(refundOrder));
    expect(told).toBe(hint);
    expect(cause).toMatchObject({ message: 'in Stripe’s words' });
  });
});

describe('an unknown outcome', () => {
  const rows: [reason: string, fault: Fault][] = [
    ['dropped connection', dropped],
    ['answer cut off', cutOff],
    ['server error in Stripe’s words', refusal(500, { type: 'api_error' })],
    ['server error that Stripe says to repeat', refusal(503, {}, { 'stripe-should-retry': 'true' })],
    ['a gateway’s error', answerWith(502, html)],
    ['a timeout of something between', answerWith(408, html)],
    ['a failed dependency of Stripe’s', refusal(424, {})],
    ['a refusal that is not Stripe’s', answerWith(403, html)],
    ['a limit that is not Stripe’s', answerWith(429, html)],
    ['a redirect', answerWith(307, '', { location: 'http://127.0.0.1:9/' })],
    ['an earlier request with the key under way', refusal(409, { code: 'idempotency_key_in_use' })],
    ['the same, told by its type only', refusal(409, { type: 'idempotency_error' })],
    ['an earlier request with the key and other parameters', refusal(400, { type: 'idempotency_error' })],
    ['HTML with status 200', answerWith(200, html)],
    ['no content', answerWith(204, '')],
    ['a field of a wrong type', json(200, objects.refund({ amount: '250' }))],
    [
      'an amount that its currency cannot express',
      json(200, objects.refund({ currency: 'isk', amount: 4010 })),
    ],
  ];

  it.each(rows)('%s: before the effect', async (_reason, fault) => {
    stripe.failNext(fault);
    const { writes, sleeps } = setUp();
    const told = await faultOf(writes.refund(refundOrder));
    expect(told).toMatchObject({ code: 'unknown_outcome', details: { idempotencyKey } });
    expect(stripe.requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it.each(rows)(
    '%s: after the effect, which happened once and is found under its key',
    async (_reason, fault) => {
      stripe.loseNext(fault);
      const { writes } = setUp();
      expect((await faultOf(writes.refund(refundOrder))).code).toBe('unknown_outcome');
      expect(stripe.requests).toHaveLength(1);
      expect(stripe.effects).toEqual(['refunds']);
      expect(await writes.refund(refundOrder)).toMatchObject({ id: 're_1' });
      expect(stripe.effects).toEqual(['refunds']);
    },
  );

  it.each<[string, Fault]>([
    ['silence', silent],
    ['a body that stalls', stalled],
  ])('after %s ends with the deadline', async (_reason, fault) => {
    stripe.loseNext(fault);
    const told = await faultOf(setUp({ timeoutMs: 40 }).writes.refund(refundOrder));
    expect(told.code).toBe('unknown_outcome');
    expect(told.details).toEqual({ path: '/v1/refunds', timeoutMs: 40, idempotencyKey });
    expect(stripe.requests).toHaveLength(1);
    expect(stripe.effects).toEqual(['refunds']);
  });

  it('when Stripe is nowhere', async () => {
    await stripe.close();
    expect((await faultOf(setUp().writes.refund(refundOrder))).code).toBe('unknown_outcome');
    stripe = await startFakeStripe();
  });

  it('never shows the key of the API', async () => {
    stripe.failNext(dropped);
    const told = await faultOf(setUp().writes.refund(refundOrder));
    expect(inspect(told, { depth: 10, showHidden: true })).not.toContain('sk_test_fake');
  });
});
