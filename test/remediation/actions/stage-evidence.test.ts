/** Evidence that is staged: what is refused, what it looks like to who approves it, and that it is staged once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stageEvidence } from '../../../src/remediation/actions/stage-evidence.js';
import {
  codeOf,
  faultsOf,
  openDispute,
  openDisputesDesk,
  pdf,
  planOf,
  png,
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
});

const key = 'rem_1:7f3a';
const unique = (): string => `${key}:${dispute}`;

describe('what is typed', () => {
  it.each<[reason: string, typed: object, field: string | null, message: RegExp]>([
    ['no dispute', { dispute: '' }, 'dispute', /Required/],
    ['a payment for a dispute', { dispute: 'pi_123' }, 'dispute', /dp_/],
    ['another script', { dispute: 'dp_１２３' }, 'dispute', /dp_/],
    ['a dispute that does not exist', { dispute: 'dp_1nothing' }, 'dispute', /no object/],
    ['nothing to stage', {}, 'explanation', /Nothing to stage/],
    ['too long an explanation', { explanation: 'x'.repeat(3001) }, 'explanation', /At most 3000/],
    ['a text that is too long', { service_date: 'x'.repeat(3001) }, 'service_date', /At most 3000/],
    ['a kind of file that there is not', { fileKind: 'selfie', explanation: 'a' }, 'fileKind', /options/],
    ['no ids of files', { files: 'letter.pdf' }, 'files', /Attach files/],
    ['too many files', { files: 'FA1,FA2,FA3,FA4,FA5,FA6,FA7,FA8,FA9,FA10' }, 'files', /At most 9/],
    ['a file that is not there', { files: 'FGONE', fileKind: 'receipt' }, 'files', /deleted/],
    ['a file of no kind', { files: 'FSCAN' }, 'fileKind', /scan\.pdf/],
    [
      'two files of the chosen kind',
      { files: 'FSCAN,FSCAN2', fileKind: 'receipt' },
      'files',
      /scan\.pdf and scan2\.pdf/,
    ],
    [
      'a name that takes the chosen kind',
      { files: 'FSCAN,FRECEIPT', fileKind: 'receipt' },
      'files',
      /receipt/,
    ],
    ['a page for a PDF', { files: 'FHTML', fileKind: 'receipt' }, 'files', /not a PDF/],
    ['an empty file', { files: 'FEMPTY', fileKind: 'receipt' }, 'files', /not a PDF/],
    ['too large a file', { files: 'FLARGE', fileKind: 'receipt' }, 'files', /5000001 bytes/],
    [
      'files that are too large together',
      { files: 'FHALF,FHALF2' },
      'files',
      /6\.0 MB in total.*at most 5\.0 MB/,
    ],
  ])('is refused: %s', async (_reason, typed, field, message) => {
    at.give('FSCAN', 'scan.pdf', pdf());
    at.give('FSCAN2', 'scan2.pdf', pdf('another'));
    at.give('FRECEIPT', 'Receipt.pdf', pdf());
    at.give('FHTML', 'receipt-page.pdf', Buffer.from('<html>'));
    at.give('FEMPTY', 'empty.pdf', new Uint8Array());
    at.give('FHALF', 'receipt.pdf', Buffer.concat([pdf(''), Buffer.alloc(3_000_000)]));
    at.give('FHALF2', 'refund-policy.pdf', Buffer.concat([pdf(''), Buffer.alloc(3_000_000)]));
    at.give('FLARGE', 'large.pdf', Buffer.concat([pdf(''), Buffer.alloc(4_999_992)]));
    const faults = await faultsOf(stageEvidence, { dispute, ...typed }, at.desk);
    expect(faults).toEqual([{ field, message: expect.stringMatching(message) as string }]);
  });

  it('may be exactly 5 MB', async () => {
    at.give('FMOST', 'receipt.pdf', Buffer.concat([pdf(''), Buffer.alloc(4_999_991)]));
    const plan = await planOf(stageEvidence, { dispute, files: 'FMOST' }, at.desk);
    await stageEvidence.execute(plan, unique(), at.desk);
    expect(at.count('file.created')).toBe(1);
  });
});

describe('a dispute', () => {
  it.each<[reason: string, fields: object, details: object, message: RegExp]>([
    [
      'that is answered',
      { status: 'under_review' },
      { submission_count: 1 },
      /under_review|already submitted/,
    ],
    ['that is lost', { status: 'lost' }, {}, /lost/],
    ['in appeal', { status: 'appeal_needs_response' }, {}, /appeal_needs_response/],
    ['whose answer was due', {}, { due_by: 1_763_000_000 }, /due by 2025-11-13/],
    ['that allows no response', {}, { due_by: 0 }, /allows no response/],
    ['that names no day and is past it', {}, { due_by: null, past_due: true }, /is overdue/],
    ['that was answered once', {}, { submission_count: 1 }, /already submitted/],
  ])('%s takes no evidence', async (_reason, fields, details, message) => {
    const id = await at.openDispute(fields);
    await at.details(id, details);
    const faults = await faultsOf(stageEvidence, { dispute: id, explanation: 'a' }, at.desk);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults)
      expect(fault).toEqual({ field: 'dispute', message: expect.stringMatching(message) as string });
  });

  it('that names no day takes evidence, and the plan says that no day is known', async () => {
    const id = await at.openDispute({});
    await at.details(id, { due_by: null });
    const { preview } = await planOf(stageEvidence, { dispute: id, explanation: 'a' }, at.desk);
    expect(preview.changes.at(-1)).toMatch(/^Response due; the provider gives no date/);
  });

  it('that is an inquiry takes evidence', async () => {
    const id = await at.openDispute({ status: 'warning_needs_response' });
    expect(await faultsOf(stageEvidence, { dispute: id, explanation: 'a' }, at.desk)).toEqual([]);
  });
});

const typed = () => ({
  dispute,
  explanation: 'She wrote that the tent arrived.',
  access_activity_log: '2026-11-01 login',
  fileKind: 'customer_communication',
  files: `${at.give('FMAIL', 'mail.pdf', pdf('mail'))},${at.give('FREC', 'Receipt.png', png)}`,
});

describe('a plan', () => {
  it('says all that is staged, what is lacking, and how long there is', async () => {
    const { preview } = await planOf(stageEvidence, typed(), at.desk);
    expect(preview).toMatchObject({
      headline: `Stage explanation, access activity log, customer communication, receipt for dispute ${dispute} (25.00 USD)`,
      affected: [],
      irreversible: null,
      value: null,
      subject: { kind: 'dispute', id: dispute },
      partner: 'northpay',
      merchant: 'Larkspur Tents',
    });
    expect(preview.changes).toEqual([
      'Adds the explanation: “She wrote that the tent arrived.”',
      'Adds the access activity log: “2026-11-01 login”',
      'Adds the customer communication: mail.pdf (application/pdf, 13 B)',
      'Adds the receipt: Receipt.png (image/png, 9 B)',
      'Still missing for “fraudulent (visa 10.4)”: customer purchase IP; or billing address and customer signature; or shipping address and shipping documentation',
      'Recommended but missing: product description',
      'This switches off the provider’s own answer (Smart Disputes): someone must submit evidence before the deadline.',
      expect.stringMatching(
        /^Response due by 2026-\d\d-\d\d 23:59 UTC, \d+ d( \d+ h)? left\. Nothing goes to the bank yet\.$/,
      ),
    ]);
  });

  it('shows what is there already and what is replaced, but nothing personal', async () => {
    const evidence = {
      product_description: 'A tent',
      customer_name: 'Mia Example',
      uncategorized_text: 'old',
    };
    await at.stripe.disputes.update(dispute, { evidence, submit: false });
    const plan = await planOf(stageEvidence, { dispute, explanation: 'new' }, at.desk);
    expect(plan.preview.changes).toContain('Replaces the explanation: “new”');
    expect(plan.preview.changes).toContain('Already there: customer name, product description “A tent”');
    expect(JSON.stringify(plan)).not.toContain('Mia Example');
  });

  it.each<[reason: string, happen: () => unknown, change: RegExp]>([
    ['a file has another content', () => at.give('FMAIL', 'mail.pdf', pdf('tail')), /sha256/],
    ['a file is gone', () => at.files.delete('FMAIL'), /deleted/],
    ['a file has another name', () => at.give('FMAIL', 'receipt.pdf', pdf('mail')), /Only one file/],
    [
      'somebody staged a text',
      () => at.stripe.disputes.update(dispute, { evidence: { uncategorized_text: 'x' }, submit: false }),
      /evidence: none/,
    ],
    ['the day passed', () => at.details(dispute, { due_by: 1_763_000_000 }), /deadline has passed/],
    ['somebody answered', () => at.stripe.disputes.update(dispute, { submit: true }), /already submitted/],
  ])('does not stand when %s', async (_reason, happen, change) => {
    const plan = await planOf(stageEvidence, typed(), at.desk);
    expect(await stageEvidence.changesSince(plan, at.desk)).toEqual([]);
    await happen();
    expect((await stageEvidence.changesSince(plan, at.desk)).join('\n')).toMatch(change);
  });
});

describe('executed', () => {
  it('it is staged, not submitted, with the files that were handed in', async () => {
    const plan = await planOf(stageEvidence, typed(), at.desk);
    expect(await stageEvidence.readBack(plan, unique(), at.desk)).toMatchObject({ kind: 'not_done' });
    const effect = await stageEvidence.execute(plan, unique(), at.desk);
    expect(effect).toEqual({ id: dispute, summary: expect.stringMatching(/is staged/) as string });
    const found = await at.stripe.disputes.retrieve(dispute);
    expect(found).toMatchObject({
      status: 'needs_response',
      metadata: { paydesk: unique() },
      evidence: { uncategorized_text: typed().explanation, access_activity_log: '2026-11-01 login' },
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    const receipt = await at.stripe.files.retrieve(found.evidence.receipt as string);
    expect(receipt).toMatchObject({ filename: 'Receipt.png', size: png.length, type: 'png' });
    expect((await stageEvidence.readBack(plan, unique(), at.desk)).kind).toBe('done');
    expect((await stageEvidence.verify(plan, unique(), effect, at.desk)).kind).toBe('visible');
  });

  it('it can be staged again, with something else', async () => {
    for (const explanation of ['first', 'second']) {
      const plan = await planOf(stageEvidence, { dispute, explanation }, at.desk);
      await stageEvidence.execute(plan, `${unique()}:${explanation}`, at.desk);
    }
    expect((await at.stripe.disputes.retrieve(dispute)).evidence.uncategorized_text).toBe('second');
  });

  it.each<[reason: string, happen: () => unknown, code: string]>([
    ['changed', () => at.give('FMAIL', 'mail.pdf', pdf('tail')), 'conflict'],
    ['was deleted', () => at.files.delete('FMAIL'), 'not_found'],
  ])('with a file that %s at the last moment it does nothing', async (_reason, happen, code) => {
    const plan = await planOf(stageEvidence, typed(), at.desk);
    await happen();
    expect(await codeOf(stageEvidence.execute(plan, unique(), at.desk))).toBe(code);
    expect(at.changes).toEqual([]);
  });

  it.each([
    ['an upload is lost before it', 'drop', '/v1/files'],
    ['an upload is lost after it', 'crash_after_effect', '/v1/files'],
    ['the update is lost before it', 'drop', '/v1/disputes'],
  ] as const)('when %s, a repeat leaves one update and each file once', async (_reason, kind, path) => {
    const plan = await planOf(stageEvidence, typed(), at.desk);
    at.api.setFault({ kind, path });
    expect(await codeOf(stageEvidence.execute(plan, unique(), at.desk))).toBe('unknown_outcome');
    expect((await stageEvidence.readBack(plan, unique(), at.desk)).kind).toBe('not_done');
    await stageEvidence.execute(plan, unique(), at.desk);
    expect([at.count('file.created'), at.count('charge.dispute.updated')]).toEqual([2, 1]);
    expect((await stageEvidence.readBack(plan, unique(), at.desk)).kind).toBe('done');
  });

  it('with its answer lost it is found done, and cannot be told once another plan wrote over it', async () => {
    const plan = await planOf(stageEvidence, { dispute, explanation: 'mine' }, at.desk);
    at.api.setFault({ kind: 'crash_after_effect', path: '/v1/disputes' });
    expect(await codeOf(stageEvidence.execute(plan, unique(), at.desk))).toBe('unknown_outcome');
    expect((await stageEvidence.readBack(plan, unique(), at.desk)).kind).toBe('done');
    await at.stripe.disputes.update(dispute, { submit: false, metadata: { paydesk: 'another' } });
    expect((await stageEvidence.readBack(plan, unique(), at.desk)).kind).toBe('cannot_tell');
  });

  it('it is wrong when a piece is taken back, and not there before it is done', async () => {
    const plan = await planOf(stageEvidence, { dispute, explanation: 'mine' }, at.desk);
    const verify = async () =>
      (await stageEvidence.verify(plan, unique(), { id: dispute, summary: '' }, at.desk)).kind;
    expect(await verify()).toBe('not_yet');
    await stageEvidence.execute(plan, unique(), at.desk);
    expect(await verify()).toBe('visible');
    await at.stripe.disputes.update(dispute, { evidence: { uncategorized_text: '' }, submit: false });
    expect(await verify()).toBe('wrong');
  });
});

underOrdeals(stageEvidence, async ({ payments }) => {
  const id = await openDispute(payments, { reason: 'general' });
  const staged = async () => (await payments.stripe.disputes.retrieve(id)).evidence.uncategorized_text;
  return {
    typed: { dispute: id, explanation: 'It was delivered' },
    effects: async () => Number((await staged()) !== null),
  };
});
