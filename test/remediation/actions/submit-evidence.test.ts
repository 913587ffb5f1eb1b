/** Evidence that is submitted: only when it answers, only once, and only what was shown. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { submitEvidence } from '../../../src/remediation/actions/submit-evidence.js';
import {
  codeOf,
  faultsOf,
  openDispute,
  openDisputesDesk,
  pdf,
  planOf,
  type DisputesDesk,
} from '../disputes-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: DisputesDesk;
let dispute: string;
beforeAll(async () => {
  at = await openDisputesDesk();
});
afterAll(() => at.api.close());
beforeEach(async () => {
  at.api.resetFaults();
  at.files.clear();
  dispute = await at.openDispute();
  await at.stripe.disputes.update(dispute, {
    evidence: { customer_purchase_ip: '192.0.2.7' },
    submit: false,
  });
  at.changes.length = 0;
});

const unique = (): string => `rem_1:${dispute}`;
const log = { access_activity_log: '2026-11-01 login' };

describe('an answer', () => {
  it.each<[reason: string, evidence: Record<string, string>, lacks: RegExp | null]>([
    [
      'fraudulent',
      { uncategorized_text: 'a' },
      /access activity log; or billing address and customer signature/,
    ],
    ['fraudulent', { billing_address: 'a', access_activity_log: 'b' }, null],
    [
      'product_not_received',
      { shipping_tracking_number: '1Z' },
      /still needs: shipping documentation; or service documentation and service date\./,
    ],
    [
      'product_not_received',
      { shipping_tracking_number: '1Z', shipping_date: '2026-11-02' },
      /still needs: shipping documentation; or service documentation and service date\./,
    ],
    [
      'duplicate',
      { duplicate_charge_id: 'ch_1', duplicate_charge_explanation: 'a' },
      /still needs: duplicate charge documentation\./,
    ],
    [
      'subscription_canceled',
      { cancellation_rebuttal: 'a' },
      /cancellation policy and cancellation policy disclosure/,
    ],
    [
      'credit_not_processed',
      { refund_policy_disclosure: 'a' },
      /refund policy and refund refusal explanation/,
    ],
    ['product_unacceptable', { product_description: 'a' }, /customer communication and refund policy/],
    ['general', { uncategorized_text: 'a' }, null],
    ['a_reason_to_come', { product_description: 'a' }, null],
    ['general', {}, /There is no evidence for/],
  ])('to %s with %j lacks %s', async (reason, evidence, lacks) => {
    const id = await at.openDispute({ reason });
    const prefilled = { customer_purchase_ip: '192.0.2.7', customer_name: 'Mia' };
    await at.stripe.disputes.update(id, { evidence: { ...prefilled, ...evidence }, submit: false });
    const faults = await faultsOf(submitEvidence, { dispute: id }, at.desk);
    const told = faults.map(({ field, message }) => ({
      isBeside: field !== null,
      told: lacks?.test(message),
    }));
    expect(told).toEqual(lacks ? [{ isBeside: true, told: true }] : []);
  });

  it('that costs a fee waits until somebody agreed to it', async () => {
    const status = (word: string) => ({ enhanced_eligibility: { visa_compliance: { status: word } } });
    await at.details(dispute, status('requires_fee_acknowledgement'));
    const [fault, ...more] = await faultsOf(submitEvidence, { dispute, ...log }, at.desk);
    expect(more).toEqual([]);
    expect(fault!.message).toMatch(/500 USD.*dashboard/);
    await at.details(dispute, status('fee_acknowledged'));
    expect(await faultsOf(submitEvidence, { dispute, ...log }, at.desk)).toEqual([]);
  });

  it('with too much text is refused', async () => {
    const evidence = { product_description: 'x'.repeat(149_000), access_activity_log: 'a' };
    await at.stripe.disputes.update(dispute, { evidence, submit: false });
    const faults = await faultsOf(submitEvidence, { dispute, explanation: 'x'.repeat(2000) }, at.desk);
    expect(faults).toEqual([
      { field: 'explanation', message: expect.stringMatching(/^The texts have 151010/) as string },
    ]);
  });
});

describe('a plan', () => {
  it('says what goes to the bank, once, and what is at stake', async () => {
    const files = at.give('FREC', 'receipt.pdf', pdf());
    const { preview } = await planOf(submitEvidence, { dispute, ...log, files }, at.desk);
    expect(preview).toMatchObject({
      headline: `Submit the evidence for dispute ${dispute} (25.00 USD) to the bank`,
      undo: null,
      irreversible: 'The bank accepts evidence only once: afterwards nothing can be added or changed.',
      value: { minor: 2500n, currency: 'USD' },
    });
    expect(preview.changes.slice(0, -1)).toEqual([
      'Customer’s claim: fraudulent (visa 10.4)',
      'Adds the access activity log: “2026-11-01 login”',
      'Adds the receipt: receipt.pdf (application/pdf, 17 B)',
      'Already there: customer purchase IP',
      'Everything that goes to the bank: access activity log, receipt, customer purchase IP',
      'Recommended but missing: customer communication, product description',
      'Who answers at the deadline: Your team: draft evidence has switched the provider’s own answer (Smart Disputes) off.',
    ]);
    expect(preview.changes.at(-1)).toMatch(/^Response due by .* left\.$/);
  });

  it.each<[reason: string, happen: () => unknown, change: RegExp]>([
    ['the day passes before it is executed', () => at.clock.advance(30 * 86_400_000), /deadline has passed/],
    [
      'what is staged is changed',
      () =>
        at.stripe.disputes.update(dispute, {
          evidence: { customer_purchase_ip: '192.0.2.8' },
          submit: false,
        }),
      /evidence:/,
    ],
    [
      'somebody else submits',
      () => at.stripe.disputes.update(dispute, { submit: true }),
      /already submitted/,
    ],
  ])('does not stand when %s', async (_reason, happen, change) => {
    const plan = await planOf(submitEvidence, { dispute, ...log }, at.desk);
    expect(await submitEvidence.changesSince(plan, at.desk)).toEqual([]);
    await happen();
    expect((await submitEvidence.changesSince(plan, at.desk)).join('\n')).toMatch(change);
  });
});

describe('executed', () => {
  it('everything staged and added is with the bank, and nothing can be submitted again', async () => {
    const plan = await planOf(submitEvidence, { dispute, ...log }, at.desk);
    const effect = await submitEvidence.execute(plan, unique(), at.desk);
    expect(effect.summary).toMatch(/was submitted: .*access activity log.*under_review/);
    expect(await at.stripe.disputes.retrieve(dispute)).toMatchObject({
      status: 'under_review',
      evidence: { customer_purchase_ip: '192.0.2.7', access_activity_log: '2026-11-01 login' },
      evidence_details: { submission_count: 1 },
    });
    expect(await submitEvidence.readBack(plan, unique(), at.desk)).toEqual({ kind: 'done', effect });
    expect((await submitEvidence.verify(plan, unique(), effect, at.desk)).kind).toBe('visible');
    expect(await faultsOf(submitEvidence, { dispute, ...log }, at.desk)).toHaveLength(2);
    expect(await codeOf(submitEvidence.execute(plan, 'another-key', at.desk))).toBe('invalid');
    expect(at.count('charge.dispute.updated')).toBe(1);
  });

  it('with its answer lost it is found done, and a repeat submits nothing twice', async () => {
    const files = at.give('FREC', 'receipt.pdf', pdf());
    const plan = await planOf(submitEvidence, { dispute, ...log, files }, at.desk);
    at.api.setFault({ kind: 'crash_after_effect', path: '/v1/disputes' });
    expect(await codeOf(submitEvidence.execute(plan, unique(), at.desk))).toBe('unknown_outcome');
    expect((await submitEvidence.readBack(plan, unique(), at.desk)).kind).toBe('done');
    await submitEvidence.execute(plan, unique(), at.desk);
    expect([at.count('file.created'), at.count('charge.dispute.updated')]).toEqual([1, 1]);
  });

  it('it is for a person to tell when somebody answered elsewhere while the outcome was unknown', async () => {
    const plan = await planOf(submitEvidence, { dispute, ...log }, at.desk);
    at.api.setFault({ kind: 'drop', path: '/v1/disputes' });
    expect(await codeOf(submitEvidence.execute(plan, unique(), at.desk))).toBe('unknown_outcome');
    await at.stripe.disputes.update(dispute, { submit: true });
    expect((await submitEvidence.readBack(plan, unique(), at.desk)).kind).toBe('cannot_tell');
  });

  it.each<[reason: string, details: object, kind: string]>([
    ['not yet there', { submission_count: 0 }, 'not_yet'],
    ['too late for the bank', { submission_count: 1, past_due: true }, 'wrong'],
    ['counted, but still open', { submission_count: 1 }, 'not_yet'],
  ])('it is %s', async (_reason, details, kind) => {
    const plan = await planOf(submitEvidence, { dispute, ...log }, at.desk);
    await at.details(dispute, details);
    const effect = { id: dispute, summary: '' };
    expect((await submitEvidence.verify(plan, unique(), effect, at.desk)).kind).toBe(kind);
  });
});

describe('one answer takes all its items', () => {
  it('texts of several kinds and files, in one request', async () => {
    const texts = {
      explanation: 'It arrived',
      shipping_carrier: 'DHL',
      shipping_tracking_number: 'JD1',
      service_date: '1 Nov',
    };
    const files = `${at.give('FREC', 'receipt.pdf', pdf('r'))},${at.give('FSHIP', 'shipping-documentation.pdf', pdf('s'))}`;
    const plan = await planOf(submitEvidence, { dispute, ...log, ...texts, files }, at.desk);
    await submitEvidence.execute(plan, unique(), at.desk);
    const { evidence } = await at.stripe.disputes.retrieve(dispute);
    expect(evidence).toMatchObject({
      uncategorized_text: 'It arrived',
      shipping_carrier: 'DHL',
      shipping_tracking_number: 'JD1',
      service_date: '1 Nov',
    });
    expect(evidence.receipt).toMatch(/^file_/);
    expect(evidence.shipping_documentation).toMatch(/^file_/);
  });

  it('says beforehand what is required, and puts those fields first', async () => {
    const brief = await submitEvidence.brief?.(dispute, at.desk);
    expect(brief?.lines.join('\n')).toMatch(
      /Required: access activity log; or billing address and customer signature/,
    );
    expect(brief?.lines.join('\n')).toMatch(/Already there: customer purchase IP/);
    expect(brief?.first[0]).toBe('access_activity_log');
  });

  it('a plan with a field that there is no longer is not carried out in part', async () => {
    const plan = await planOf(submitEvidence, { dispute, ...log }, at.desk);
    const older = { ...plan, typed: { ...plan.typed, textKind: 'access_activity_log', text: 'x' } };
    expect(await codeOf(Promise.resolve().then(() => submitEvidence.execute(older, unique(), at.desk)))).toBe(
      'internal',
    );
  });
});

underOrdeals(submitEvidence, async ({ payments }) => {
  const id = await openDispute(payments, { reason: 'general' });
  return {
    typed: { dispute: id, explanation: 'It was delivered' },
    effects: async () => (await payments.stripe.disputes.retrieve(id)).evidence_details.submission_count,
  };
});
