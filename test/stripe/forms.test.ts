/** Stripe's form encoding: each rule in a row, and the same text as Stripe's own package for anything else. */
import fc from 'fast-check';
import Stripe from 'stripe';
import { expect, it } from 'vitest';
import { formOf, type Form, type FormValue } from '../../src/adapters/stripe/forms.js';

it.each<[reason: string, form: Form, text: string]>([
  ['a text', { charge: 'ch_1' }, 'charge=ch_1'],
  ['two fields keep their order', { b: '1', a: '2' }, 'b=1&a=2'],
  ['a bigint beyond exact numbers', { amount: 9_007_199_254_740_993n }, 'amount=9007199254740993'],
  ['a number', { limit: 100 }, 'limit=100'],
  ['true and false are words', { submit: false, forced: true }, 'submit=false&forced=true'],
  ['null unsets', { receipt: null }, 'receipt='],
  ['an empty text unsets too', { receipt: '' }, 'receipt='],
  ['nested', { evidence: { receipt: 'file_1' } }, 'evidence[receipt]=file_1'],
  ['nested null', { evidence: { receipt: null } }, 'evidence[receipt]='],
  ['a list is numbered', { expand: ['a', 'b'] }, 'expand[0]=a&expand[1]=b'],
  [
    'objects in a list',
    { items: [{ id: 'a', n: 1n }, { id: 'b' }] },
    'items[0][id]=a&items[0][n]=1&items[1][id]=b',
  ],
  ['three levels', { a: { b: { c: ['d'] } } }, 'a[b][c][0]=d'],
  ['nothing at all', {}, ''],
  ['an empty list and an empty object say nothing', { expand: [], metadata: {} }, ''],
])('%s', (_reason, form, text) => {
  expect(decodeURIComponent(formOf(form))).toBe(text);
});

it.each([
  ['separators', 'a&b=c?d#e', 'a%26b%3Dc%3Fd%23e'],
  ['a plus and a space differ', '1+1 2', '1%2B1+2'],
  ['brackets of a value', 'x[y]', 'x%5By%5D'],
  ['a line break', 'a\r\nb', 'a%0D%0Ab'],
  ['an emoji', '💸', '%F0%9F%92%B8'],
  ['half an emoji, cut off by a limit', '\ud83d', '%EF%BF%BD'],
])('escapes %s', (_reason, value, text) => {
  expect(formOf({ text: value })).toBe(`text=${text}`);
});

it('says the same as Stripe’s own package', async () => {
  let body = '';
  const notingFetch = (_url: unknown, init?: { body?: string }) => {
    body = init?.body ?? '';
    return Promise.resolve(new Response('{}', { headers: { 'content-type': 'application/json' } }));
  };
  const stripe = new Stripe('sk_test_fake', {
    httpClient: Stripe.createFetchHttpClient(notingFetch as typeof fetch),
    telemetry: false,
  });
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const leaf = fc.oneof(text, fc.bigInt(), fc.boolean(), fc.constant(null));
  const name = fc.stringMatching(/^[a-z][a-z_0-9]{0,8}$/);
  const { value } = fc.letrec<{ value: FormValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 4 }), async (form) => {
      await stripe.rawRequest('POST', '/v1/anything', form);
      expect([...new URLSearchParams(formOf(form))]).toEqual([...new URLSearchParams(body)]);
    }),
    { seed: 7, numRuns: 200 },
  );
});
