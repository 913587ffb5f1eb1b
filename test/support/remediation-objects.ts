/**
 * A request to refund 25.00 EUR that waits for its approval; tests change what they are about.
 */
import { money } from '../../src/kernel/money.js';
import type { Remediation, Vote } from '../../src/ports/remediations.js';
import type { Plan, Preview } from '../../src/remediation/kit/action.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import { freeze } from '../../src/remediation/kit/plan.js';
import type { AllowedRuling } from '../../src/remediation/policy/policy.js';
import { at } from './payment-objects.js';

export const aPlan = (changed: Partial<Preview> = {}): Plan => ({
  action: 'refund-payment',
  typed: { payment: 'pi_3Qpaid', amount: '25.00' },
  facts: { amountRefunded: '0.00 EUR' },
  contends: ['pi_3Qpaid'],
  preview: {
    headline: 'Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242',
    changes: ['refunded 0.00 EUR → 25.00 EUR of 40.00 EUR'],
    affected: ['the customer, in 5 to 10 days', 'the payout of tomorrow'],
    undo: null,
    irreversible: 'a refund cannot be taken back',
    value: money(2500, 'EUR'),
    subject: { kind: 'payment', id: 'pi_3Qpaid' },
    partner: 'northpay',
    merchant: 'acct_1',
    ...changed,
  },
});

export const aRuling = (changed: Partial<AllowedRuling> = {}): AllowedRuling => ({
  kind: 'allowed',
  rule: 'small-refunds',
  approvals: 1,
  approverGroups: ['leads'],
  coolingOffMs: 0,
  typeAmount: false,
  confirmOutside: false,
  reporting: money(2500, 'EUR'),
  trail: ['25.00 EUR is in EUR already.', 'Rule “small-refunds” decides: 1 approval by leads.'],
  ...changed,
});

export const aVote = (changed: Partial<Vote> = {}): Vote => ({
  personId: 'U2LARS',
  state: 'counted',
  castAt: at('11-20T12:03'),
  voidWhy: null,
  tokenHash: null,
  confirmedBy: null,
  ...changed,
});

export function aSnapshot(
  changed: Partial<Remediation> = {},
  { plan = aPlan(), ruling = aRuling(), votes = [] }: Partial<Omit<Snapshot, 'remediation'>> = {},
): Snapshot {
  const { text, hash } = freeze(plan);
  const remediation: Remediation = {
    id: 'REM-17',
    version: 1,
    formKey: 'V1',
    action: plan.action,
    planText: text,
    planHash: hash,
    requesterId: 'U1ANA',
    channelId: 'C1',
    why: 'The customer was charged twice',
    rulingText: '',
    breakGlass: false,
    standingId: null,
    alertId: null,
    idempotencyKey: 'key',
    subjects: ['pi_3Qpaid'],
    contends: ['pi_3Qpaid'],
    createdAt: at('11-20T12:00'),
    changedAt: at('11-20T12:00'),
    state: 'pending',
    expiresAt: at('11-20T13:00'),
    stateWhy: null,
    dueAt: at('11-20T13:00'),
    calls: 0,
    looks: 0,
    misses: 0,
    failedLooks: 0,
    unknownSince: null,
    askedAt: null,
    watchUntil: null,
    decidedBy: null,
    reviewedBy: null,
    reviewFindings: null,
    effectReference: null,
    effectSummary: null,
    evidence: [],
    verified: false,
    endWhy: null,
    review: 'none',
    ...changed,
  };
  return { remediation, plan, ruling, votes };
}

export const effect = { effectReference: 're_1', effectSummary: 'Refund re_1 of 25.00 EUR is pending.' };
export const evidence = [
  '2026-11-20 12:05:03 UTC no refund with this key',
  '2026-11-20 12:05:09 UTC the API does not answer',
];
const due = at('11-20T12:15');

/** A request in every state in which a card can be, with the buttons that belong there. */
export const everyState: readonly [name: string, snapshot: Snapshot, buttons: readonly string[]][] = [
  ['pending', aSnapshot(), ['Approve', 'Reject', 'Withdraw', 'Payment']],
  [
    'pending, one of two',
    aSnapshot({}, { ruling: aRuling({ approvals: 2 }), votes: [aVote()] }),
    ['Approve', 'Reject', 'Withdraw', 'Payment'],
  ],
  [
    'pending, unconfirmed',
    aSnapshot(
      {},
      {
        ruling: aRuling({ confirmOutside: true, typeAmount: true }),
        votes: [aVote({ state: 'unconfirmed' })],
      },
    ),
    ['Approve', 'Reject', 'Withdraw', 'Payment'],
  ],
  [
    'pending again',
    aSnapshot(
      { stateWhy: 'the vote of U2LARS is void. Only leads may decide about this.' },
      { votes: [aVote({ state: 'void', voidWhy: 'Only leads may decide about this.' })] },
    ),
    ['Approve', 'Reject', 'Withdraw', 'Payment'],
  ],
  [
    'cooling off',
    aSnapshot(
      { state: 'approved', dueAt: due },
      { ruling: aRuling({ coolingOffMs: 600_000 }), votes: [aVote()] },
    ),
    ['Withdraw', 'Payment'],
  ],
  ['starting', aSnapshot({ state: 'approved' }, { votes: [aVote()] }), ['Payment']],
  [
    'held up',
    aSnapshot(
      { state: 'approved', stateWhy: 'On hold: The payments API does not answer.' },
      { votes: [aVote()] },
    ),
    ['Withdraw', 'Payment'],
  ],
  [
    'glass broken',
    aSnapshot(
      { state: 'approved', breakGlass: true, review: 'open' },
      { ruling: aRuling({ rule: 'break-glass', approvals: 0 }) },
    ),
    ['Close review', 'Payment'],
  ],
  ['executing', aSnapshot({ state: 'executing' }, { votes: [aVote()] }), ['Payment']],
  [
    'unknown',
    aSnapshot({ state: 'unknown', stateWhy: 'The answer was lost.', looks: 2 }, { votes: [aVote()] }),
    ['Look again', 'Payment'],
  ],
  [
    'handed over',
    aSnapshot(
      { state: 'unknown', stateWhy: 'The answer was lost.', looks: 6, askedAt: at('11-20T12:05'), evidence },
      { votes: [aVote()] },
    ),
    ['It took effect', 'It didn’t', 'Look again', 'Payment'],
  ],
  [
    'judged, watched',
    aSnapshot(
      { state: 'refused', stateWhy: 'the bank said so', decidedBy: 'U3MIRA', watchUntil: at('11-21T12:05') },
      { votes: [aVote()] },
    ),
    ['Look again', 'Payment'],
  ],
  ['done', aSnapshot({ state: 'done', ...effect }, { votes: [aVote()] }), ['Payment']],
  [
    'done, not seen yet',
    aSnapshot(
      { state: 'done', ...effect, stateWhy: 'Paydesk could not verify it yet: No answer.', failedLooks: 3 },
      { votes: [aVote()] },
    ),
    ['Look again', 'Payment'],
  ],
  [
    'verified, more to come',
    aSnapshot(
      { state: 'done', ...effect, verified: true, stateWhy: 'the route is paused', dueAt: due },
      { votes: [aVote()] },
    ),
    ['Payment'],
  ],
  [
    'closed',
    aSnapshot(
      { state: 'closed', ...effect, verified: true, stateWhy: 'the refund is on the charge', dueAt: null },
      { votes: [aVote()] },
    ),
    [],
  ],
  [
    'closed, wrong',
    aSnapshot(
      {
        state: 'closed',
        ...effect,
        stateWhy: 'Check this: the action took effect, but the refund failed',
        dueAt: null,
      },
      { votes: [aVote()] },
    ),
    [],
  ],
  [
    'closed, review owed',
    aSnapshot({ state: 'closed', ...effect, verified: true, breakGlass: true, review: 'open' }),
    ['Close review', 'Payment'],
  ],
  [
    'closed, reviewed',
    aSnapshot({
      state: 'closed',
      ...effect,
      verified: true,
      breakGlass: true,
      review: 'closed',
      reviewedBy: 'U3MIRA',
      reviewFindings: 'The customer waited at the till',
    }),
    [],
  ],
  [
    'refused',
    aSnapshot(
      { state: 'refused', stateWhy: 'The charge was refunded already.', dueAt: null },
      { votes: [aVote()] },
    ),
    [],
  ],
  [
    'rejected',
    aSnapshot({ state: 'rejected', stateWhy: 'Not twice: see ORD-1', decidedBy: 'U2LARS', dueAt: null }),
    [],
  ],
  ['cancelled', aSnapshot({ state: 'cancelled', decidedBy: 'U1ANA', dueAt: null }), []],
  ['expired', aSnapshot({ state: 'expired', stateWhy: 'Not enough approvals in time.', dueAt: null }), []],
  [
    'voided',
    aSnapshot(
      { state: 'voided', stateWhy: 'amount refunded: 0.00 EUR → 5.00 EUR', dueAt: null },
      { votes: [aVote()] },
    ),
    [],
  ],
];
