/** Stripe's objects in the desk's nouns: one full object of each kind, then the rows where the two differ. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, smallestUnitsOf } from '../../src/adapters/stripe/amounts.js';
import * as map from '../../src/adapters/stripe/mapping.js';
import * as schemas from '../../src/adapters/stripe/schemas.js';
import { currencyCodes } from '../../src/kernel/currency.js';
import { formatMajor, type Money } from '../../src/kernel/money.js';
import * as objects from './objects.js';

const eur = (minor: bigint): Money => ({ minor, currency: 'EUR' });
const at = new Date('2026-11-02T09:00:00Z');
const after = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);

/** As it arrives: a field that is undefined is not sent. */
const sent = (object: object): unknown => JSON.parse(JSON.stringify(object));
const payment = (fields: objects.Fields = {}) =>
  map.paymentOf(schemas.paymentIntentSchema.parse(sent(objects.paymentIntent(fields))));
const charge = (fields: objects.Fields = {}) =>
  map.chargeOf(schemas.chargeSchema.parse(sent(objects.charge(fields))));
const refund = (fields: objects.Fields = {}) =>
  map.refundOf(schemas.refundSchema.parse(sent(objects.refund(fields))));
const dispute = (fields: objects.Fields = {}) =>
  map.disputeOf(schemas.disputeSchema.parse(sent(objects.dispute(fields))));
const payout = (fields: objects.Fields = {}) =>
  map.payoutOf(schemas.payoutSchema.parse(sent(objects.payout(fields))));

describe('a full object', () => {
  it('payment', () => {
    expect(payment()).toEqual({
      id: 'pi_1',
      status: 'succeeded',
      amount: eur(1250n),
      amountCapturable: eur(0n),
      amountReceived: eur(1250n),
      captureMethod: 'automatic',
      createdAt: at,
      canceledAt: after(60),
      cancellationReason: 'requested_by_customer',
      latestCharge: 'ch_1',
      lastError: {
        code: 'card_declined',
        declineCode: 'insufficient_funds',
        message: 'Your card has insufficient funds.',
      },
      customerId: 'cus_1',
      receiptEmail: 'jane@example.com',
      description: 'Order 6735',
      metadata: { order_id: '6735' },
    });
  });

  it('charge', () => {
    expect(charge()).toEqual({
      id: 'ch_1',
      paymentId: 'pi_1',
      status: 'failed',
      amount: eur(1250n),
      amountCaptured: eur(1000n),
      amountRefunded: eur(250n),
      captured: true,
      captureBefore: after(604_800),
      createdAt: at,
      outcome: {
        type: 'issuer_declined',
        networkStatus: 'declined_by_network',
        reason: 'insufficient_funds',
        sellerMessage: 'The bank returned the decline code `insufficient_funds`.',
        adviceCode: 'try_again_later',
        networkAdviceCode: '25',
        networkDeclineCode: '51',
      },
      failure: {
        code: 'card_declined',
        declineCode: 'insufficient_funds',
        message: 'Your card has insufficient funds.',
      },
      methodType: 'card',
      card: {
        brand: 'visa',
        network: 'cartes_bancaires',
        last4: '4242',
        country: 'DE',
        authorizationCode: '123456',
        networkTransactionId: '104102978678771',
        fingerprint: 'mToisGZ01V71BCos',
        threeDSecure: {
          result: 'authenticated',
          resultReason: 'rejected',
          flow: 'challenge',
          eci: '05',
          exemption: 'low_risk',
          version: '2.2.0',
        },
      },
      disputed: true,
      balanceTransaction: 'txn_1',
      description: 'Order 6735',
    });
  });

  it('refund', () => {
    expect(refund()).toEqual({
      id: 're_1',
      chargeId: 'ch_1',
      paymentId: 'pi_1',
      amount: eur(250n),
      status: 'failed',
      reason: 'requested_by_customer',
      failureReason: 'expired_or_canceled_card',
      createdAt: at,
      reference: '74532806304000012345678',
      balanceTransactionId: 'txn_2',
      metadata: { remediation: 'rem_1' },
    });
  });

  it('dispute', () => {
    expect(dispute()).toEqual({
      id: 'dp_1',
      chargeId: 'ch_1',
      paymentId: 'pi_1',
      amount: eur(1000n),
      status: 'needs_response',
      reason: 'fraudulent',
      networkReasonCode: '10.4',
      brand: 'visa',
      caseType: 'chargeback',
      createdAt: at,
      answerAllowed: true,
      respondBy: after(1_209_600),
      hasEvidence: true,
      pastDue: false,
      submissionCount: 1,
      submissionMethod: 'manual',
      intendedSubmission: 'prefer_manual',
      compellingEvidence: { status: 'requires_action', requiredActions: ['missing_customer_identifiers'] },
      movements: [map.balanceTransactionOf(objects.balanceTransaction())],
      evidence: { product_description: 'A tent', receipt: 'file_1', refund_policy: 'file_2' },
      feeUnacknowledged: true,
      isChargeRefundable: true,
      metadata: { paydesk: 'rem_1' },
    });
  });

  it('balance transaction', () => {
    const wire = schemas.balanceTransactionSchema.parse(objects.balanceTransaction());
    expect(map.balanceTransactionOf(wire)).toEqual({
      id: 'txn_1',
      sourceId: 'ch_1',
      type: 'charge',
      reportingCategory: 'charge',
      amount: eur(1250n),
      fee: eur(44n),
      net: eur(1206n),
      status: 'available',
      createdAt: at,
      availableOn: after(172_800),
    });
  });

  it('payout', () => {
    expect(payout()).toEqual({
      id: 'po_1',
      amount: eur(98_765n),
      status: 'failed',
      automatic: true,
      createdAt: after(172_800),
      arrivalDate: after(259_200),
      reconciliationStatus: 'completed',
      reversedBy: 'po_2',
      traceId: '021000021234567',
      failure: { code: 'account_closed', message: 'The bank account has been closed.' },
    });
  });

  it('early fraud warning', () => {
    const wire = schemas.earlyFraudWarningSchema.parse(objects.earlyFraudWarning());
    expect(map.earlyFraudWarningOf(wire)).toEqual({
      id: 'issfr_1',
      chargeId: 'ch_1',
      paymentId: 'pi_1',
      fraudType: 'made_with_stolen_card',
      actionable: true,
      createdAt: at,
    });
  });

  it('event', () => {
    expect(map.eventOf(schemas.eventSchema.parse(objects.event()))).toEqual({
      id: 'evt_1',
      type: 'charge.refunded',
      createdAt: at,
      subject: { object: 'charge', id: 'ch_1' },
    });
  });
});

describe('what is absent or null becomes null', () => {
  const optionalFields: [string, (fields: objects.Fields) => object, Record<string, string>][] = [
    [
      'payment',
      payment,
      {
        canceled_at: 'canceledAt',
        cancellation_reason: 'cancellationReason',
        latest_charge: 'latestCharge',
        last_payment_error: 'lastError',
        customer: 'customerId',
        description: 'description',
      },
    ],
    [
      'charge',
      charge,
      {
        payment_intent: 'paymentId',
        outcome: 'outcome',
        payment_method_details: 'card',
        description: 'description',
      },
    ],
    [
      'refund',
      refund,
      { charge: 'chargeId', failure_reason: 'failureReason', destination_details: 'reference' },
    ],
    ['dispute', dispute, { payment_intent: 'paymentId', payment_method_details: 'networkReasonCode' }],
    [
      'payout',
      payout,
      { reconciliation_status: 'reconciliationStatus', reversed_by: 'reversedBy', trace_id: 'traceId' },
    ],
  ];

  it.each(optionalFields)('%s', (_kind, read, names) => {
    for (const [wireName, name] of Object.entries(names)) {
      const withNull = read({ [wireName]: null });
      expect(withNull, wireName).toHaveProperty(name, null);
      expect(read({ [wireName]: undefined }), wireName).toEqual(withNull);
    }
  });
});

describe('an id', () => {
  it.each([
    ['a string', 'ch_9', 'ch_9'],
    ['the expanded object', objects.charge({ id: 'ch_9' }), 'ch_9'],
    ['nothing', null, null],
  ])('is read from %s', (_form, sent, id) => {
    expect(refund({ charge: sent }).chargeId).toBe(id);
  });
});

describe('the latest charge of a payment', () => {
  it.each([
    ['an id that was not expanded', 'ch_9', 'ch_9'],
    ['the charge that came along', objects.charge({ id: 'ch_9' }), charge({ id: 'ch_9' })],
    ['none yet', null, null],
  ])('is %s', (_form, latest_charge, noun) => {
    expect(payment({ latest_charge }).latestCharge).toEqual(noun);
  });
});

describe('a dispute’s deadline', () => {
  const evidence = (due_by: number | null) => ({
    evidence_details: { ...objects.dispute().evidence_details, due_by },
  });
  it.each<[number | null, Date | null, boolean, string]>([
    [0, null, false, 'no answer is allowed'],
    [null, null, true, 'an answer may be given, and no date is named'],
    [objects.created, at, true, 'the bank waits until then'],
  ])('%s → %s, allowed: %s, %s', (dueBy, respondBy, answerAllowed) => {
    expect(dispute(evidence(dueBy))).toMatchObject({ respondBy, answerAllowed });
  });
});

describe('a dispute without a part', () => {
  const { evidence_details } = objects.dispute();
  it.each<[string, objects.Fields]>([
    ['no evidence', { evidence: null }],
    ['no metadata', { metadata: null }],
    ['no programme', { evidence_details: { ...evidence_details, enhanced_eligibility: null } }],
    [
      'programmes that do not apply',
      {
        evidence_details: {
          ...evidence_details,
          enhanced_eligibility: { visa_compelling_evidence_3: null, visa_compliance: null },
        },
      },
    ],
  ])('is read all the same, because it waits for an answer: %s', (_part, fields) => {
    expect(dispute(fields)).toMatchObject({ id: 'dp_1', status: 'needs_response' });
  });
});

describe('a failed charge', () => {
  it.each<[string, string | null, string | null, string]>([
    ['issuer_declined', 'do_not_honor', 'do_not_honor', 'the issuer’s own code'],
    ['blocked', 'highest_risk_level', null, 'Stripe’s rule, which is no decline code'],
    ['issuer_declined', null, null, 'the issuer gave none'],
  ])('%s with reason %s → decline code %s: %s', (type, reason, declineCode) => {
    expect(charge({ outcome: { type, reason } }).failure).toMatchObject({ declineCode });
  });

  it('is none while nothing failed', () => {
    expect(charge({ failure_code: null, failure_message: null }).failure).toBeNull();
    expect(payout({ failure_code: null, failure_message: null }).failure).toBeNull();
  });
});

describe('a refund’s reference', () => {
  it.each<[object, string | null, string]>([
    [{ type: 'card', card: { type: 'refund', reference_status: 'pending' } }, null, 'days too early'],
    [{ type: 'card', card: { type: 'reversal' } }, null, 'a reversal has none'],
    [
      { type: 'us_bank_transfer', us_bank_transfer: { reference: '091000019876543' } },
      '091000019876543',
      'a bank',
    ],
    [{ type: 'p24', p24: { reference: null } }, null, 'not yet known'],
    [{ type: 'cashapp', cashapp: {} }, null, 'a kind without references'],
    [{ type: 'brand_new' }, null, 'a kind to come without an object'],
    [{ type: 'brand_new', brand_new: 'text' }, null, 'a kind to come that is not an object'],
  ])('%j → %s: %s', (destination_details, reference) => {
    expect(refund({ destination_details }).reference).toBe(reference);
  });
});

describe('words', () => {
  it('to come pass through', () => {
    expect(payment({ status: 'brand_new' }).status).toBe('brand_new');
    expect(dispute({ status: 'appeal_needs_response' }).status).toBe('appeal_needs_response');
  });

  it('a refund without a status is unknown, not guessed', () => {
    expect(refund({ status: null }).status).toBe('unknown');
  });
});

describe('amounts', () => {
  it.each([
    [1099, 'usd', '10.99', 'two decimals'],
    [10, 'jpy', '10', 'none'],
    [5120, 'kwd', '5.120', 'three'],
    [500, 'isk', '5', 'two on the wire, none in ISO 4217'],
    [500, 'ugx', '5', 'the special case governs'],
    [5, 'mga', '5.00', 'none on the wire, two in ISO 4217'],
    [1045, 'huf', '10.45', 'special for manual payouts only'],
    [-1099, 'usd', '-10.99', 'a refund’s movement'],
    [-500, 'isk', '-5', 'negative and special'],
    [0, 'isk', '0', 'nothing'],
  ])('%i %s is %s: %s', (amount, currency, major) => {
    expect(formatMajor(amountOf(amount, currency))).toBe(major);
    expect(amountOf(amount, currency).currency).toBe(currency.toUpperCase());
  });

  it('that ISO 4217 cannot express are refused, not rounded', () => {
    expect(() => amountOf(4010, 'isk')).toThrow(/unavailable/);
    expect(() => amountOf(-1, 'ugx')).toThrow(/unavailable/);
  });

  it('go back as they came, in every currency', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.constantFrom(...currencyCodes),
        (whole, code) => {
          const amount = whole * 100;
          expect(smallestUnitsOf(amountOf(amount, code.toLowerCase()))).toBe(BigInt(amount));
        },
      ),
      { seed: 7 },
    );
  });

  it('that Stripe cannot take are refused, not rounded', () => {
    expect(() => smallestUnitsOf({ minor: 1250n, currency: 'MGA' })).toThrow(/invalid/);
  });

  it('keep their value: what is whole in major units stays so, in every currency', () => {
    const whole = fc.integer({ min: -1_000_000, max: 1_000_000 });
    const zeroDecimal = new Set(
      'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL'.split(
        ' ',
      ),
    );
    const threeDecimal = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));
    fc.assert(
      fc.property(whole, fc.constantFrom(...currencyCodes), (major, code) => {
        const unit = zeroDecimal.has(code) ? 1 : threeDecimal.has(code) ? 1000 : 100;
        expect(Number(formatMajor(amountOf(major * unit, code.toLowerCase())))).toBe(major);
      }),
      { seed: 7 },
    );
  });
});
