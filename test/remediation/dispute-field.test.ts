/** The disputes that a form offers: those that its action can still do something about, the nearest deadline first. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Action } from '../../src/remediation/kit/action.js';
import { acceptDispute } from '../../src/remediation/actions/accept-dispute.js';
import { stageEvidence } from '../../src/remediation/actions/stage-evidence.js';
import { submitEvidence } from '../../src/remediation/actions/submit-evidence.js';
import { openDisputesDesk, type DisputesDesk } from './disputes-desk.js';

let at: DisputesDesk;
const ids: Record<string, string> = {};
const hour = 3600;

beforeAll(async () => {
  at = await openDisputesDesk();
  const nowS = Math.floor(at.desk.clock.now().getTime() / 1000);
  const cases: [name: string, fields: object, details: object][] = [
    ['later', {}, { due_by: nowS + 48 * hour }],
    ['soon', {}, { due_by: nowS + hour }],
    ['undated', {}, { due_by: null }],
    ['late', {}, { due_by: nowS - hour }],
    ['refused', {}, { due_by: 0 }],
    ['answered', { status: 'under_review' }, {}],
    ['appeal', { status: 'appeal_needs_response' }, {}],
    ['inquiry', { status: 'warning_needs_response' }, { due_by: nowS + 2 * hour }],
  ];
  for (const [name, fields, details] of cases) {
    ids[name] = await at.openDispute(fields);
    await at.details(ids[name], { submission_count: 0, ...details });
  }
  at.api.putObjects([
    { ...(await at.stripe.disputes.retrieve(ids.later!)), id: 'dp_1OddCoin', currency: 'usdc' },
  ]);
});
afterAll(() => at.api.close());

const never = new AbortController().signal;
const nameOf = (id: string): string => Object.keys(ids).find((name) => ids[name] === id) ?? id;
const offered = async ({ fields }: Action, signal = never) =>
  (await fields.dispute?.suggest?.(at.desk, { about: null, typed: {} }, signal)) ?? [];

it.each([
  ['evidence is staged', stageEvidence, ['undated', 'soon', 'inquiry', 'later']],
  ['evidence is submitted', submitEvidence, ['undated', 'soon', 'inquiry', 'later']],
  ['a dispute is accepted', acceptDispute, ['undated', 'late', 'soon', 'inquiry', 'later', 'refused']],
])('where %s: what can be read and still be done', async (_what, action, expected) => {
  expect((await offered(action)).map(({ value }) => nameOf(value))).toEqual(expected);
});

it('says what is due, and when', async () => {
  const labels = Object.fromEntries(
    (await offered(acceptDispute)).map(({ value, label }) => [nameOf(value), label]),
  );
  expect(labels).toMatchObject({
    soon: expect.stringMatching(/^25\.00 USD, fraudulent, due 20\d\d-.* UTC$/) as string,
    undated: '25.00 USD, fraudulent, no deadline given',
    late: expect.stringMatching(/, was due 20\d\d-.* UTC$/) as string,
    refused: '25.00 USD, fraudulent, no response allowed',
  });
});

it('a time limit ends the question to the provider', async () => {
  await expect(offered(acceptDispute, AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' });
});
