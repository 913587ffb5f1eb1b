/**
 * The windows of guarded actions as people see them.
 */
import type { Action, FieldInput } from '../../src/remediation/kit/action.js';
import { describe, expect, it } from 'vitest';
import { menuOf } from '../../src/views/kit/inputs.js';
import {
  chooserModal,
  formModal,
  partnerOptions,
  refusedModal,
  requestedModal,
} from '../../src/views/remediation/forms.js';
import { actions } from '../../src/remediation/actions/index.js';
import {
  amountModal,
  confirmModal,
  judgeModal,
  rejectModal,
  reviewModal,
} from '../../src/views/remediation/windows.js';
import { aRuling, aSnapshot, evidence } from '../support/remediation-objects.js';
import { readModal } from './reading.js';

const fieldOf = (input: FieldInput, label: string, optional = false) => ({ label, input, optional });
const anAction: Action = {
  id: 'do-all',
  title: 'Do all',
  summary: 'Asks for one of each',
  risk: 'high',
  prefills: {},
  fields: {
    payment: fieldOf({ kind: 'text', placeholder: 'pi_…' }, 'Payment'),
    note: fieldOf({ kind: 'text', multiline: true }, 'Note', true),
    reason: fieldOf(
      {
        kind: 'choice',
        options: [
          { value: 'a', label: 'The first' },
          { value: 'b', label: 'The second' },
        ],
      },
      'Reason',
    ),
    until: fieldOf({ kind: 'instant' }, 'Until'),
    day: fieldOf({ kind: 'date' }, 'Day'),
    partner: fieldOf({ kind: 'partner' }, 'Partner'),
    files: fieldOf({ kind: 'files', most: 12 }, 'Files', true),
  },
} as unknown as Action;

describe('windows', () => {
  const partners = [{ id: 'northpay', name: 'Northpay' }];
  const occasion = { channelId: 'C1', breakGlass: false };
  const form = (changed = {}) =>
    formModal({ action: anAction, typed: {}, brief: null, partners, ...occasion, ...changed });

  it('a hint names a command without its marks, which Slack would show as they are', () => {
    const day = { ...fieldOf({ kind: 'date' }, 'Day'), hint: 'As in `/recon breaks`' };
    const { blocks } = form({ action: { ...anAction, fields: { day } } });
    expect(JSON.stringify(blocks)).toContain('"text":"As in /recon breaks"');
  });

  it.each([
    ['a field with suggestions is a menu that asks for them', '', 'external_select'],
    ['what is known already is chosen, listed or not', 'pi_2', 'external_select'],
    ['a value longer than an option may be is typed', 'x'.repeat(151), 'plain_text_input'],
  ])('%s', (_why, typed, element) => {
    const suggest = () => Promise.resolve([]);
    const action = {
      ...anAction,
      fields: { ...anAction.fields, payment: { ...anAction.fields.payment!, suggest } },
    };
    const modal = form({ action, typed: { payment: typed } });
    expect(readModal(modal)).toContain(`{payment: Payment, ${element}}`);
    expect(JSON.stringify(modal.blocks)).toContain(typed);
  });

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
    const options = [
      { value: 'pi_1', label: 'The first' },
      { value: 'ch_2', label: 'Two' },
    ];
    expect(menuOf(options, typed).map(({ value }) => value)).toEqual(values);
  });

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
    const typed = {
      payment: 'pi_1',
      reason: 'b',
      until: '1795165200',
      day: '2026-11-20',
      partner: 'northpay',
    };
    const filled = form({ typed });
    readModal(filled);
    for (const initial of [
      '"initial_value":"pi_1"',
      '"initial_option":{"text":{"type":"plain_text","text":"The second"}',
      '"initial_date_time":1795165200',
      '"initial_date":"2026-11-20"',
      '"text":"Northpay"},"value":"northpay"}}',
    ])
      expect(JSON.stringify(filled.blocks)).toContain(initial);
  });

  it.each([
    [
      { reason: 'c', until: 'soon', day: '2026-13-45', partner: 'nobody' },
      partners,
      'values that Slack would refuse',
    ],
    [{ payment: 'x'.repeat(5000) }, partners, 'a text that is too long'],
    [{ partner: 'northpay' }, [], 'no partner to choose'],
    [
      {},
      Array.from({ length: 150 }, (_, index) => ({ id: `p-${index}`, name: `P ${index}` })),
      'more partners than a menu takes',
    ],
  ])('a form stays one that Slack takes: %#', (typed, known, _reason) => {
    readModal(form({ typed, partners: known }));
  });

  it.each(actions.map((action) => [action.id, action] as const))(
    'the form of %s is one that Slack takes',
    (_id, action) => {
      for (const breakGlass of [false, true]) {
        const kinds = Object.values(action.fields).length;
        expect(readModal(form({ action, breakGlass })).match(/^\{/gm)).toHaveLength(kinds + 1);
      }
    },
  );

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
    expect(readModal(requestedModal(aSnapshot({ state: 'executing' }), false, open))).toContain(
      'REM-17 already submitted',
    );
    const held = { ...open, heldSince: new Date('2026-11-20T11:58:00Z') };
    const notThere = readModal(requestedModal(aSnapshot(), true, held));
    expect(notThere).toContain('Slack has refused messages to <#C0APPROVALS> since 2026-11-20 11:58 UTC');
    expect(notThere).toContain('`/remediate show REM-17`');
    expect(notThere).not.toContain('Follow it');
    const faults = [
      { field: null, message: 'Only leads may ask for this.' },
      { field: 'payment', message: 'It is disputed.' },
    ];
    expect(readModal(refusedModal(anAction, faults, aRuling().trail))).toMatchInlineSnapshot(`
      "Do all [] [Close]
      :no_entry: *This request can’t be submitted yet. No action was taken.*
      • Only leads may ask for this.
      • *Payment:* It is disputed.
      *How the rules were applied*
      • 25.00 EUR is in EUR already.
      • Rule “small-refunds” decides: 1 approval by leads."
    `);
  });

  it('a decision shows its subject', () => {
    const snapshot = aSnapshot({ evidence, stateWhy: 'The answer was lost.', review: 'open' });
    for (const modal of [
      amountModal(snapshot),
      rejectModal(snapshot),
      judgeModal(snapshot, 'did_not'),
      reviewModal(snapshot),
      confirmModal(snapshot, 'https://desk.example/confirm/t'),
    ]) {
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
  });
});
