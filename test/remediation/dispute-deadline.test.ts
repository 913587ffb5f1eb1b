/** What a plan or form says of the deadline of a dispute: never one that is over, and none where no answer is due. */
import { expect, it } from 'vitest';
import { deadlineText, type DisputeFacts } from '../../src/remediation/kit/dispute-facts.js';

const now = new Date('2026-11-20T12:00:00Z');
const facts: DisputeFacts = {
  partner: 'northpay',
  merchant: null,
  customer: null,
  customerEmail: null,
  dispute: 'dp_1',
  payment: 'pi_1',
  amount: '20.00 EUR',
  status: 'needs_response',
  reason: 'fraudulent',
  networkCode: '',
  respondBy: '2026-11-21T12:00:00.000Z',
  answerAllowed: true,
  pastDue: false,
  submissionCount: 0,
  isChargeRefundable: false,
  intendedSubmission: null,
  hasEvidence: false,
};

it.each<[string, Partial<DisputeFacts>, RegExp]>([
  ['an answer is due', {}, /^Response due by .*, 1 d left$/],
  ['the provider names no date', { respondBy: null }, /^Response due; the provider gives no date$/],
  ['the network hears none', { answerAllowed: false }, /^The network allows no response$/],
  [
    'it is lost, without a date',
    { status: 'lost', respondBy: null },
    /^No response is due: the dispute is lost$/,
  ],
  [
    'it is under review, past its date',
    { status: 'under_review', respondBy: '2026-11-01T00:00:00.000Z' },
    /under review$/,
  ],
  [
    'an inquiry is closed',
    { status: 'warning_closed', answerAllowed: false },
    /^No response is due: .* warning closed$/,
  ],
  ['a status to come has a date', { status: 'needs_appeal' }, /^Response due by /],
])('%s', (_why, changed, says) => {
  expect(deadlineText({ ...facts, ...changed }, now)).toMatch(says);
});
