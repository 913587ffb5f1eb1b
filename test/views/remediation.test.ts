/**
 * The cards and windows of guarded actions as people see them, in every state.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateBlocks, validateView } from '../../sandbox/slack/block-kit/validate.js';
import type { Card, CardBlock } from '../../src/ports/card.js';
import type { Modal } from '../../src/ports/command.js';
import { viewOf } from '../../src/adapters/slack/windows.js';
import { money } from '../../src/kernel/money.js';
import { linesOf as planLinesOf } from '../../src/remediation/plan.js';
import { homeBlocks } from '../../src/views/home.js';
import { remediationListCard, remediationWhyCard } from '../../src/views/remediation-answers.js';
import { alarmCard, newsCard, remediationCard } from '../../src/views/remediation-card.js';
import { menuOf } from '../../src/views/inputs.js';
import { chooserModal, formModal, partnerOptions, refusedModal, requestedModal } from '../../src/views/remediation-forms.js'; // prettier-ignore
import { actions } from '../../src/remediation/actions/index.js';
import { alarmMessages, remediationMessages } from '../../src/views/remediation-messages.js';
import { fitsOnCard, pagesOf } from '../../src/views/remediation-plan.js';
import {
  amountModal, confirmModal, judgeModal, planModal, rejectModal, reviewModal,
} from '../../src/views/remediation-windows.js'; // prettier-ignore
import type { Action, FieldInput } from '../../src/remediation/action.js';
import { at } from '../support/payment-objects.js';
import { buttonsOn, faultsOf, linesOf, sourceOf } from '../support/cards.js';
import {
  aPlan,
  aRuling,
  aSnapshot,
  aVote,
  effect,
  evidence,
  everyState,
} from '../support/remediation-objects.js';

const asRead = (line: string): string => line.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1');

function read(card: Card): string {
  expect(faultsOf(card)).toEqual([]);
  return linesOf(card).map(asRead).join('\n');
}

const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

/** A window as lines: title and buttons first, inputs as `{name: label}`. */
function readModal(modal: Modal): string {
  expect(validateView(json(viewOf(modal, null)))).toEqual([]);
  expect(modal.memo.length).toBeLessThanOrEqual(3000);
  const { title, submit, close, blocks } = modal;
  const card = { text: `${title} [${submit ?? ''}] [${close}]`, blocks: blocks.map(inputAsText) };
  return linesOf(card).map(asRead).join('\n');
}

function inputAsText(block: CardBlock): CardBlock {
  const { block_id: name, label, element } = block as { block_id?: string; label?: { text: string }; element?: { type: string } };
  if (block.type !== 'input') return block;
  return { type: 'section', text: { text: `{${name ?? ''}: ${label?.text ?? ''}, ${element?.type ?? ''}}` } } as CardBlock;
} // prettier-ignore

const stateLine = (card: Card): string => read(card).split('\n')[1] ?? '';

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
      • 12:05:03 UTC no refund with this key
      • 12:05:09 UTC the API does not answer
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
    expect(lines.join('\n').replaceAll('*Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242*', '…')).toMatchInlineSnapshot(`
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
  }); // prettier-ignore

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
    const plans = (json(remediationCard(snapshot).blocks) as { type: string; tasks?: { status: string }[] }[])
      .filter(({ type }) => type === 'plan'); // prettier-ignore
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
    expect(read(remediationCard(closed, { links: (kind, id) => `https://pay.example/${kind}/${id}` }))).toMatchInlineSnapshot(`
      "REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · done and verified
      :white_check_mark: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · done and verified
      Refund re_1 of 25.00 EUR is pending. · REM-17 requested by <@U1ANA> 2026-11-20 12:00 UTC · High risk: irreversible · <https://pay.example/payment/pi_3Qpaid|Open pi_3Qpaid> · approved by <@U2LARS> · details in the thread"
    `);
    expect(read(newsCard({ text: 'Verified: the refund is on the charge', mention: [] }, closed))).toMatchInlineSnapshot(`
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
    expect(read(remediationCard(closed, { live: false }))).toContain('*Cannot be undone:* a refund cannot be taken back');
  }); // prettier-ignore

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
    ['route, by its partner', { subject: { kind: 'route' as const, id: 'northpay-card-us' } }, 'Partner', 'partner_show', 'northpay'],
  ])('shows its %s at one click', (_what, changed, text, actionId, value) => {
    const card = remediationCard(aSnapshot({}, { plan: aPlan(changed) }));
    expect(buttonsOn(card)).toContain(text);
    expect(JSON.stringify(card.blocks)).toContain(`"action_id":"${actionId}"`);
    expect(JSON.stringify(card.blocks)).toContain(`"value":"${value}"`);
  }); // prettier-ignore

  it('offers no look-up where there is nothing to show', () => {
    const plan = aPlan({ subject: { kind: 'event', id: 'evt_1' }, partner: null });
    expect(buttonsOn(remediationCard(aSnapshot({}, { plan })))).toEqual(['Approve', 'Reject', 'Withdraw']);
  });

  it('quotes text of several lines, so that it reads as it was written and passes for no line of ours', () => {
    const letter = 'Text:\n> Hello,\n> \n> *Changes:* nothing\n> bye';
    const card = read(remediationCard(aSnapshot({ why: 'first\n\nAt stake: 0.00 EUR' }, { plan: aPlan({ changes: ['To: a', letter] }) })));
    expect(card).toContain('• Text:\n>Hello,\n>\n>∗Changes:∗ nothing\n>bye\n');
    expect(card).toContain('*Why:*\n>first\n>\n>At stake: 0.00 EUR\n');
  }); // prettier-ignore

  it('writes the instants of a plan in the reader’s zone', () => {
    const plan = aPlan({ headline: 'Pause route r until 2026-11-18 13:00 UTC', changes: ['odd: 2026-99-99 13:00 UTC', 'at 2026-11-18 13:00:09 UTC'] });
    const source = sourceOf(remediationCard(aSnapshot({}, { plan })));
    expect(source).toContain('until <!date^1795006800^{date_short_pretty} {time}|2026-11-18 13:00 UTC>');
    expect(source).toContain('at <!date^1795006809^{date_short_pretty} {time_secs}|2026-11-18 13:00:09 UTC>');
    expect(source).toContain('odd: 2026-99-99 13:00 UTC');
  }); // prettier-ignore

  it('its buttons name the plan, and approving is asked again with the headline', () => {
    const snapshot = aSnapshot();
    const text = JSON.stringify(remediationCard(snapshot).blocks);
    expect(text).toContain(`"value":"REM-17:${snapshot.remediation.planHash.slice(0, 16)}"`);
    expect(text).toContain('"confirm":{"title":{"type":"plain_text","text":"Approve REM-17?"},"text":{"type":"plain_text","text":"Refund 25.00 EUR');
  }); // prettier-ignore

  it('tells of votes: counted, unconfirmed, void, and those that do not fit', () => {
    const many = Array.from({ length: 10 }, (_, index) => aVote({ personId: `U${index}VOTER` }));
    const votes = [aVote({ confirmedBy: 'lars@example.com' }), aVote({ personId: 'U3MEI', state: 'unconfirmed' }), aVote({ personId: 'U4KO', state: 'void', voidWhy: 'withdrawn by the voter' })];
    const text = read(remediationCard(aSnapshot({}, { votes, ruling: aRuling({ confirmOutside: true, approvals: 2 }) })));
    expect(text).toContain('<@U2LARS> approved 2026-11-20 12:03 UTC, confirmed outside Slack');
    expect(text).not.toContain('example.com');
    expect(text).toContain('<@U3MEI> voted; confirmation outside Slack pending');
    expect(text).toContain('<@U4KO>’s vote is void: withdrawn by the voter');
    expect(text).toContain('needs 1 more approval by');
    expect(read(remediationCard(aSnapshot({ state: 'executing' }, { votes: many })))).toContain('… and 2 earlier votes');
  }); // prettier-ignore
});

/** What stands on the pages, without the marks that we put around it. */
const textOf = (blocks: readonly { text?: { text: string } }[]): string =>
  blocks.map(({ text }) => text?.text ?? '').join('\n').replaceAll('*', ''); // prettier-ignore

it('says once what the effect said and what was seen', () => {
  const said = 'Refund re_1 of 25.00 EUR is succeeded.';
  const effect = { effectSummary: said, stateWhy: said, effectReference: 're_1' };
  const card = sourceOf(
    remediationCard(aSnapshot({ state: 'closed', verified: true, ...effect }), { live: false }),
  );
  expect(card.split('re_1')).toHaveLength(2);
  expect(card).toContain('*Verified:* with the provider');
});

describe('the plan', () => {
  it('stands on the card whole, line by line, and nothing else of the plan does', () => {
    const card = remediationCard(aSnapshot());
    const lines = planLinesOf(aPlan().preview);
    const text = textOf(json(card.blocks));
    for (const line of lines) expect(text).toContain(line.replace(/^(?:Changes|Affects): /, ''));
    for (const label of ['Changes:', 'Affects:']) expect(text.split(label)).toHaveLength(2);
    expect(text).not.toContain('amountRefunded');
  });

  it.each([
    ['lines', { changes: Array.from({ length: 200 }, (_, index) => `change ${index} of a great many that are to be made`) }],
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
  }); // prettier-ignore

  it('loses nothing on its pages, however long it is', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '&', '<', '*', '😀', 'é', '_'), minLength: 1, maxLength: 9000 });
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
  }); // prettier-ignore
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
    const [message, ...others] = alarmMessages({ personId: 'U1ANA', text: 'broke the glass for REM-17: Refund 25.00 EUR', about }, alarmPolicy);
    expect(others).toEqual([]);
    expect(message?.channel).toBe('C0ALARM');
    expect(read(message!.card)).toMatchInlineSnapshot(`
      "<@U1ANA> broke the glass for REM-17: Refund 25.00 EUR <!subteam^S0LEADS>
      :rotating_light: <@U1ANA> broke the glass for REM-17: Refund 25.00 EUR
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
    expect(read(alarmCard('U1ANA', 'wants to lift the freeze', { snapshot: null, groups: [] }))).toContain(':rotating_light: <@U1ANA> wants');
  }); // prettier-ignore
});

const alarmPolicy = {
  channels: { approvals: 'C0APPROVALS', alarm: 'C0ALARM' },
  groups: { leads: 'S0LEADS', operators: 'S0OPS' },
  killSwitch: { freeze: ['operators'], lift: ['leads'] },
};

const fieldOf = (input: FieldInput, label: string, optional = false) => ({ label, input, optional });
const anAction: Action = {
  id: 'do-all', title: 'Do all', summary: 'Asks for one of each', risk: 'high', prefills: {},
  fields: {
    payment: fieldOf({ kind: 'text', placeholder: 'pi_…' }, 'Payment'),
    note: fieldOf({ kind: 'text', multiline: true }, 'Note', true),
    reason: fieldOf({ kind: 'choice', options: [{ value: 'a', label: 'The first' }, { value: 'b', label: 'The second' }] }, 'Reason'),
    until: fieldOf({ kind: 'instant' }, 'Until'),
    day: fieldOf({ kind: 'date' }, 'Day'),
    partner: fieldOf({ kind: 'partner' }, 'Partner'),
    files: fieldOf({ kind: 'files', most: 12 }, 'Files', true),
  },
} as unknown as Action; // prettier-ignore

describe('windows', () => {
  const partners = [{ id: 'northpay', name: 'Northpay' }];
  const occasion = { channelId: 'C1', breakGlass: false };
  const form = (changed = {}) =>
    formModal({ action: anAction, typed: {}, brief: null, partners, ...occasion, ...changed });

  it.each([
    ['a field with suggestions is a menu that asks for them', '', 'external_select'],
    ['what is known already is chosen, listed or not', 'pi_2', 'external_select'],
    ['a value longer than an option may be is typed', 'x'.repeat(151), 'plain_text_input'],
  ])('%s', (_why, typed, element) => {
    const suggest = () => Promise.resolve([]);
    const action = { ...anAction, fields: { ...anAction.fields, payment: { ...anAction.fields.payment!, suggest } } };
    const modal = form({ action, typed: { payment: typed } });
    expect(readModal(modal)).toContain(`{payment: Payment, ${element}}`);
    expect(JSON.stringify(modal.blocks)).toContain(typed);
  }); // prettier-ignore

  it('more partners than a menu holds are asked for, so that each can be chosen', () => {
    const many = Array.from({ length: 101 }, (_, index) => ({ id: `p-${index}`, name: `P ${index}` }));
    expect(readModal(form({ partners: many }))).toContain('{partner: Partner, external_select}');
    expect(menuOf(partnerOptions(many), 'P 100').map(({ value }) => value)).toEqual(['p-100', 'P 100']);
  });

  it.each([
    ['nothing typed lists all, and nothing else', '', ['pi_1', 'ch_2']],
    ['what was typed narrows the list by value or label', 'TWO', ['ch_2', 'TWO']],
    ['what is not listed can still be chosen', ' pi_9 ', ['pi_9']],
    ['what is listed is not offered twice', 'pi_1', ['pi_1']],
    ['what is longer than an option may be is not offered', 'x'.repeat(151), []],
  ])('%s', (_why, typed, values) => {
    const options = [{ value: 'pi_1', label: 'The first' }, { value: 'ch_2', label: 'Two' }];
    expect(menuOf(options, typed).map(({ value }) => value)).toEqual(values);
  }); // prettier-ignore

  it('a menu never holds more options than Slack takes, the typed one included', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ value: `pi_${index}`, label: 'one' }));
    expect(menuOf(many, '')).toHaveLength(100);
    expect(menuOf(many, 'pi')).toHaveLength(100);
    expect(menuOf(many, 'pi').at(-1)?.value).toBe('pi');
  });

  it('the form of an action', () => {
    expect(readModal(form())).toMatchInlineSnapshot(`
      "Do all [Request approval] [Cancel]
      Asks for one of each · High risk: irreversible
      {payment: Payment, plain_text_input}
      {note: Note, plain_text_input}
      {reason: Reason, static_select}
      {until: Until, datetimepicker}
      {day: Day, datepicker}
      {partner: Partner, static_select}
      {files: Files, file_input}
      {why: Why?, plain_text_input}"
    `);
    const typed = { payment: 'pi_1', reason: 'b', until: '1795165200', day: '2026-11-20', partner: 'northpay' };
    const filled = form({ typed });
    readModal(filled);
    for (const initial of ['"initial_value":"pi_1"', '"initial_option":{"text":{"type":"plain_text","text":"The second"}', '"initial_date_time":1795165200', '"initial_date":"2026-11-20"', '"text":"Northpay"},"value":"northpay"}}'])
      expect(JSON.stringify(filled.blocks)).toContain(initial);
  }); // prettier-ignore

  it.each([
    [{ reason: 'c', until: 'soon', day: '2026-13-45', partner: 'nobody' }, partners, 'values that Slack would refuse'],
    [{ payment: 'x'.repeat(5000) }, partners, 'a text that is too long'],
    [{ partner: 'northpay' }, [], 'no partner to choose'],
    [{}, Array.from({ length: 150 }, (_, index) => ({ id: `p-${index}`, name: `P ${index}` })), 'more partners than a menu takes'],
  ])('a form stays one that Slack takes: %#', (typed, known, _reason) => {
    readModal(form({ typed, partners: known }));
  }); // prettier-ignore

  it.each(actions.map((action) => [action.id, action] as const))('the form of %s is one that Slack takes', (_id, action) => {
    for (const breakGlass of [false, true]) {
      const kinds = Object.values(action.fields).length;
      expect(readModal(form({ action, breakGlass })).match(/^\{/gm)).toHaveLength(kinds + 1);
    }
  }); // prettier-ignore

  it('the chooser takes every action there is', () => {
    readModal(chooserModal(actions, occasion));
  });

  it('breaking the glass looks like nothing else', () => {
    expect(
      readModal(form({ breakGlass: true }))
        .split('\n')
        .slice(0, 4),
    ).toMatchInlineSnapshot(`
      [
        "Break glass [Run now] [Cancel]",
        "This runs at once, without approvals. It is announced in the alarm channel, and another person must review it.",
        "*Do all*",
        "Asks for one of each · High risk: irreversible",
      ]
    `);
    expect(readModal(chooserModal([anAction], { channelId: 'C1', breakGlass: true }))).toContain(
      'without approvals',
    );
  });

  it('the chooser groups by risk and leaves empty groups out', () => {
    const low = { ...anAction, id: 'low', risk: 'low' as const };
    const modal = chooserModal([anAction, low], occasion);
    readModal(modal);
    const groups = [
      ...JSON.stringify(modal.blocks).matchAll(/"label":\{"type":"plain_text","text":"([^"]* risk[^"]*)"/g),
    ];
    expect(groups.map(([, label]) => label)).toEqual([
      'Low risk: no lasting effect',
      'High risk: irreversible',
    ]);
  });

  it('what became of asking', () => {
    const open = { channel: 'C0APPROVALS', heldSince: null };
    expect(readModal(requestedModal(aSnapshot(), true, open))).toMatchInlineSnapshot(`
      "REM-17 submitted [] [Close]
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      One person in leads must approve this; your own vote doesn’t count. Follow it in <#C0APPROVALS>.
      To withdraw it, use the button on its card or \`/remediate cancel REM-17\`."
    `);
    expect(readModal(requestedModal(aSnapshot({ state: 'executing' }), false, open))).toContain('REM-17 already submitted');
    const held = { ...open, heldSince: new Date('2026-11-20T11:58:00Z') };
    const notThere = readModal(requestedModal(aSnapshot(), true, held));
    expect(notThere).toContain('Slack has refused messages to <#C0APPROVALS> since 2026-11-20 11:58 UTC');
    expect(notThere).toContain('`/remediate show REM-17`');
    expect(notThere).not.toContain('Follow it');
    const faults = [{ field: null, message: 'Only leads may ask for this.' }, { field: 'payment', message: 'It is disputed.' }];
    expect(readModal(refusedModal(anAction, faults, aRuling().trail))).toMatchInlineSnapshot(`
      "Do all [] [Close]
      :no_entry: *This request can’t be submitted yet. No action was taken.*
      • Only leads may ask for this.
      • *Payment:* It is disputed.
      *How the rules were applied*
      • 25.00 EUR is in EUR already.
      • Rule “small-refunds” decides: 1 approval by leads."
    `);
  }); // prettier-ignore

  it('deciding shows what is decided about', () => {
    const snapshot = aSnapshot({ evidence, stateWhy: 'The answer was lost.', review: 'open' });
    for (const modal of [amountModal(snapshot), rejectModal(snapshot), judgeModal(snapshot, 'did_not'), reviewModal(snapshot), confirmModal(snapshot, 'https://desk.example/confirm/t')]) {
      expect(readModal(modal)).toContain('*Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242*');
    }
    expect(readModal(judgeModal(snapshot, 'took_effect'))).toContain('no refund with this key');
    expect(readModal(confirmModal(snapshot, 'https://desk.example/confirm/t'))).toMatchInlineSnapshot(`
      "Confirm your vote [] [Close]
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      *Your vote doesn’t count yet.* Confirm it outside Slack with your company sign-in.
      [Confirm my vote → https://desk.example/confirm/t]
      The link is for you only and works once. If you lose it, vote again."
    `);
  }); // prettier-ignore
});

describe('private answers', () => {
  it('the list', () => {
    expect(read(remediationListCard([aSnapshot(), aSnapshot({ id: 'REM-16', state: 'executing' })], 2))).toMatchInlineSnapshot(`
      "2 requests are open
      :clipboard: *2 requests are open*
      \`REM-17\` · :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC · by <@U1ANA>
      \`REM-16\` · :gear: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · in progress · by <@U1ANA>
      \`/remediate show REM-…\` for one, \`/remediate why REM-…\` for the rule that decided"
    `);
    expect(read(remediationListCard([], 0))).toContain('No request is open');
    const many = read(remediationListCard(Array.from({ length: 100 }, () => aSnapshot()), 1234));
    expect(many).toContain('1,234 requests are open');
    expect(many).toContain('1,204 older not shown');
  }); // prettier-ignore

  it('why', () => {
    const votes = [aVote(), aVote({ personId: 'U4KO', state: 'void', voidWhy: 'withdrawn by the voter' })];
    expect(read(remediationWhyCard(aSnapshot({}, { votes, ruling: aRuling({ approvals: 2 }) })))).toMatchInlineSnapshot(`
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
  }); // prettier-ignore

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

describe('a card says what is so of', () => {
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
  const readHome = (facts: Omit<Parameters<typeof homeBlocks>[0], 'freeze'>): string => {
    const blocks = homeBlocks({ ...facts, freeze: null });
    expect(validateBlocks(json(blocks), 'home')).toEqual([]);
    return linesOf({ text: '', blocks }).map(asRead).join('\n');
  };
  const toDecide = [aSnapshot()];
  const own = [aSnapshot({ id: 'REM-18' })];

  it('what waits for me first, then my own requests', () => {
    expect(readHome({ waiting: { toDecide, own }, help: [] })).toMatchInlineSnapshot(`
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
    expect(readHome({ waiting: { toDecide: [], own: [] }, help: [] })).toContain(
      'Nothing needs your decision.',
    );
    expect(readHome({ waiting: null, help: [] })).not.toContain('Waiting');
  });

  it.each(everyState)('takes a request that is %s', (_name, snapshot) => {
    const many = Array.from({ length: 30 }, () => snapshot);
    expect(readHome({ waiting: { toDecide: many, own: many }, help: [] })).toContain('25 more');
  });

  it('links to the page of what waits', () => {
    const page = (kind: string, id: string) => `https://pay.example/${kind}/${id}`;
    expect(readHome({ waiting: { toDecide, own }, help: [], links: page })).toContain(
      '<https://pay.example/payment/pi_3Qpaid|Open pi_3Qpaid>',
    );
  });

  it('offers what fits, to whom it is for', () => {
    const lines = readHome({ waiting: { toDecide, own }, help: [] }).split('\n').filter((line) => line.startsWith('['));
    expect(lines.map((line) => line.replace(/ → .*/, ']'))).toEqual(['[Approve]', '[Reject]', '[Payment]', '[Withdraw]']);
  }); // prettier-ignore
});

it('an amount of nothing at stake is left out', () => {
  expect(read(remediationCard(aSnapshot({}, { plan: aPlan({ value: null }) })))).not.toContain('At stake');
  expect(read(remediationCard(aSnapshot({}, { plan: aPlan({ value: money(1, 'JPY') }) })))).toContain(
    '1 JPY',
  );
});
