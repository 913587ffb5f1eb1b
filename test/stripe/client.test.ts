/** How the client behaves when Stripe does not: faults over real HTTP, with attempts, waits and words counted. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStripeClient } from '../../src/adapters/stripe/client.js';
import { readers } from '../../src/adapters/stripe/readers.js';
import { stripeVersion, type StripeDeps } from '../../src/adapters/stripe/transport.js';
import type { OpsErrorCode } from '../../src/kernel/errors.js';
import type { Log } from '../../src/kernel/log.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
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
import { paymentIntent, refund } from './objects.js';
import { faultOf, stripeDeps } from './setup.js';

let stripe: FakeStripe;
beforeEach(async () => {
  stripe = await startFakeStripe();
  stripe.put('payment_intents', paymentIntent());
});
afterEach(() => stripe.close());

function setUp(changes: Partial<StripeDeps> = {}) {
  const { deps, sleeps } = stripeDeps(stripe.baseUrl, changes);
  const client = createStripeClient(deps);
  const payment = (id = 'pi_1') =>
    client.get('/v1/payment_intents/{id}', { path: { id } }, readers.payment, client.deadline());
  return { client, payment, sleeps };
}

describe('a request', () => {
  it('carries the key, the pinned version and brackets in its query', async () => {
    stripe.put('payouts');
    const { client } = setUp();
    const range = { arrival_date: { gte: 1, lte: 2 } };
    const listed = client.list('/v1/payouts', range, { limit: 5, deadline: client.deadline() });
    expect(await listed.next()).toEqual({ done: true, value: undefined });
    const [request] = stripe.requests;
    expect(decodeURIComponent(request!.url)).toBe(
      '/v1/payouts?arrival_date[gte]=1&arrival_date[lte]=2&limit=5',
    );
    expect(request!.headers).toMatchObject({
      authorization: 'Bearer sk_test_fake',
      'stripe-version': stripeVersion,
    });
  });

  it.each([
    ['', 'would list instead'],
    ['..', 'would climb to another address'],
    ['pi_1/../../charges', 'would climb further'],
    ['pi 1', 'has a space'],
    ['pi_💥', 'has an emoji'],
    ['x'.repeat(10_000), 'is a pasted text'],
    ["pi_1'; drop table payments", 'is SQL'],
  ])('is not sent for the id “%.20s”, which %s', async (id) => {
    expect((await faultOf(setUp().payment(id))).code).toBe('invalid');
    expect(stripe.requests).toHaveLength(0);
  });

  it.each(['', 'sk_test_a\nb', 'sk_test “a”'])('is never made with the unusable key %j', (key) => {
    const { deps } = stripeDeps(stripe.baseUrl, { apiKey: new Secret(key) });
    expect(() => createStripeClient(deps)).toThrow(/misconfigured/);
  });
});

const html = '<html><body>502 Bad Gateway</body></html>';
const late = { 'retry-after': '1' };

describe('a failing Stripe', () => {
  const rows: [reason: string, faults: Fault[], code: OpsErrorCode, requests: number, sleeps: number[]][] = [
    ['key refused', [refusal(401, { message: 'Invalid API Key' })], 'misconfigured', 1, []],
    ['permission missing', [refusal(403, { code: 'more_permissions_required' })], 'misconfigured', 1, []],
    ['refused by a proxy', [answerWith(403, html)], 'misconfigured', 1, []],
    ['bad parameter', [refusal(400, { code: 'parameter_unknown', param: 'foo' })], 'invalid', 1, []],
    ['a 400 that is not Stripe’s', [answerWith(400, html)], 'unavailable', 1, []],
    ['missing', [refusal(404, { code: 'resource_missing' })], 'not_found', 1, []],
    [
      'address that Stripe does not have',
      [refusal(404, { message: 'Unrecognized URL' })],
      'unavailable',
      1,
      [],
    ],
    ['a 404 that is not Stripe’s', [answerWith(404, html)], 'unavailable', 1, []],
    ['redirect', [answerWith(302, '', { location: 'http://127.0.0.1:9/' })], 'unavailable', 1, []],
    ['broken throughout', [500, 502, 503].map((s) => answerWith(s, html)), 'unavailable', 3, [200, 400]],
    ['in conflict throughout', [1, 2, 3].map(() => refusal(409, {})), 'unavailable', 3, [200, 400]],
    ['over the limit', [1, 2, 3].map(() => refusal(429, {}, late)), 'rate_limited', 3, [1000, 1000]],
    ['limit without a time', [1, 2, 3].map(() => refusal(429, {})), 'rate_limited', 3, [200, 400]],
    ['a wait over the deadline', [refusal(429, {}, { 'retry-after': '60' })], 'rate_limited', 1, []],
    [
      'waits that add up to it',
      [1, 2].map(() => refusal(429, {}, { 'retry-after': '3' })),
      'rate_limited',
      2,
      [3000],
    ],
    ['told not to retry', [refusal(500, {}, { 'stripe-should-retry': 'false' })], 'unavailable', 1, []],
    ['dropped throughout', [dropped, dropped, dropped], 'unavailable', 3, [200, 400]],
    ['cut off throughout', [cutOff, cutOff, cutOff], 'unavailable', 3, [200, 400]],
    ['HTML with status 200', [answerWith(200, html, { 'content-type': 'text/html' })], 'unavailable', 1, []],
    ['half a JSON', [answerWith(200, '{"id":"pi_1",')], 'unavailable', 1, []],
    ['nothing', [answerWith(200, '')], 'unavailable', 1, []],
    ['no content', [answerWith(204, '')], 'unavailable', 1, []],
    ['null', [json(200, null)], 'unavailable', 1, []],
    ['a list instead', [json(200, [paymentIntent()])], 'unavailable', 1, []],
    ['amount as text', [json(200, paymentIntent({ amount: '1250' }))], 'unavailable', 1, []],
    ['amount with a fraction', [json(200, paymentIntent({ amount: 12.5 }))], 'unavailable', 1, []],
    ['amount beyond exact numbers', [json(200, paymentIntent({ amount: 2 ** 53 }))], 'unavailable', 1, []],
    ['currency that does not exist', [json(200, paymentIntent({ currency: 'zzz' }))], 'unavailable', 1, []],
    ['instant beyond dates', [json(200, paymentIntent({ created: 9e15 }))], 'unavailable', 1, []],
    ['status missing', [json(200, paymentIntent({ status: undefined }))], 'unavailable', 1, []],
  ];

  it.each(rows)('%s', async (_reason, faults, code, requests, sleeps) => {
    stripe.failNext(...faults);
    const { payment, sleeps: slept } = setUp();
    expect((await faultOf(payment())).code).toBe(code);
    expect(stripe.requests).toHaveLength(requests);
    expect(slept).toEqual(sleeps);
  });

  it.each<[string, Fault]>([
    ['a dropped connection', dropped],
    ['a body cut off', cutOff],
    ['a server error', answerWith(503, html)],
    ['a conflict', refusal(409, { code: 'lock_timeout' })],
    ['a limit', refusal(429, {})],
    ['what Stripe says to repeat', refusal(400, {}, { 'stripe-should-retry': 'true' })],
  ])('recovers after %s', async (_reason, fault) => {
    stripe.failNext(fault, fault);
    expect(await setUp().payment()).toMatchObject({ id: 'pi_1' });
    expect(stripe.requests).toHaveLength(3);
  });

  it.each<[string, Fault]>([
    ['silent', silent],
    ['stalled in the body', stalled],
  ])('%s: the deadline ends the wait, and nothing is sent again', async (_reason, fault) => {
    stripe.failNext(fault);
    const fault_ = await faultOf(setUp({ timeoutMs: 40 }).payment());
    expect(fault_).toMatchObject({ code: 'unavailable', publicMessage: 'Stripe did not answer in time.' });
    expect(fault_.details).toEqual({ path: '/v1/payment_intents/{id}', timeoutMs: 40 });
    expect(stripe.requests).toHaveLength(1);
  });

  it('that is nowhere: unavailable after its attempts', async () => {
    await stripe.close();
    const { payment, sleeps } = setUp();
    expect(await faultOf(payment())).toMatchObject({
      code: 'unavailable',
      publicMessage: 'Stripe cannot be reached.',
    });
    expect(sleeps).toEqual([200, 400]);
    stripe = await startFakeStripe();
  });

  it('spreads its attempts: the wait lies between half of the backoff and all of it', async () => {
    stripe.failNext(dropped, dropped, dropped);
    const { payment, sleeps } = setUp({ random: () => 0 });
    await faultOf(payment());
    expect(sleeps).toEqual([100, 200]);
  });

  it('whatever it says as JSON, the answer is an object or one clear error', async () => {
    const { payment } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        stripe.failNext(json(200, value));
        expect((await faultOf(payment())).code).toBe('unavailable');
      }),
      { seed: 7, numRuns: 50 },
    );
  });
});

describe('an error', () => {
  it('names the request, the place and Stripe’s words for the operator only', async () => {
    stripe.failNext(refusal(400, { code: 'parameter_invalid', param: 'limit', message: 'sk_test_quoted' }));
    const fault = await faultOf(setUp().payment());
    expect(fault.details).toEqual({
      path: '/v1/payment_intents/{id}',
      status: 400,
      requestId: 'req_1',
      errorType: 'invalid_request_error',
      errorCode: 'parameter_invalid',
      param: 'limit',
    });
    expect(`${fault.publicMessage} ${fault.hint ?? ''}`).not.toContain('sk_test_quoted');
    expect(fault.cause).toMatchObject({ message: 'sk_test_quoted' });
  });

  it.each([
    [
      'a wrong field',
      json(200, paymentIntent({ amount: null })),
      /^payment pi_1 cannot be read: amount is null, not a number /,
    ],
    [
      'a wrong field below',
      json(200, paymentIntent({ last_payment_error: { code: 5 } })),
      /^payment pi_1 cannot be read: last_payment_error\.code is a number, not text/,
    ],
    ['no object', json(200, 'hello'), /^the answer is text, not an object$/],
    [
      'HTML',
      answerWith(200, html, { 'content-type': 'text/html' }),
      /^not JSON \(text\/html, 41 characters\)$/,
    ],
  ])('tells the place of %s', async (_reason, answer, place) => {
    stripe.failNext(answer);
    const { details } = await faultOf(setUp().payment());
    expect(details).toMatchObject({ status: 200, requestId: 'req_1' });
    expect(details.fault).toMatch(place);
  });

  it('never shows the key, in whatever way it is printed', async () => {
    stripe.failNext(dropped, dropped, dropped);
    const fault = await faultOf(setUp().payment());
    expect(inspect(fault, { depth: 10, showHidden: true })).not.toContain('sk_test_fake');
  });

  it('that is repaired by another attempt is logged with its request id', async () => {
    const lines: object[] = [];
    const log: Log = { ...silentLog, warn: (fields, message) => void lines.push({ ...fields, message }) };
    stripe.failNext(answerWith(503, html));
    await setUp({ log }).payment();
    expect(lines).toEqual([
      {
        path: '/v1/payment_intents/{id}',
        status: 503,
        requestId: 'req_1',
        attempts: 1,
        waitMs: 200,
        message: 'stripe: the request is sent again',
      },
    ]);
  });
});

describe('a list', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => refund({ id: `re_${index}`, created: count - index }));

  async function ids(limit: number, changes: Partial<StripeDeps> = {}): Promise<string[]> {
    const { client } = setUp(changes);
    const found: string[] = [];
    const options = { limit, deadline: client.deadline() };
    for await (const wire of client.list('/v1/refunds', { charge: 'ch_1' }, options)) {
      found.push((wire as { id: string }).id);
    }
    return found;
  }

  it.each([
    [0, 300, 1, 'none'],
    [100, 300, 1, 'one full page, and no more'],
    [101, 300, 2, 'one object over a page'],
    [250, 300, 3, 'the last page is short'],
    [250, 120, 2, 'the limit cuts the second page'],
    [250, 30, 1, 'a limit below a page asks for no more than it needs'],
    [250, 0, 0, 'nothing is wanted'],
  ])('of %i objects, at most %i, takes %i requests: %s', async (count, limit, requests) => {
    stripe.put('refunds', ...many(count));
    const expected = many(count).map(({ id }) => id);
    expect(await ids(limit)).toEqual(expected.slice(0, limit));
    expect(stripe.requests).toHaveLength(requests);
    for (const { url } of stripe.requests) {
      expect(Number(new URLSearchParams(url.split('?')[1]).get('limit'))).toBeLessThanOrEqual(
        Math.min(limit, 100),
      );
    }
  });

  it('whose page promises more but is empty is refused, because the rest would be missing', async () => {
    stripe.failNext(json(200, { data: [], has_more: true }));
    expect((await faultOf(ids(300))).details.fault).toBe(
      'the answer promises more without saying after which object',
    );
    expect(stripe.requests).toHaveLength(1);
  });

  it('ends with its limit when a server repeats the same page', async () => {
    const page = json(200, { data: many(100), has_more: true });
    stripe.failNext(page, page, page, page);
    expect(await ids(250)).toHaveLength(250);
    expect(stripe.requests).toHaveLength(3);
  });

  it('has one deadline over all its pages', async () => {
    stripe.put('refunds', ...many(250));
    stripe.failNext(json(200, { data: many(100), has_more: true }), refusal(429, {}, { 'retry-after': '3' }));
    stripe.failNext(json(200, { data: many(100), has_more: true }), refusal(429, {}, { 'retry-after': '3' }));
    expect((await faultOf(ids(300))).code).toBe('rate_limited');
    expect(stripe.requests).toHaveLength(4);
  });

  it('hands on what it does not read, whatever it is', async () => {
    stripe.failNext(json(200, { data: [refund(), { id: 5 }, { id: 're_2' }], has_more: false }));
    expect(await ids(10)).toEqual([refund().id, 5, 're_2']);
  });
});
