/**
 * Draft evidence: what it may say, how ready it is, and which earlier payments are a pair of Visa's rule.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetOf } from '../../src/disputes/evidence/assemble.js';
import { categories } from '../../src/disputes/evidence/categories/index.js';
import { agesFor, candidatesFor, isOfAge, pairOf } from '../../src/disputes/evidence/compelling-pair.js';
import { gather, type Material } from '../../src/disputes/evidence/material.js';
import { textsOf, type SourceRow } from '../../src/disputes/evidence/packet.js';
import type { EvidenceViews, Found, OrderRecord } from '../../src/ports/evidence-views.js';
import { OpsError } from '../../src/kernel/errors.js';
import { aCharge, aDispute, aRefund, now } from '../support/payment-objects.js';
import { FakePaymentsApi } from '../support/payment-sources.js';

const anOrder = (changed: Partial<OrderRecord> = {}): OrderRecord => ({
  id: 'ORD-1',
  paymentId: 'pi_1paid',
  chargeId: 'ch_1paid',
  placedAt: new Date('2026-11-10T10:00:00Z'),
  customerId: 'ACC-1',
  customerName: 'Noor Example',
  email: 'noor@post.example',
  ip: '198.18.0.7',
  deviceId: 'dev-0123456789ab',
  deviceFingerprint: 'fp-0123456789abcdef01',
  billingAddress: '1 Mill Lane, 10115 DE',
  shippingAddress: '1 Mill Lane, 10115 DE',
  cardFingerprint: 'cardfp',
  description: 'Desk lamp',
  receipt: 'receipts/1.pdf',
  refundPolicy: 'refunds.pdf',
  cancellationPolicy: 'terms.pdf',
  policiesAcceptedAt: new Date('2026-11-10T10:00:00Z'),
  cancelledAt: null,
  ...changed,
});

const aMaterial = (changed: Partial<Material> = {}): Material => ({
  dispute: aDispute({
    status: 'needs_response',
    respondBy: new Date(now.getTime() + 86_400_000),
    submissionCount: 0,
  }),
  charge: aCharge(),
  charges: [aCharge()],
  refunds: [],
  order: anOrder(),
  deliveries: [],
  logins: [],
  messages: [],
  pair: null,
  pairLacks: null,
  faults: [],
  passing: false,
  ...changed,
});

/** Values with a digit in them, as a row or object of the source has them, dates as they are written. */
const valuesOf = (row: unknown): string =>
  JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

const word = fc.stringMatching(/^[A-Z]{3}-[0-9]{3}[a-z]{3}$/);
const maybe = <Value>(one: fc.Arbitrary<Value>) => fc.option(one, { nil: null });
const instant = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
  .map((at) => new Date(Math.floor(at.getTime() / 60_000) * 60_000));
const order = fc.record({
  id: word,
  paymentId: word,
  chargeId: maybe(word),
  placedAt: instant,
  customerId: maybe(word),
  customerName: maybe(word),
  email: maybe(word),
  ip: maybe(word),
  deviceId: maybe(word),
  deviceFingerprint: maybe(word),
  billingAddress: maybe(word),
  shippingAddress: maybe(word),
  cardFingerprint: maybe(word),
  description: maybe(fc.oneof(word, fc.constant('   '))),
  receipt: maybe(word),
  refundPolicy: maybe(word),
  cancellationPolicy: maybe(word),
  policiesAcceptedAt: maybe(instant),
  cancelledAt: maybe(instant),
});
const material: fc.Arbitrary<Material> = fc.record({
  dispute: fc
    .constantFrom(...categories.map(({ reason }) => reason), 'general', 'a_reason_to_come')
    .map((reason) => aDispute({ reason, evidence: {} })),
  charge: maybe(fc.record({ id: word, createdAt: instant }).map((own) => aCharge(own))),
  charges: fc.array(
    fc.record({ id: word, createdAt: instant, captured: fc.boolean() }).map((own) => aCharge(own)),
    { maxLength: 3 },
  ),
  refunds: fc.array(
    fc.record({ id: word, createdAt: instant }).map((own) => aRefund({ ...own, status: 'succeeded' })),
    { maxLength: 2 },
  ),
  order: maybe(order),
  deliveries: fc.array(
    fc.record({
      id: word,
      orderId: word,
      carrier: maybe(word),
      trackingNumber: maybe(word),
      shippedAt: maybe(instant),
      deliveredAt: maybe(instant),
      address: maybe(word),
      proof: maybe(word),
    }),
    { maxLength: 2 },
  ),
  logins: fc.array(
    fc.record({
      id: word,
      customerId: word,
      at: instant,
      ip: maybe(word),
      deviceId: maybe(word),
      activity: word,
    }),
    { maxLength: 3 },
  ),
  messages: fc.array(
    fc.record({
      id: word,
      orderId: word,
      at: instant,
      fromCustomer: fc.boolean(),
      text: fc.oneof(word, fc.constant('')),
    }),
    { maxLength: 3 },
  ),
  pair: maybe(
    fc.tuple(order, order).map((earlier) => ({ earlier, matching: ['device', 'account'] as const })),
  ),
  pairLacks: fc.constant(null),
  faults: fc.constant([]),
  passing: fc.constant(false),
});

const rowsOf = ({ charge, charges, refunds, order: own, deliveries, logins, messages, pair }: Material) =>
  Object.entries({
    charge: [...(charge ? [charge] : []), ...charges],
    refund: refunds,
    orders: [...(own ? [own] : []), ...(pair?.earlier ?? [])],
    deliveries,
    logins,
    customer_messages: messages,
  }).flatMap(([from, rows]) => rows.map((row) => ({ from, id: row.id, row })));

describe('no sentence without a source row', () => {
  it('every statement names rows that exist, and says nothing with a digit in it that they do not hold', () => {
    fc.assert(
      fc.property(material, (given) => {
        const known = rowsOf(given);
        const find = ({ from, id }: SourceRow) => known.filter((one) => one.from === from && one.id === id);
        const packet = packetOf(given, now);
        for (const { text, sources } of [
          ...packet.statements,
          ...packet.documents.map(({ where, sources: own }) => ({ text: where, sources: own })),
        ]) {
          expect(sources.length).toBeGreaterThan(0);
          const rows = sources.flatMap(find);
          expect(rows.length).toBeGreaterThanOrEqual(new Set(sources.map(({ id }) => id)).size);
          const held = valuesOf(rows.map(({ row }) => row)).replace(/(\d)T(\d)/g, '$1 $2');
          for (const token of text.match(/[\w-]*\d[\w:-]*/g) ?? [])
            if (!/^20\.00$|^(20|00)$/.test(token)) expect(held).toContain(token.replace(/[:]$/, ''));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('a draft without any row says nothing, and is not ready', () => {
    const nothing = { charge: null, charges: [], order: null };
    for (const { reason } of categories) {
      const dispute = { ...aMaterial().dispute, reason, evidence: {} };
      const packet = packetOf(aMaterial({ ...nothing, dispute }), now);
      expect(packet.statements).toEqual([]);
      expect(packet.readiness.word).toBe('not_ready');
    }
  });
});

describe('readiness', () => {
  const delivery = {
    id: 'DLV-1',
    orderId: 'ORD-1',
    carrier: 'Parcelhound',
    trackingNumber: 'PH1',
    shippedAt: new Date('2026-11-11T09:00:00Z'),
    deliveredAt: new Date('2026-11-13T09:00:00Z'),
    address: '1 Mill Lane, 10115 DE',
    proof: 'proof.pdf',
  };
  const login = {
    id: 'LGN-1',
    customerId: 'ACC-1',
    at: new Date('2026-11-12T09:00:00Z'),
    ip: '198.18.0.7',
    deviceId: null,
    activity: 'signed in',
  };
  const open = aMaterial().dispute;
  it.each<[string, Partial<Material>, string, string]>([
    [
      'IP address and log',
      { dispute: { ...open, reason: 'fraudulent' }, logins: [login] },
      'ready',
      'has customer purchase IP, access activity log',
    ],
    [
      'a known document is left',
      { dispute: { ...open, reason: 'product_not_received' }, deliveries: [delivery] },
      'nearly',
      'attach the shipping documentation',
    ],
    [
      'no proof is known',
      { dispute: { ...open, reason: 'product_not_received' }, deliveries: [{ ...delivery, proof: null }] },
      'nearly',
      'lacks shipping documentation',
    ],
    [
      'the proof is staged',
      {
        dispute: { ...open, reason: 'product_not_received', evidence: { shipping_documentation: 'file_1' } },
        deliveries: [delivery],
      },
      'ready',
      'has shipping documentation, shipping tracking number',
    ],
    [
      'nothing was sent',
      { dispute: { ...open, reason: 'product_not_received' } },
      'not_ready',
      'lacks shipping documentation, shipping tracking number',
    ],
    [
      'the bank has it',
      { dispute: { ...open, submissionCount: 1 } },
      'not_ready',
      'evidence was submitted, and the bank takes it once',
    ],
    [
      'it is too late',
      { dispute: { ...open, respondBy: new Date(now.getTime() - 1) } },
      'not_ready',
      'the deadline has passed',
    ],
    [
      'no list is known',
      { dispute: { ...open, reason: 'a_reason_to_come' } },
      'nearly',
      'the provider lists no required evidence for this reason: read it through',
    ],
  ])('%s', (_name, changed, wordOf, reason) => {
    const material = aMaterial(changed);
    const dispute = { ...material.dispute, evidence: changed.dispute?.evidence ?? {} };
    expect(packetOf({ ...material, dispute }, now).readiness).toEqual({ word: wordOf, reason });
  });

  it('what the dispute has already is not drafted again', () => {
    const dispute = { ...open, reason: 'fraudulent', evidence: { customer_purchase_ip: '198.18.0.7' } };
    const kinds = packetOf(aMaterial({ dispute }), now).statements.map(({ kind }) => kind);
    expect(kinds).not.toContain('customer_purchase_ip');
  });

  it('a text that is too long loses whole sentences', () => {
    const packet = packetOf(aMaterial(), now);
    const texts = textsOf(packet, 90);
    expect(texts.uncategorized_text).toMatch(/^Order ORD-1 .*\.$/);
    expect(texts.uncategorized_text?.split('\n')).toHaveLength(1);
  });
});

describe('a pair of Visa Compelling Evidence 3.0', () => {
  const disputed = anOrder();
  const paidAt = new Date('2026-11-10T10:00:00Z');
  const disputedAt = new Date('2026-11-20T08:00:00Z');
  const ages = agesFor(paidAt, disputedAt);
  const earlier = (id: string, changed: Partial<OrderRecord> = {}): OrderRecord =>
    anOrder({
      id,
      paymentId: `pi_${id}`,
      chargeId: `ch_${id}`,
      placedAt: new Date('2026-06-01T10:00:00Z'),
      ...changed,
    });

  it.each([
    ['2026-07-13T23:59:59.999Z', true, '120 days before the disputed payment, to the last millisecond'],
    ['2026-07-14T00:00:00Z', false, '119 days before it'],
    ['2025-11-20T00:00:00Z', true, '365 days before the dispute'],
    ['2025-11-19T23:59:59Z', false, '366 days before the dispute'],
  ])('%s: %s, %s', (placedAt, isRight) => {
    expect(isOfAge({ placedAt: new Date(placedAt) }, ages)).toBe(isRight);
  });

  it.each<[string, Partial<OrderRecord>, Partial<OrderRecord>, string[] | null]>([
    ['all identifiers', {}, {}, ['IP address', 'device', 'account', 'shipping address']],
    [
      'IP address and account',
      { deviceId: null, deviceFingerprint: null, shippingAddress: null },
      {},
      ['IP address', 'account'],
    ],
    ['no IP address and no device', { ip: '198.18.0.8', deviceId: null, deviceFingerprint: null }, {}, null],
    [
      'one identifier',
      { customerId: 'ACC-2', shippingAddress: 'elsewhere', deviceId: null, deviceFingerprint: null },
      {},
      null,
    ],
    [
      'different two in each',
      { customerId: null, shippingAddress: null },
      { ip: null, deviceId: null, deviceFingerprint: null },
      null,
    ],
    [
      'an address in other letters',
      { shippingAddress: ' 1 MILL lane,  10115 DE', ip: null },
      { ip: null },
      ['device', 'account', 'shipping address'],
    ],
    [
      'a device id of 14 characters and no more',
      { deviceId: 'dev-0123456789', deviceFingerprint: null, ip: null },
      { ip: null },
      null,
    ],
    [
      'a fingerprint of 19 characters and no more',
      { deviceFingerprint: 'fp-0123456789abcdef', deviceId: null, ip: null },
      { ip: null },
      null,
    ],
    ['another card', { cardFingerprint: 'other' }, {}, null],
    ['too young', { placedAt: new Date('2026-08-01') }, {}, null],
    ['the same payment twice', { paymentId: 'pi_b' }, { paymentId: 'pi_b' }, null],
    ['an equal e-mail address alone', { ip: null, customerId: null, shippingAddress: null }, {}, null],
  ])('%s', (name, a, b, matching) => {
    const shared = name.includes('device id of') || name.includes('fingerprint of') ? a : {};
    const own = { ...disputed, ...shared, cardFingerprint: 'cardfp' };
    const found = candidatesFor(own, [earlier('a', a), earlier('b', b)], ages);
    expect(pairOf(own, found)?.matching ?? null).toEqual(matching);
  });

  it('is the one with most in common, and of equal ones the newest', () => {
    const orders = [
      earlier('far', { ip: '198.18.9.9', placedAt: new Date('2026-07-10') }),
      earlier('old', { placedAt: new Date('2026-02-01') }),
      earlier('new', { placedAt: new Date('2026-07-01') }),
      earlier('mid', { placedAt: new Date('2026-05-01') }),
    ];
    const pair = pairOf(disputed, candidatesFor(disputed, orders, ages));
    expect(pair?.earlier.map(({ id }) => id)).toEqual(['new', 'mid']);
  });

  const found = <Row>(rows: readonly Row[]): Promise<Found<Row>> =>
    Promise.resolve({ rows, faults: [], passing: false });
  const viewsWith = (orders: readonly OrderRecord[]): EvidenceViews => ({
    ordersOf: () => found([disputed]),
    ordersByCard: () => found(orders),
    deliveriesOf: () => found([]),
    loginsOf: () => found([]),
    messagesOf: () => found([]),
  });
  const card = { ...aCharge().card, fingerprint: 'cardfp' } as NonNullable<
    ReturnType<typeof aCharge>['card']
  >;
  const dispute = aDispute({ brand: 'visa', networkReasonCode: '10.4', createdAt: disputedAt });
  const apiWith = (a: Partial<ReturnType<typeof aCharge>>): FakePaymentsApi => {
    const api = new FakePaymentsApi();
    api.charge = (id) => {
      if (id === 'ch_1paid') return Promise.resolve(aCharge({ card, createdAt: paidAt }));
      if (id === 'ch_b') return Promise.resolve(aCharge({ id, card }));
      if (id === 'ch_a') return Promise.resolve(aCharge({ id, card, ...a }));
      return Promise.reject(new OpsError('not_found', 'No such charge.'));
    };
    return api;
  };

  it.each<[string, Partial<ReturnType<typeof aCharge>>, boolean]>([
    ['both are paid and undisputed', {}, true],
    ['one was disputed', { disputed: true }, false],
    ['one failed', { status: 'failed' }, false],
    ['one was never captured', { captured: false }, false],
    [
      'one was paid with another card, as the provider knows it',
      { card: { ...card, fingerprint: 'other' } },
      false,
    ],
  ])('is checked at the provider: %s', async (_name, a, isPair) => {
    const { pair } = await gather(dispute, {
      api: apiWith(a),
      views: viewsWith([earlier('a'), earlier('b')]),
    });
    expect(pair !== null).toBe(isPair);
  });

  it.each([
    [
      'a fraud warning',
      (api: FakePaymentsApi) =>
        (api.earlyFraudWarningsOf = () => Promise.resolve({ rows: [], problems: ['unreadable'] })),
    ],
    [
      'a charge that the provider has not',
      (api: FakePaymentsApi) =>
        (api.charge = () => Promise.reject(new OpsError('not_found', 'No such charge.'))),
    ],
  ])('is none with %s, and nothing fails', async (_name, spoil) => {
    const api = apiWith({});
    spoil(api);
    const material = await gather(dispute, { api, views: viewsWith([earlier('a'), earlier('b')]) });
    expect(material.pair).toBeNull();
    expect(packetOf(material, now).compelling).toHaveProperty('lacking');
  });

  it('is not looked for in other reasons', async () => {
    const other = { ...dispute, networkReasonCode: '13.1' };
    const material = await gather(other, {
      api: apiWith({}),
      views: viewsWith([earlier('a'), earlier('b')]),
    });
    expect(packetOf(material, now).compelling).toBeNull();
  });
});

describe('sources that fail', () => {
  it('are gaps, and no books are one too', async () => {
    const api = new FakePaymentsApi();
    api.charge = () => Promise.reject(new OpsError('unavailable', 'The provider does not answer.'));
    const material = await gather(aDispute(), { api, views: null });
    expect(packetOf(material, now).gaps).toEqual(
      expect.arrayContaining([
        'no books are connected',
        'the charge can’t be read: The provider does not answer.',
      ]),
    );
    expect(material.passing).toBe(true);
  });
});
