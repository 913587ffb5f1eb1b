/**
 * The cards and windows of guarded actions as people see them, in every state.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../sandbox/slack/block-kit/validate.js';
import { money } from '../../src/kernel/money.js';
import { inTimeZone } from '../../src/kernel/instants.js';
import { homeBlocks } from '../../src/views/desk/home.js';
import { linesOf as planLinesOf } from '../../src/remediation/kit/plan.js';
import { remediationListCard, remediationWhyCard } from '../../src/views/remediation/answers.js';
import { alarmCard, newsCard, remediationCard } from '../../src/views/remediation/card.js';
import { alarmMessages, remediationMessages } from '../../src/views/remediation/messages.js';
import { fitsOnCard, pagesOf } from '../../src/views/remediation/plan.js';
import { planModal } from '../../src/views/remediation/windows.js';
import { at } from '../support/payment-objects.js';
import { buttonsOn, linesOf, sourceOf } from '../support/cards.js';
import { aPlan, aRuling, aSnapshot, aVote, effect, everyState } from '../support/remediation-objects.js';
import { asRead, read, json, readModal, stateLine } from './reading.js';

describe('the live card', () => {
  it('that waits for its approval', () => {
    expect(read(remediationCard(aSnapshot()))).toMatchInlineSnapshot(`
      "REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · needs 1 more approval by 2026-11-20 13:00 UTC
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      [Approve → REM-17:6bb4c0f714ec6220]
      [Reject → REM-17:6bb4c0f714ec6220]
      [Withdraw → REM-17:6bb4c0f714ec6220]
      [Payment → pi_3Qpaid]
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`"
    `);
  });

  it('of which a person must say whether it took effect', () => {
    const [, snapshot] = everyState.find(([name]) => name === 'handed over')!;
    expect(read(remediationCard(snapshot))).toMatchInlineSnapshot(`
      "REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · outcome unknown: Paydesk keeps checking, and a person can decide
      :grey_question: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · outcome unknown: Paydesk keeps checking, and a person can decide
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      The answer was lost.
      • 2026-11-20 12:05:03 UTC no refund with this key
      • 2026-11-20 12:05:09 UTC the API does not answer
      :white_check_mark: <@U2LARS> approved 2026-11-20 12:03 UTC
      [It took effect → REM-17:6bb4c0f714ec6220]
      [It didn’t → REM-17:6bb4c0f714ec6220]
      [Look again → REM-17:6bb4c0f714ec6220]
      [Payment → pi_3Qpaid]
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`"
    `);
  });

  it('of a broken glass that was closed and owes a review', () => {
    const [, snapshot] = everyState.find(([name]) => name === 'closed, review owed')!;
    expect(read(remediationCard(snapshot))).toMatchInlineSnapshot(`
      "Break-glass · REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · done and verified
      :rotating_light: *Break-glass* · :white_check_mark: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · done and verified
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      *Effect:* Refund re_1 of 25.00 EUR is pending.
      :eyes: *Review pending:* another person must review this and close it.
      [Close review → REM-17:6bb4c0f714ec6220]
      [Payment → pi_3Qpaid]
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`"
    `);
  });

  it('says in its first line what happens and in which state it is', () => {
    const lines = everyState.map(([name, snapshot]) => `${name}: ${stateLine(remediationCard(snapshot))}`);
    expect(lines.join('\n').replaceAll('*Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242*', '…'))
      .toMatchInlineSnapshot(`
      "pending: :raised_hand: … · needs 1 more approval by 2026-11-20 13:00 UTC
      pending, one of two: :raised_hand: … · needs 1 more approval by 2026-11-20 13:00 UTC
      pending, unconfirmed: :raised_hand: … · needs 1 more approval by 2026-11-20 13:00 UTC
      pending again: :raised_hand: … · needs 1 more approval by 2026-11-20 13:00 UTC
      cooling off: :hourglass_flowing_sand: … · approved, starts 2026-11-20 12:15 UTC
      starting: :hourglass_flowing_sand: … · approved, starts now
      held up: :hourglass_flowing_sand: … · approved, on hold
      glass broken: :rotating_light: *Break-glass* · :hourglass_flowing_sand: … · runs without approvals, starts now
      executing: :gear: … · in progress
      unknown: :grey_question: … · outcome unknown, checking
      handed over: :grey_question: … · outcome unknown: Paydesk keeps checking, and a person can decide
      judged, watched: :x: … · a person decided that it did not take effect; Paydesk keeps looking until 2026-11-21 12:05 UTC
      done: :white_check_mark: … · done, verification pending
      done, not seen yet: :white_check_mark: … · done, verification pending
      verified, more to come: :white_check_mark: … · done and verified; the rest follows automatically 2026-11-20 12:15 UTC
      closed: :white_check_mark: … · done and verified
      closed, wrong: :warning: … · closed, not verified
      closed, review owed: :rotating_light: *Break-glass* · :white_check_mark: … · done and verified
      closed, reviewed: :rotating_light: *Break-glass* · :white_check_mark: … · done and verified
      refused: :x: … · refused, no action taken
      rejected: :no_entry: … · rejected, no action taken
      cancelled: :heavy_minus_sign: … · withdrawn, no action taken
      expired: :hourglass: … · expired, no action taken
      voided: :warning: … · voided, no action taken"
    `);
  });

  it.each(everyState)('%s has the buttons of its state, and no other', (_name, snapshot, buttons) => {
    expect(buttonsOn(remediationCard(snapshot))).toEqual(buttons);
    expect(buttonsOn(remediationCard(snapshot, { live: false }))).toEqual([]);
  });

  it.each([
    ['executing', ['complete', 'in_progress', 'pending']],
    ['unknown', ['complete', 'complete', 'in_progress', 'pending']],
    ['handed over', []],
    ['done', ['complete', 'complete', 'in_progress']],
    ['closed', []],
  ])('%s shows how far it is', (state, expected) => {
    const [, snapshot] = everyState.find(([name]) => name === state)!;
    const plans = (
      json(remediationCard(snapshot).blocks) as { type: string; tasks?: { status: string }[] }[]
    ).filter(({ type }) => type === 'plan');
    expect(plans.flatMap(({ tasks = [] }) => tasks.map(({ status }) => status))).toEqual(expected);
  });

  it.each([
    ['rejected', '*Rejected by <@U2LARS>:* Not twice: see ORD-1'],
    ['voided', '*What changed:* amount refunded: 0.00 EUR → 5.00 EUR'],
    ['cancelled', '*Withdrawn by <@U1ANA>*'],
    ['judged, watched', '*Decided by <@U3MIRA>:* the bank said so'],
    ['closed, reviewed', ':eyes: *Reviewed by <@U3MIRA>*: The customer waited at the till'],
    ['expired', 'Not enough approvals in time.'],
  ])('%s says why: %s', (state, expected) => {
    const [, snapshot] = everyState.find(([name]) => name === state)!;
    expect(read(remediationCard(snapshot)).split('\n')).toContain(expected);
  });

  it('that is finished is its outcome alone; the details went into the thread', () => {
    const [, closed] = everyState.find(([name]) => name === 'closed')!;
    expect(read(remediationCard(closed, { links: (kind, id) => `https://pay.example/${kind}/${id}` })))
      .toMatchInlineSnapshot(`
      "REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · done and verified
      :white_check_mark: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · done and verified
      Refund re_1 of 25.00 EUR is pending. · REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · <https://pay.example/payment/pi_3Qpaid|Open pi_3Qpaid> · approved by <@U2LARS> · details in the thread"
    `);
    expect(read(newsCard({ text: 'Verified: the refund is on the charge', mention: [] }, closed)))
      .toMatchInlineSnapshot(`
      "Verified: the refund is on the charge
      Verified: the refund is on the charge
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      *Effect:* Refund re_1 of 25.00 EUR is pending.
      *Verified:* the refund is on the charge
      :white_check_mark: <@U2LARS> approved 2026-11-20 12:03 UTC
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`"
    `);
    expect(read(remediationCard(closed, { live: false }))).toContain(
      '*Cannot be undone:* a refund cannot be taken back',
    );
  });

  it('that is not finished keeps its details, and its news are a line', () => {
    const [, executing] = everyState.find(([name]) => name === 'executing')!;
    expect(read(remediationCard(executing))).toContain('*At stake:* 25.00 EUR');
    expect(read(newsCard({ text: 'Checking the outcome', mention: [] }, executing)).split('\n')).toEqual([
      'Checking the outcome',
      'Checking the outcome',
    ]);
  });

  it.each([
    ['dispute', { subject: { kind: 'dispute' as const, id: 'du_1' } }, 'Dispute', 'dispute_show', 'du_1'],
    ['payout', { subject: { kind: 'payout' as const, id: 'po_1' } }, 'Payout', 'payment_show', 'po_1'],
    [
      'route, by its partner',
      { subject: { kind: 'route' as const, id: 'northpay-card-us' } },
      'Partner',
      'partner_show',
      'northpay',
    ],
  ])('shows its %s at one click', (_what, changed, text, actionId, value) => {
    const card = remediationCard(aSnapshot({}, { plan: aPlan(changed) }));
    expect(buttonsOn(card)).toContain(text);
    expect(JSON.stringify(card.blocks)).toContain(`"action_id":"${actionId}"`);
    expect(JSON.stringify(card.blocks)).toContain(`"value":"${value}"`);
  });

  it('offers no look-up where there is nothing to show', () => {
    const plan = aPlan({ subject: { kind: 'event', id: 'evt_1' }, partner: null });
    expect(buttonsOn(remediationCard(aSnapshot({}, { plan })))).toEqual(['Approve', 'Reject', 'Withdraw']);
  });

  it('quotes text of several lines, so that it reads as it was written and passes for no line of ours', () => {
    const letter = 'Text:\n> Hello,\n> \n> *Changes:* nothing\n> bye';
    const card = read(
      remediationCard(
        aSnapshot({ why: 'first\n\nAt stake: 0.00 EUR' }, { plan: aPlan({ changes: ['To: a', letter] }) }),
      ),
    );
    expect(card).toContain('• Text:\n>Hello,\n>\n>∗Changes:∗ nothing\n>bye\n');
    expect(card).toContain('*Why:*\n>first\n>\n>At stake: 0.00 EUR\n');
  });

  it('writes the instants of a plan in the reader’s zone', () => {
    const plan = aPlan({
      headline: 'Pause route r until 2026-11-18 13:00 UTC',
      changes: ['odd: 2026-99-99 13:00 UTC', 'at 2026-11-18 13:00:09 UTC'],
    });
    const source = sourceOf(remediationCard(aSnapshot({}, { plan })));
    expect(source).toContain('until <!date^1795006800^{date_short_pretty} {time}|2026-11-18 13:00 UTC>');
    expect(source).toContain('at <!date^1795006809^{date_short_pretty} {time_secs}|2026-11-18 13:00:09 UTC>');
    expect(source).toContain('odd: 2026-99-99 13:00 UTC');
  });

  it('its buttons name the plan, and approving is asked again with the headline', () => {
    const snapshot = aSnapshot();
    const text = JSON.stringify(remediationCard(snapshot).blocks);
    expect(text).toContain(`"value":"REM-17:${snapshot.remediation.planHash.slice(0, 16)}"`);
    expect(text).toContain(
      '"confirm":{"title":{"type":"plain_text","text":"Approve REM-17?"},"text":{"type":"plain_text","text":"Refund 25.00 EUR',
    );
  });

  it('shows votes: counted, unconfirmed, void, and those that do not fit', () => {
    const many = Array.from({ length: 10 }, (_, index) => aVote({ personId: `U${index}VOTER` }));
    const votes = [
      aVote({ confirmedBy: 'lars@example.com' }),
      aVote({ personId: 'U3MEI', state: 'unconfirmed' }),
      aVote({ personId: 'U4KO', state: 'void', voidWhy: 'withdrawn by the voter' }),
    ];
    const text = read(
      remediationCard(aSnapshot({}, { votes, ruling: aRuling({ confirmOutside: true, approvals: 2 }) })),
    );
    expect(text).toContain('<@U2LARS> approved 2026-11-20 12:03 UTC, confirmed outside Slack');
    expect(text).not.toContain('example.com');
    expect(text).toContain('<@U3MEI> voted; confirmation outside Slack pending');
    expect(text).toContain('<@U4KO>’s vote is void: withdrawn by the voter');
    expect(text).toContain('needs 1 more approval by');
    expect(read(remediationCard(aSnapshot({ state: 'executing' }, { votes: many })))).toContain(
      '… and 2 earlier votes',
    );
  });
});

/** What stands on the pages, without the marks that we put around it. */
const textOf = (blocks: readonly { text?: { text: string } }[]): string =>
  blocks
    .map(({ text }) => text?.text ?? '')
    .join('\n')
    .replaceAll('*', '');

it('says once what the effect said and what was seen', () => {
  const said = 'Refund re_1 of 25.00 EUR is succeeded.';
  const effect = { effectSummary: said, stateWhy: said, effectReference: 're_1' };
  const card = sourceOf(
    remediationCard(aSnapshot({ state: 'closed', verified: true, ...effect }), { live: false }),
  );
  expect(card.split('re_1')).toHaveLength(2);
  expect(card).toContain('*Verified:* Paydesk found the effect again');
});

describe('the plan', () => {
  it('is on the card whole, line by line, and nothing else of the plan is', () => {
    const card = remediationCard(aSnapshot());
    const lines = planLinesOf(aPlan().preview);
    const text = textOf(json(card.blocks));
    for (const line of lines) expect(text).toContain(line.replace(/^(?:Changes|Affects): /, ''));
    for (const label of ['Changes:', 'Affects:']) expect(text.split(label)).toHaveLength(2);
    expect(text).not.toContain('amountRefunded');
  });

  it.each([
    [
      'lines',
      {
        changes: Array.from(
          { length: 200 },
          (_, index) => `change ${index} of a great many that are to be made`,
        ),
      },
    ],
    ['one line', { changes: ['x'.repeat(20_000)] }],
    ['a headline', { headline: 'Refund '.repeat(60) }],
  ])('that does not fit for its %s is approved from its pages only', (_reason, changed) => {
    const plan = aPlan(changed);
    const snapshot = aSnapshot({}, { plan });
    expect(fitsOnCard(plan)).toBe(false);
    expect(buttonsOn(remediationCard(snapshot))).toEqual(['Read the plan', 'Reject', 'Withdraw', 'Payment']);
    expect(read(remediationCard(snapshot))).toContain('too long for this card');
    const pages = pagesOf(plan);
    pages.forEach((_page, index) => {
      expect(planModal(snapshot, index).submit).toBe(index < pages.length - 1 ? 'Next page' : 'Approve');
      readModal(planModal(snapshot, index));
    });
    expect(planModal(aSnapshot({ state: 'closed' }, { plan }), pages.length - 1).submit).toBeNull();
  });

  it('loses nothing on its pages, however long it is', () => {
    const line = fc.string({
      unit: fc.constantFrom('a', '&', '<', '*', '😀', 'é', '_'),
      minLength: 1,
      maxLength: 9000,
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (changes) => {
        const plan = aPlan({ changes });
        const told = pagesOf(plan).map(textOf).join('').replaceAll('\n', '');
        const count = (text: string, sought: RegExp): number => [...text.matchAll(sought)].length;
        const source = planLinesOf(plan.preview).join('');
        expect(count(told, /😀/g)).toBe(count(source, /😀/g));
        expect(count(told, /&amp;/g)).toBe(count(source, /&/g));
        expect(count(told, /&lt;/g)).toBe(count(source, /</g));
        expect(count(told, /é/g)).toBe(count(source, /é/g));
      }),
      { numRuns: 60 },
    );
  });
});

describe('messages', () => {
  const channels = { approvals: 'C0APPROVALS', alarm: 'C0ALARM' };

  it('the live card, and the news in its thread with its mentions', () => {
    const news = { text: 'Not executed: the vote of U2LARS is void.', mention: ['U1ANA'] };
    const [card, told] = remediationMessages(aSnapshot({}, { votes: [aVote()] }), news, channels);
    expect(card).toMatchObject({
      channel: 'C0APPROVALS',
      liveCard: 'remediation:REM-17',
      concerns: aSnapshot().remediation.requesterId,
    });
    expect(told).toMatchObject({ channel: 'C0APPROVALS', threadOf: 'remediation:REM-17' });
    expect(read(told!.card)).toContain('<@U1ANA> Not executed: the vote of <@U2LARS> is void.');
    expect(remediationMessages(aSnapshot(), null, channels)).toHaveLength(1);
  });

  it('news whole, up to what people may write as a reason', () => {
    expect(read(newsCard({ text: `Rejected: ${'x'.repeat(500)}`, mention: [] }, aSnapshot()))).toContain(
      'x'.repeat(500),
    );
  });

  it('an alarm', () => {
    const about = { kind: 'request' as const, snapshot: aSnapshot({ breakGlass: true }) };
    const [message, ...others] = alarmMessages(
      { personId: 'U1ANA', text: 'used break-glass for REM-17: Refund 25.00 EUR', about },
      alarmPolicy,
    );
    expect(others).toEqual([]);
    expect(message?.channel).toBe('C0ALARM');
    expect(read(message!.card)).toMatchInlineSnapshot(`
      "<@U1ANA> used break-glass for REM-17: Refund 25.00 EUR <!subteam^S0LEADS>
      :rotating_light: <@U1ANA> used break-glass for REM-17: Refund 25.00 EUR
      <!subteam^S0LEADS>
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`"
    `);
    expect(read(alarmCard('U1ANA', 'asked to lift the freeze', { snapshot: null, groups: [] }))).toContain(
      ':rotating_light: <@U1ANA> asked to lift the freeze',
    );
  });
});

const alarmPolicy = {
  channels: { approvals: 'C0APPROVALS', alarm: 'C0ALARM' },
  groups: { leads: 'S0LEADS', operators: 'S0OPS' },
  killSwitch: { freeze: ['operators'], lift: ['leads'] },
};

describe('private answers', () => {
  it('the list', () => {
    expect(read(remediationListCard([aSnapshot(), aSnapshot({ id: 'REM-16', state: 'executing' })], 2)))
      .toMatchInlineSnapshot(`
      "2 requests are open
      :clipboard: *2 requests are open*
      \`REM-17\` · :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC · by <@U1ANA>
      \`REM-16\` · :gear: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · in progress · by <@U1ANA>
      \`/remediate show REM-…\` for one, \`/remediate why REM-…\` for the rule that decided"
    `);
    expect(read(remediationListCard([], 0))).toContain('No request is open');
    const many = read(
      remediationListCard(
        Array.from({ length: 100 }, () => aSnapshot()),
        1234,
      ),
    );
    expect(many).toContain('1,234 requests are open');
    expect(many).toContain('1,204 older not shown');
  });

  it('why', () => {
    const votes = [aVote(), aVote({ personId: 'U4KO', state: 'void', voidWhy: 'withdrawn by the voter' })];
    expect(read(remediationWhyCard(aSnapshot({}, { votes, ruling: aRuling({ approvals: 2 }) }))))
      .toMatchInlineSnapshot(`
      "REM-17: decided by rule small-refunds · 1 of 2 approvals
      :scroll: *REM-17: decided by rule small-refunds*
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      • 25.00 EUR is in EUR already.
      • Rule “small-refunds” decides: 1 approval by leads.
      *Votes:* 1 of 2 approvals
      :white_check_mark: <@U2LARS> approved 2026-11-20 12:03 UTC
      :heavy_minus_sign: <@U4KO>’s vote is void: withdrawn by the voter
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 2 approvals by leads · plan \`6bb4c0f714ec6220\`
      Approver eligibility is rechecked before execution"
    `);
  });

  it.each([
    ['rejected', '*Rejected by <@U2LARS>:* Not twice: see ORD-1'],
    ['cancelled', '*Withdrawn by <@U1ANA>*'],
    ['judged, watched', '*Decided by <@U3MIRA>:* the bank said so'],
    ['closed, reviewed', ':eyes: *Reviewed by <@U3MIRA>*: The customer waited at the till'],
  ])('names who decided: %s', (state, expected) => {
    const [, snapshot] = everyState.find(([name]) => name === state)!;
    expect(read(remediationWhyCard(snapshot)).split('\n')).toContain(expected);
  });
});

describe('a card is right about', () => {
  it('a letter: the mail server took it', () => {
    const letter = {
      action: 'message-partner',
      state: 'closed',
      verified: true,
      dueAt: null,
      stateWhy: 'Taken: 250 OK',
    } as const;
    const text = read(remediationCard(aSnapshot(letter)));
    expect(text).toContain('· accepted by the mail server');
    expect(text).toContain('High risk: irreversible');
    expect(text).not.toMatch(/verified|Seen/);
  });

  const pause = { action: 'pause-route', verified: true, ...effect };
  const plan = aPlan({
    subject: { kind: 'route', id: 'adria-card-fr' },
    headline: 'Pause route adria-card-fr',
  });

  it('a pause in force: it can be undone', () => {
    const card = remediationCard(aSnapshot({ ...pause, state: 'done', dueAt: at('11-20T12:00') }, { plan }));
    expect(read(card)).toContain('[Undo… → resume-route:route:adria-card-fr]');
  });

  it('a pause that has ended: it is over, and there is nothing to undo', () => {
    const text = read(remediationCard(aSnapshot({ ...pause, state: 'closed', dueAt: null }, { plan })));
    expect(text).toContain('*Pause route adria-card-fr* · over');
    expect(text).not.toContain('Undo');
  });
});

it('news of what a person did begins with the person', () => {
  const card = newsCard(
    { by: 'U2LARS', text: 'rejected this: not twice', mention: ['U1ANA', 'U2LARS'] },
    aSnapshot(),
  );
  expect(read(card)).toContain('<@U2LARS> rejected this: not twice · <@U1ANA>');
});

describe('Home', () => {
  const readHome = (facts: Omit<Parameters<typeof homeBlocks>[0], 'freeze' | 'day'>): string => {
    const blocks = homeBlocks({ ...facts, freeze: null, day: null });
    expect(validateBlocks(json(blocks), 'home')).toEqual([]);
    return linesOf({ text: '', blocks }).map(asRead).join('\n');
  };
  const toDecide = [aSnapshot()];
  const own = [aSnapshot({ id: 'REM-18' })];

  it('asks for a confirmation in the reader’s own time', () => {
    const plan = aPlan({ headline: 'Pause route adria-card-fr until 2026-11-20 13:00 UTC' });
    const write = (text: string) => inTimeZone(text, 'Europe/Lisbon');
    const blocks = homeBlocks({
      waiting: { value: { toDecide: [aSnapshot({}, { plan })], own: [] } },
      day: null,
      help: [],
      freeze: null,
      write,
    });
    const asked = write('Pause route adria-card-fr until 2026-11-20 13:00 UTC');
    expect(asked).not.toContain('UTC');
    expect(json(blocks)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          elements: expect.arrayContaining([
            expect.objectContaining({
              confirm: expect.objectContaining({ text: { type: 'plain_text', text: asked } }) as object,
            }),
          ]) as object,
        }),
      ]),
    );
  });

  it('what waits for me first, then my own requests', () => {
    expect(readHome({ waiting: { value: { toDecide, own } }, help: [] })).toMatchInlineSnapshot(`
      "
      Needs my decision
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      [Approve → REM-17:6bb4c0f714ec6220]
      [Reject → REM-17:6bb4c0f714ec6220]
      [Payment → pi_3Qpaid]
      REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`
      My requests
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      [Withdraw → REM-18:6bb4c0f714ec6220]
      REM-18 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · rule \`small-refunds\`: 1 approval by leads · plan \`6bb4c0f714ec6220\`
      Look things up"
    `);
  });

  it('says so when nothing waits, and says nothing where nothing is configured', () => {
    expect(readHome({ waiting: { value: { toDecide: [], own: [] } }, help: [] })).toContain(
      'Nothing needs your decision.',
    );
    expect(readHome({ waiting: null, help: [] })).not.toContain('Waiting');
  });

  it.each(everyState)('takes a request that is %s', (_name, snapshot) => {
    const many = Array.from({ length: 30 }, () => snapshot);
    expect(readHome({ waiting: { value: { toDecide: many, own: many } }, help: [] })).toContain('25 more');
  });

  it('links to the page of what waits', () => {
    const page = (kind: string, id: string) => `https://pay.example/${kind}/${id}`;
    expect(readHome({ waiting: { value: { toDecide, own } }, help: [], links: page })).toContain(
      '<https://pay.example/payment/pi_3Qpaid|Open pi_3Qpaid>',
    );
  });

  it('offers what fits, to whom it is for', () => {
    const lines = readHome({ waiting: { value: { toDecide, own } }, help: [] })
      .split('\n')
      .filter((line) => line.startsWith('['));
    expect(lines.map((line) => line.replace(/ → .*/, ']'))).toEqual([
      '[Approve]',
      '[Reject]',
      '[Payment]',
      '[Withdraw]',
    ]);
  });
});

it('an amount of nothing at stake is left out', () => {
  expect(read(remediationCard(aSnapshot({}, { plan: aPlan({ value: null }) })))).not.toContain('At stake');
  expect(read(remediationCard(aSnapshot({}, { plan: aPlan({ value: money(1, 'JPY') }) })))).toContain(
    '1 JPY',
  );
});
