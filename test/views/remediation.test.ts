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
import { traceOf } from '../../src/payments/trace.js';
import { disputeCard } from '../../src/views/dispute.js';
import { partnerCard } from '../../src/views/partner.js';
import { paymentTraceCard } from '../../src/views/payment-trace.js';
import { homeBlocks } from '../../src/views/home.js';
import { remediationListCard, remediationWhyCard } from '../../src/views/remediation-answers.js';
import { alarmCard, newsCard, remediationCard } from '../../src/views/remediation-card.js';
import { chooserModal, formModal, refusedModal, requestedModal } from '../../src/views/remediation-forms.js';
import { alarmMessage, remediationMessages } from '../../src/views/remediation-messages.js';
import { fitsOnCard, pagesOf } from '../../src/views/remediation-plan.js';
import {
  amountModal, confirmModal, judgeModal, planModal, rejectModal, reviewModal,
} from '../../src/views/remediation-windows.js'; // prettier-ignore
import { actions } from '../../src/remediation/actions/index.js';
import { offeredActions } from '../../src/views/remediation-start.js';
import type { Action, FieldInput } from '../../src/remediation/action.js';
import { aCharge, aDispute, aPayment, aRefund, at, eur, now } from '../support/payment-objects.js';
import { faultsOf, linesOf, sourceOf } from '../support/cards.js';
import { aPlan, aRuling, aSnapshot, aVote, evidence, everyState } from '../support/remediation-objects.js';

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

const buttonsOn = ({ blocks }: Card): string[] =>
  (json(blocks) as { type: string; elements?: { text: { text: string } }[] }[])
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements = [] }) => elements.map(({ text }) => text.text));

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
      [Cancel → REM-17:6bb4c0f714ec6220]
      REM-17 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 1 of leads · plan \`6bb4c0f714ec6220\`"
    `);
  });

  it('of which a person has to say whether it took effect', () => {
    const [, snapshot] = everyState.find(([name]) => name === 'handed over')!;
    expect(read(remediationCard(snapshot))).toMatchInlineSnapshot(`
      "REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · a person has to say whether it took effect
      :grey_question: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · a person has to say whether it took effect
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
      [It did not → REM-17:6bb4c0f714ec6220]
      REM-17 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 1 of leads · plan \`6bb4c0f714ec6220\`"
    `);
  });

  it('of a broken glass that was closed and owes a review', () => {
    const [, snapshot] = everyState.find(([name]) => name === 'closed, review owed')!;
    expect(read(remediationCard(snapshot))).toMatchInlineSnapshot(`
      "Broken glass · REM-17: Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242 · done and verified
      :rotating_light: *Broken glass* · :white_check_mark: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · done and verified
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      *Effect:* Refund re_1 of 25.00 EUR is pending.
      :eyes: *Review owed:* another person looks at this and closes it.
      [Close review → REM-17:6bb4c0f714ec6220]
      REM-17 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 1 of leads · plan \`6bb4c0f714ec6220\`"
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
      held up: :hourglass_flowing_sand: … · approved, but held up
      glass broken: :rotating_light: *Broken glass* · :hourglass_flowing_sand: … · goes ahead without approvals, starts now
      executing: :gear: … · is being carried out
      unknown: :grey_question: … · nobody knows yet whether it took effect
      handed over: :grey_question: … · a person has to say whether it took effect
      done: :white_check_mark: … · done, to be verified
      verified, more to come: :white_check_mark: … · done and verified, its last part follows 2026-11-20 12:15 UTC
      closed: :white_check_mark: … · done and verified
      closed, wrong: :warning: … · closed without having been verified
      closed, review owed: :rotating_light: *Broken glass* · :white_check_mark: … · done and verified
      closed, reviewed: :rotating_light: *Broken glass* · :white_check_mark: … · done and verified
      refused: :x: … · refused, nothing was done
      rejected: :no_entry: … · rejected, nothing was done
      cancelled: :heavy_minus_sign: … · cancelled, nothing was done
      expired: :hourglass: … · expired, nothing was done
      voided: :warning: … · voided, nothing was done"
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
    ['rejected', '*Rejected because:* Not twice: see ORD-1'],
    ['voided', '*What changed:* amount refunded: 0.00 EUR → 5.00 EUR'],
    ['closed', '*Seen:* the refund is on the charge'],
    ['expired', 'Not enough people approved in time.'],
  ])('%s says why: %s', (state, expected) => {
    const [, snapshot] = everyState.find(([name]) => name === state)!;
    expect(read(remediationCard(snapshot)).split('\n')).toContain(expected);
  });

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
    expect(text).toContain('<@U3MEI> has yet to confirm outside Slack');
    expect(text).toContain('The vote of <@U4KO> is void: withdrawn by the voter');
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
  const card = sourceOf(remediationCard(aSnapshot({ state: 'closed', verified: true, ...effect })));
  expect(card.split('re_1')).toHaveLength(2);
  expect(card).toContain('*Seen:* the same, looked for again');
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
    expect(buttonsOn(remediationCard(snapshot))).toEqual(['Read the whole plan', 'Reject', 'Cancel']);
    expect(read(remediationCard(snapshot))).toContain('longer than a card');
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
    const news = { text: 'Not carried out: the vote of U2LARS is void.', mention: ['U1ANA'] };
    const [card, told] = remediationMessages(aSnapshot({}, { votes: [aVote()] }), news, channels);
    expect(card).toMatchObject({
      channel: 'C0APPROVALS',
      liveCard: 'remediation:REM-17',
      concerns: aSnapshot().remediation.requesterId,
    });
    expect(told).toMatchObject({ channel: 'C0APPROVALS', threadOf: 'remediation:REM-17' });
    expect(read(told!.card)).toContain('<@U1ANA> Not carried out: the vote of <@U2LARS> is void.');
    expect(remediationMessages(aSnapshot(), null, channels)).toHaveLength(1);
  });

  it('news whole, up to what people may write as a reason', () => {
    expect(read(newsCard({ text: `Rejected: ${'x'.repeat(500)}`, mention: [] }))).toContain('x'.repeat(500));
  });

  it('an alarm', () => {
    const { channel, card } = alarmMessage('U1ANA', 'broke the glass for REM-17: Refund 25.00 EUR', aSnapshot({ breakGlass: true }), channels);
    expect(channel).toBe('C0ALARM');
    expect(read(card)).toMatchInlineSnapshot(`
      "<@U1ANA> broke the glass for REM-17: Refund 25.00 EUR
      :rotating_light: <@U1ANA> broke the glass for REM-17: Refund 25.00 EUR
      *At stake:* 25.00 EUR
      *Changes:* refunded 0.00 EUR → 25.00 EUR of 40.00 EUR
      *Affects:*
      • the customer, in 5 to 10 days
      • the payout of tomorrow
      *Cannot be undone:* a refund cannot be taken back
      *Why:* “The customer was charged twice”
      REM-17 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 1 of leads · plan \`6bb4c0f714ec6220\`"
    `);
    expect(read(alarmCard('U1ANA', 'froze all guarded actions: doubled payouts', null))).toContain(':rotating_light: <@U1ANA> froze all');
  }); // prettier-ignore
});

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
    formModal({ action: anAction, typed: {}, partners, suggested: {}, ...occasion, ...changed });

  it.each([
    ['what could be meant is a menu', [{ value: 'pi_1', label: 'one' }], '', 'static_select'],
    ['nothing found leaves people to type', [], '', 'plain_text_input'],
    ['what is known already is not among them', [{ value: 'pi_1', label: 'one' }], 'pi_2', 'plain_text_input'],
    ['more than a menu holds', Array.from({ length: 101 }, (_, at) => ({ value: `pi_${at}`, label: 'one' })), '', 'plain_text_input'],
  ])('%s', (_why, payment, typed, element) => {
    expect(readModal(form({ suggested: { payment }, typed: { payment: typed } }))).toContain(`{payment: Payment, ${element}}`);
  }); // prettier-ignore

  it('the form of an action', () => {
    expect(readModal(form())).toMatchInlineSnapshot(`
      "Do all [Ask for approval] [Cancel]
      Asks for one of each · High risk: gone for good
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
        "Break the glass [Break the glass] [Cancel]",
        "This goes ahead at once, without approvals. It is told aloud in the alarm channel, and another person has to close a review of it.",
        "*Do all*",
        "Asks for one of each · High risk: gone for good",
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
      'Low risk: nothing lasting',
      'High risk: gone for good',
    ]);
  });

  it('what became of asking', () => {
    const open = { channel: 'C0APPROVALS', heldSince: null };
    expect(readModal(requestedModal(aSnapshot(), true, open))).toMatchInlineSnapshot(`
      "REM-17 is asked for [] [Close]
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      Somebody else of leads has to approve it. Follow it in <#C0APPROVALS>.
      You can take it back with the card's button or \`/remediate cancel REM-17\`."
    `);
    expect(readModal(requestedModal(aSnapshot({ state: 'executing' }), false, open))).toContain('REM-17 was asked for');
    const held = { ...open, heldSince: new Date('2026-11-20T11:58:00Z') };
    const notThere = readModal(requestedModal(aSnapshot(), true, held));
    expect(notThere).toContain('Slack has refused messages to <#C0APPROVALS> since 2026-11-20 11:58 UTC');
    expect(notThere).toContain('`/remediate show REM-17`');
    expect(notThere).not.toContain('Follow it');
    const faults = [{ field: null, message: 'Only leads may ask for this.' }, { field: 'payment', message: 'It is disputed.' }];
    expect(readModal(refusedModal(anAction, faults, aRuling().trail))).toMatchInlineSnapshot(`
      "Do all [] [Close]
      :no_entry: *This cannot be asked for as it is. Nothing was done.*
      • Only leads may ask for this.
      • *Payment:* It is disputed.
      *How it was ruled on*
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
      *Your vote does not count yet.* Confirm it outside Slack, with your company sign-in.
      [Confirm my vote → https://desk.example/confirm/t]
      The link is yours alone and works once. If you lose it, vote again."
    `);
  }); // prettier-ignore
});

describe('private answers', () => {
  it('the list', () => {
    expect(read(remediationListCard([aSnapshot(), aSnapshot({ id: 'REM-16', state: 'executing' })]))).toMatchInlineSnapshot(`
      "2 requests are open
      :clipboard: *2 requests are open*
      \`REM-17\` · :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC · by <@U1ANA>
      \`REM-16\` · :gear: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · is being carried out · by <@U1ANA>
      \`/remediate show REM-…\` shows one, \`/remediate why REM-…\` how it was ruled on"
    `);
    expect(read(remediationListCard([]))).toContain('No request is open');
    expect(read(remediationListCard(Array.from({ length: 40 }, () => aSnapshot())))).toContain('10 older ones');
  }); // prettier-ignore

  it('why', () => {
    const votes = [aVote(), aVote({ personId: 'U4KO', state: 'void', voidWhy: 'withdrawn by the voter' })];
    expect(read(remediationWhyCard(aSnapshot({}, { votes, ruling: aRuling({ approvals: 2 }) })))).toMatchInlineSnapshot(`
      "REM-17 was ruled on by small-refunds: 1 of 2 approvals count
      :scroll: *REM-17 was ruled on by small-refunds*
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      • 25.00 EUR is in EUR already.
      • Rule “small-refunds” decides: 1 approval by leads.
      *Votes:* 1 of 2 approvals count
      :white_check_mark: <@U2LARS> approved 2026-11-20 12:03 UTC
      :heavy_minus_sign: The vote of <@U4KO> is void: withdrawn by the voter
      REM-17 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 2 of leads · plan \`6bb4c0f714ec6220\`
      Who may vote is asked again right before anything is done"
    `);
  }); // prettier-ignore
});

describe('Home', () => {
  const readHome = (facts: Parameters<typeof homeBlocks>[0]): string => {
    const blocks = homeBlocks(facts);
    expect(validateBlocks(json(blocks), 'home')).toEqual([]);
    return linesOf({ text: '', blocks }).map(asRead).join('\n');
  };
  const toDecide = [aSnapshot()];
  const own = [aSnapshot({ id: 'REM-18' })];

  it('what waits for me first, then what I asked for', () => {
    expect(readHome({ waiting: { toDecide, own }, help: [] })).toMatchInlineSnapshot(`
      "
      Waiting for me
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
      REM-17 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 1 of leads · plan \`6bb4c0f714ec6220\`
      I asked for
      :raised_hand: *Refund 25.00 EUR of pi_3Qpaid to Visa •• 4242* · needs 1 more approval by 2026-11-20 13:00 UTC
      [Cancel → REM-18:6bb4c0f714ec6220]
      REM-18 asked for by <@U1ANA> 2026-11-20 12:00 UTC · rule \`small-refunds\`: 1 of leads · plan \`6bb4c0f714ec6220\`
      Look things up"
    `);
  });

  it('says so when nothing waits, and says nothing where nothing is configured', () => {
    expect(readHome({ waiting: { toDecide: [], own: [] }, help: [] })).toContain('Nothing waits for you.');
    expect(readHome({ waiting: null, help: [] })).not.toContain('Waiting');
  });

  it.each(everyState)('takes a request that is %s', (_name, snapshot) => {
    const many = Array.from({ length: 30 }, () => snapshot);
    expect(readHome({ waiting: { toDecide: many, own: many }, help: [] })).toContain('25 more');
  });

  it('offers what fits, to whom it is for', () => {
    const lines = readHome({ waiting: { toDecide, own }, help: [] }).split('\n').filter((line) => line.startsWith('['));
    expect(lines.map((line) => line.replace(/ → .*/, ']'))).toEqual(['[Approve]', '[Reject]', '[Cancel]']);
  }); // prettier-ignore
});

it('an amount of nothing at stake is left out', () => {
  expect(read(remediationCard(aSnapshot({}, { plan: aPlan({ value: null }) })))).not.toContain('At stake');
  expect(read(remediationCard(aSnapshot({}, { plan: aPlan({ value: money(1, 'JPY') }) })))).toContain(
    '1 JPY',
  );
});

describe('buttons on other cards', () => {
  const all = ['refund-payment', 'capture-payment', 'cancel-payment', 'stage-evidence', 'submit-evidence', 'accept-dispute', 'pause-route', 'message-partner'];
  const known = <Value>(value: Value) => ({ state: 'known', value }) as const;
  const none = { state: 'not_applicable' } as const;
  const traceCard = (status: string, refundedMinor: number, changed = {}, found = {}): Card => {
    const findings = {
      id: 'pi_1', lookedUp: null, partner: null, connectedPartner: null, attempts: known([]), siblings: known([]),
      charges: known([]), batch: known([]), payment: known(aPayment({ id: 'pi_1', status })),
      charge: known(aCharge({ amountRefunded: eur(refundedMinor) })), balanceTransaction: none, payout: none, ledger: none, refunds: none, disputes: none, warnings: none, ...found,
    };
    const trace = traceOf(findings, { captureMs: 1, payoutMs: 1, ledgerMs: 1 }, now);
    return paymentTraceCard({ trace, complete: true, links: () => null, sharedBy: null, startable: all, ...changed });
  };

  it.each([
    ['succeeded', 0, {}, ['Share', 'Refund…'], 'there is something left to refund'],
    ['succeeded', 500, {}, ['Share', 'Refund…'], 'a part is left'],
    ['succeeded', 2000, {}, ['Share'], 'nothing is left'],
    ['requires_capture', 0, {}, ['Share', 'Capture…', 'Cancel payment…'], 'it is authorised'],
    ['requires_payment_method', 0, {}, ['Share', 'Cancel payment…'], 'no money was taken'],
    ['canceled', 0, {}, ['Share'], 'it is over'],
    ['succeeded', 0, { startable: [] }, ['Share'], 'guarded actions are not configured'],
    ['succeeded', 0, { startable: ['cancel-payment'] }, ['Share'], 'the desk does not have the action'],
    ['succeeded', 0, { sharedBy: 'U1ANA' }, [], 'it was shared'],
    ['succeeded', 0, { complete: false }, [], 'a source has yet to answer'],
  ])('a payment that is %s, %i refunded, %j: %j, for %s', (status, refunded, changed, expected, _reason) => {
    const card = traceCard(status, refunded, changed);
    expect(faultsOf(card)).toEqual([]);
    expect(buttonsOn(card)).toEqual(expected);
  });

  const disputed = (changed: Parameters<typeof aDispute>[0]) => ({ disputes: known([aDispute(changed)]) });
  const release = aRefund({ amount: eur(1400), balanceTransactionId: null });
  it.each<[string, object, readonly string[]]>([
    ['with a dispute that is due', disputed({}), ['Submit evidence…', 'Accept…']],
    ['with a dispute that names no date', disputed({ respondBy: null }), ['Submit evidence…', 'Accept…']],
    ['with a dispute that hears no answer', disputed({ respondBy: null, answerAllowed: false }), ['Accept…']],
    ['with a dispute whose day is past', disputed({ respondBy: at('11-20T09:00') }), ['Accept…']],
    ['with a dispute that is answered', disputed({ status: 'under_review' }), []],
    ['with an inquiry, which is no dispute yet', disputed({ status: 'warning_needs_response', isChargeRefundable: true }), ['Submit evidence…', 'Accept…', 'Refund…']],
    ['with a lost dispute', disputed({ status: 'lost' }), []],
    ['with a debit that was returned', disputed({ status: 'lost', reason: 'debit_not_authorized', isChargeRefundable: true }), []],
    ['with a won dispute, as the provider says', disputed({ status: 'won', isChargeRefundable: true }), ['Refund…']],
    ['captured in part, whose rest was released', { charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })), refunds: known([release]) }, ['Refund…']],
    ['captured in parts, with more to come', { payment: known(aPayment({ id: 'pi_1', status: 'requires_capture', amountReceived: eur(800) })) }, []],
    ['with a refund on its way over all of it', { refunds: known([aRefund({ status: 'pending' })]) }, []],
    ['with a refund that failed', { refunds: known([aRefund({ status: 'failed' })]) }, ['Refund…']],
  ])('a payment %s', (_what, found, expected) => {
    const card = traceCard('succeeded', 0, {}, found);
    expect(faultsOf(card)).toEqual([]);
    expect(buttonsOn(card)).toEqual(['Share', ...expected]);
  }); // prettier-ignore

  const second = aCharge({ id: 'ch_2', createdAt: at('11-10T10:05') });
  const twice = (changed: object = {}) => ({ charges: known([second, aCharge()]), ...changed });
  it.each<[string, object, readonly string[]]>([
    ['and kept', twice(), ['Refund the second…']],
    ['and the first is disputed', twice(disputed({ chargeId: 'ch_1paid' })), ['Submit evidence…', 'Accept…', 'Refund the second…']],
    ['and the second is disputed: refunding it would pay twice', twice(disputed({ chargeId: 'ch_2' })), ['Submit evidence…', 'Accept…']],
    ['and a refund of the second is pending', twice({ refunds: known([aRefund({ chargeId: 'ch_2', status: 'pending' })]) }), ['Refund…']],
  ])('a payment that was captured twice %s', (_what, found, expected) => {
    expect(buttonsOn(traceCard('succeeded', 0, {}, found))).toEqual(['Share', ...expected]);
  }); // prettier-ignore

  it('an answer is about the dispute, a refund about the payment', () => {
    const source = sourceOf(
      traceCard('succeeded', 0, {}, disputed({ status: 'warning_needs_response', isChargeRefundable: true })),
    );
    expect(source).toContain('[Submit evidence… → submit-evidence:dispute:du_1]');
    expect(source).toContain('[Refund… → refund-payment:payment:pi_1]');
  });

  it('a button says which action, of what, and which one', () => {
    expect(sourceOf(traceCard('succeeded', 0))).toContain('[Refund… → refund-payment:payment:pi_1]');
  });

  it.each([
    ['needs_response', all, ['Submit evidence…', 'Stage evidence…', 'Accept…']],
    ['warning_needs_response', all, ['Submit evidence…', 'Stage evidence…', 'Accept…']],
    ['appeal_needs_response', all, []],
    ['won', all, []],
    ['needs_response', [], []],
  ])('a dispute that is %s', (status, startable, expected) => {
    const dispute = aDispute({ status });
    const card = disputeCard({ dispute, urgency: null, now, links: () => null, startable });
    expect(faultsOf(card)).toEqual([]);
    expect(buttonsOn(card)).toEqual(expected);
  });

  it.each(offeredActions)('%s is an action that there is', (action) => {
    expect(actions.map(({ id }) => id)).toContain(action);
  });

  it('a partner', () => {
    const facts = { id: 'northpay', name: 'Northpay', status: null, traffic: { unknown: 'no books' }, now };
    expect(buttonsOn(partnerCard({ ...facts, startable: all }))).toEqual(['Pause a route…', 'Message…']);
    expect(buttonsOn(partnerCard({ ...facts, startable: [] }))).toEqual([]);
  });
}); // prettier-ignore
