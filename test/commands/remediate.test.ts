/**
 * `/remediate`, its buttons and its windows, on the real domain with a real database: what people type, click and submit,
 * and what became of the request.
 */
import { startIdOf } from '../../src/views/remediation/start.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { home } from '../../commands/home/index.js';
import { clicks } from '../../commands/remediate/clicks.js';
import { remediateCommand, type RemediateDeps } from '../../commands/remediate/index.js';
import { validateView } from '../../sandbox/slack/block-kit/validate.js';
import { viewOf } from '../../src/adapters/slack/windows.js';
import { hourMs, minuteMs, secondMs, systemClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Modal, SubmissionAnswer } from '../../src/ports/command.js';
import type { RemediationState } from '../../src/ports/remediations.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import { sourceOf, faultsOf, linesOf, recordedAnswers } from '../support/cards.js';
import { requestOf, submissionOf } from '../support/requests.js';
import { policy } from '../remediation/people.js';
import { ask, spendAction, startCompany, type Company, type Replica } from '../remediation/support.js';
import {
  remediationButtons as buttons,
  remediationWindows as ids,
  valueOf,
} from '../../src/views/remediation/ids.js';

let company: Company;
let replica: Replica;
let desk: RemediateDeps;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.close());
beforeEach(async () => {
  company.clock.advance(3 * hourMs);
  await company.db.query('update paydesk.remediations set due_at = null');
  await company.db.query(
    'update paydesk.remediation_kill_switch set frozen = false, lift_by = null, lift_at = null',
  );
  company.bank.moods = [];
  const spend = {
    ...spendAction(company.bank),
    prefills: { payment: 'account', statement: ['account', 'amount'] } as const,
  };
  replica = company.replica({ actions: [spend], policy: { ...policy, caps: [] } });
  desk = {
    remediation: replica.desk,
    reconciliation: null,
    disputes: null,
    confirmationAddress: (token) => `https://desk.example/confirm/${token}`,
    partners: [{ id: 'northpay', name: 'Northpay' }],
    directory: company.people.directory,
    partnerPrefill: () => Promise.resolve({}),
    heldSince: () => Promise.resolve(null),
  };
});

/** What a person got: windows that opened, and private answers as text. */
interface Got {
  windows: Modal[];
  answers: string[];
}

function listener(
  userId: string,
  typed: string,
  isLate = false,
): Got & { request: ReturnType<typeof requestOf> } {
  const answer = recordedAnswers();
  const windows: Modal[] = [];
  const open = (modal: Modal): Promise<void> => {
    if (isLate) return Promise.reject(new OpsError('conflict', 'This window took too long to open.'));
    expect(validateView(JSON.parse(JSON.stringify(viewOf(modal, null))))).toEqual([]);
    windows.push(modal);
    return Promise.resolve();
  };
  return {
    windows,
    get answers() {
      for (const { to, card } of answer.given) expect([to, faultsOf(card)]).toEqual(['one', []]);
      return answer.given.map(({ card }) => sourceOf(card));
    },
    request: requestOf(userId, typed, { answer, windows: { open } }),
  };
}

async function type(userId: string, text: string, changed: Partial<RemediateDeps> = {}): Promise<Got> {
  const got = listener(userId, text);
  await remediateCommand.run(got.request, { ...desk, ...changed });
  return got;
}

async function click(userId: string, actionId: string, value: string, isLate = false): Promise<Got> {
  const got = listener(userId, value, isLate);
  await clicks[actionId]!(got.request, desk);
  return got;
}

function submit(
  userId: string,
  modal: Modal,
  values: Record<string, string>,
  windowId = 'V1',
): Promise<SubmissionAnswer> {
  const run = remediateCommand.submissions![modal.callbackId]!;
  return run(submissionOf(userId, modal.memo, values, windowId), desk);
}

const shown = (answer: SubmissionAnswer): Modal => {
  if (answer.kind !== 'show') throw new Error(`a window was expected, not ${JSON.stringify(answer)}`);
  expect(validateView(JSON.parse(JSON.stringify(viewOf(answer.modal, null))))).toEqual([]);
  return answer.modal;
};

const textOf = ({ title, blocks }: Modal): string => linesOf({ text: title, blocks }).join('\n');
const stateOf = async ({ remediation: { id } }: Snapshot): Promise<RemediationState> =>
  (await replica.desk.read(id)).remediation.state;

let windowsOpened = 0;
const newWindow = (): string => `V-${windowsOpened++}`;

describe('asking', () => {
  const filled = { account: 'acc', amount: '12.50', why: 'charged twice' };

  it.each([
    ['payment:acc', ['acc'], 'one field takes the id'],
    ['statement:acc 12.50', ['acc', '12.50'], 'several take its words'],
    ['route:acc', [], 'the action says nothing of routes'],
  ])('by a button about %s, whose form says %j: %s', async (about, expected) => {
    const { windows } = await click('ana', startIdOf('refund-payment'), `spend:${about}`);
    expect(JSON.stringify(windows[0]?.blocks).match(/(?<="initial_value":")[^"]+/g) ?? []).toEqual(expected);
  });

  it('by the chooser, the form, and what became of it', async () => {
    const { windows } = await type('ana', '');
    expect(windows[0]).toMatchObject({ callbackId: ids.choose, title: 'Guarded actions' });
    const form = shown(await submit('ana', windows[0]!, { action: 'spend' }));
    expect(form).toMatchObject({ callbackId: ids.form, title: 'Spend', submit: 'Request approval' });
    const told = shown(await submit('ana', form, filled, newWindow()));
    expect(textOf(told)).toMatch(
      /REM-\d+ submitted\n:raised_hand: \*Take 12\.50 EUR from acc\* · needs 1 more approval/,
    );
    const [open] = await replica.desk.open();
    expect(open?.remediation).toMatchObject({
      requesterId: 'ana',
      channelId: 'C1',
      why: 'charged twice',
      breakGlass: false,
    });
  });

  it('one window asks once, however often it is submitted', async () => {
    const { windows } = await type('ana', 'spend acc');
    const id = newWindow();
    const answers = await Promise.all([1, 2, 3].map(() => submit('ana', windows[0]!, filled, id)));
    const titles = new Set(answers.map((answer) => /REM-\d+/.exec(shown(answer).title)?.[0]));
    expect(titles.size).toBe(1);
  });

  it.each([
    ['acc', 'spend acc', 'the only field of the action that takes an id'],
    ['acc', 'SPEND  acc ', 'whatever the case and the spaces'],
  ])('fills in %s for “%s”: %s', async (account, text) => {
    const { windows } = await type('ana', text);
    expect(JSON.stringify(windows[0]?.blocks)).toContain(`"initial_value":"${account}"`);
  });

  it.each([
    [{ amount: '1e3' }, { amount: 'Enter an amount above zero, such as 12.50 or 12.50 EUR.' }, 'an exponent'],
    [{ amount: '-5' }, { amount: 'Enter an amount above zero, such as 12.50 or 12.50 EUR.' }, 'a sign'],
    [{ amount: '0' }, { amount: 'The amount must be above zero.' }, 'nothing'],
    [
      { amount: '12.505' },
      { amount: 'EUR has 2 decimals, “12.505” has more.' },
      'decimals that the currency has not',
    ],
    [{ account: 'gone' }, { account: 'There is no account gone.' }, 'an account that is not there'],
    [{ why: ' ' }, { why: 'Say why: approvers will see this.' }, 'no reason'],
    [{ why: '\u200b' }, { why: 'Say why: approvers will see this.' }, 'a reason that shows nothing'],
    [{ why: '\u3164\u2800' }, { why: 'Say why: approvers will see this.' }, 'a reason of fillers'],
    [
      { why: 'card 4242 4242 4242 4242' },
      { why: 'This looks like a card number, so it was not stored. Give the last four digits instead.' },
      'a card number',
    ],
    [
      { account: 'acc 42424242', why: '42424242' },
      {
        account: 'This looks like a card number, so it was not stored. Give the last four digits instead.',
        why: 'This looks like a card number, so it was not stored. Give the last four digits instead.',
      },
      'a card number that is split over two fields',
    ],
    [{ amount: '', account: '' }, { account: 'Required.', amount: 'Required.' }, 'every fault at once'],
  ])('tells %j beside the input: %s', async (changed, errors, _reason) => {
    const { windows } = await type('ana', 'spend');
    const answer = await submit('ana', windows[0]!, { ...filled, ...changed }, newWindow());
    expect(answer).toEqual({ kind: 'errors', errors });
  });

  it('tells what belongs to no input in a window upon the form, with what policy looked at', async () => {
    const { windows } = await type('cy', 'spend');
    company.people.groups.get('S0OPS')!.delete('cy');
    const answer = await submit('cy', windows[0]!, filled, newWindow());
    company.people.groups.get('S0OPS')!.add('cy');
    if (answer.kind !== 'above') throw new Error(`what was typed is lost: ${answer.kind}`);
    const told = answer.modal;
    expect(textOf(told)).toContain('Only operators can request this');
    expect(textOf(told)).toContain('How the rules were applied');
    expect(told.submit).toBeNull();
  });

  it('does not show the chooser to people whom no rule allows', async () => {
    await expect(type('zoe', '')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(type('ana', 'break-glass')).rejects.toMatchObject({ code: 'forbidden' });
    expect((await type('lee', 'break-glass')).windows[0]?.title).toBe('Break glass');
  });

  it.each([
    ['not json', 'a memo that does not read'],
    ['{"channelId":"C1","breakGlass":false,"action":"spend","more":1}', 'one with more in it'],
    ['{"channelId":"<!channel>","breakGlass":false,"action":"spend"}', 'a channel that is none'],
  ])('refuses %j: %s', async (memo) => {
    const { windows } = await type('ana', 'spend');
    await expect(submit('ana', { ...windows[0]!, memo }, filled)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses an unknown action', async () => {
    const { windows } = await type('ana', 'spend');
    const memo = windows[0]!.memo.replace('spend', 'steal');
    await expect(submit('ana', { ...windows[0]!, memo }, filled)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('breaks the glass by a window that says so, and a review is owed', async () => {
    const { windows } = await type('lee', 'break-glass spend acc');
    expect(textOf(windows[0]!)).toContain('without approvals');
    const told = shown(await submit('lee', windows[0]!, filled, newWindow()));
    expect(textOf(told)).toContain('It runs now, without approvals.');
    const [open] = await replica.desk.open();
    expect(open?.remediation).toMatchObject({ breakGlass: true, review: 'open' });
  });

  it('from a button on another card, filled in by what the card is about', async () => {
    const [actionId = ''] = Object.keys(clicks).filter((id) => id.startsWith('remediation_start_'));
    const { windows } = await click('ana', actionId, 'spend:payment:acc');
    expect(JSON.stringify(windows[0]?.blocks)).toContain('"initial_value":"acc"');
    const other = await click('ana', actionId, 'spend:dispute:du_1');
    expect(JSON.stringify(other.windows[0]?.blocks)).not.toContain('initial_value');
    await expect(click('ana', actionId, 'steal:payment:acc')).rejects.toMatchObject({ code: 'not_found' });
    await expect(click('ana', actionId, 'spend:payment:4242424242424242')).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});

describe('deciding', () => {
  it('approve, and nothing more is asked', async () => {
    const snapshot = await ask(replica);
    expect(await click('bo', buttons.approve, valueOf(snapshot))).toMatchObject({ windows: [], answers: [] });
    expect(await stateOf(snapshot)).toBe('approved');
  });

  it.each([
    ['ana', 'forbidden', 'the requester'],
    ['zoe', 'forbidden', 'a stranger'],
  ])('%s may not approve: %s, %s', async (userId, code) => {
    const snapshot = await ask(replica);
    await expect(click(userId, buttons.approve, valueOf(snapshot))).rejects.toMatchObject({ code });
    expect(await stateOf(snapshot)).toBe('pending');
  });

  it.each([
    [(value: string) => value.replace(/:.*/, ''), 'invalid', 'no plan'],
    [(value: string) => value.replace(/:.*/, `:${'0'.repeat(16)}`), 'conflict', 'another plan'],
    [(value: string) => value.replace(/^REM-\d+/, 'REM-999999'), 'not_found', 'no such request'],
    [() => "REM-1:'; drop table paydesk.remediations", 'invalid', 'something else'],
    [() => '', 'invalid', 'nothing'],
  ])('a tampered button: %#, %s, %s', async (tamper, code, _reason) => {
    const snapshot = await ask(replica);
    for (const id of [
      buttons.approve,
      buttons.reject,
      buttons.cancel,
      buttons.plan,
      buttons.tookEffect,
      buttons.closeReview,
    ])
      await expect(click('bo', id, tamper(valueOf(snapshot)))).rejects.toMatchObject({ code });
    expect(await stateOf(snapshot)).toBe('pending');
  });

  it('reject asks why', async () => {
    const snapshot = await ask(replica);
    const { windows } = await click('bo', buttons.reject, valueOf(snapshot));
    for (const words of [' ', '\u200b', '\ufe0f\u2060'])
      expect(await submit('bo', windows[0]!, { words })).toMatchObject({ kind: 'errors' });
    expect(await submit('bo', windows[0]!, { words: '4242 4242 4242 4242' })).toMatchObject({
      kind: 'errors',
    });
    await expect(submit('zoe', windows[0]!, { words: 'no' })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await submit('bo', windows[0]!, { words: 'seen already' })).toEqual({ kind: 'close' });
    const { remediation } = await replica.desk.read(snapshot.remediation.id);
    expect(remediation).toMatchObject({ state: 'rejected', stateWhy: 'seen already' });
    await expect(click('bo', buttons.approve, valueOf(snapshot))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('cancel, by the button and by the command, for the requester alone', async () => {
    const [first, second] = [await ask(replica), await ask(replica)];
    await expect(click('bo', buttons.cancel, valueOf(first))).rejects.toMatchObject({ code: 'forbidden' });
    await click('ana', buttons.cancel, valueOf(first));
    await expect(type('bo', `cancel ${second.remediation.id}`)).rejects.toMatchObject({ code: 'forbidden' });
    const { answers } = await type('ana', `cancel ${second.remediation.id.toLowerCase()}`);
    expect(answers[0]).toContain('is withdrawn. No action was taken.');
    expect([await stateOf(first), await stateOf(second)]).toEqual(['cancelled', 'cancelled']);
  });

  it('types the amount where the rule wants it, and a wrong one counts for nothing', async () => {
    const snapshot = await ask(replica, { amount: '12000' });
    const { windows } = await click('mo', buttons.approve, valueOf(snapshot));
    expect(windows[0]?.callbackId).toBe(ids.amount);
    expect(await submit('mo', windows[0]!, { words: '1200' })).toEqual({
      kind: 'errors',
      errors: {
        words:
          'This isn’t the amount in the plan. The plan says 12,000.00 EUR. Type 12000.00 to approve that amount.',
      },
    });
    expect(await stateOf(snapshot)).toBe('pending');
    expect(await submit('mo', windows[0]!, { words: '12000' })).toEqual({ kind: 'close' });
    expect(await stateOf(snapshot)).toBe('approved');
  });

  it.each([
    [false, 'in a window'],
    [true, 'by a private answer where it is too late for one'],
  ])('the link that confirms a vote reaches the voter, late: %s, %s', async (isLate) => {
    const snapshot = await ask(replica, { amount: '30000' });
    const { windows, answers } = await click('mo', buttons.approve, valueOf(snapshot), isLate);
    const told = isLate ? answers[0]! : textOf(windows[0]!);
    const [, token = ''] = /https:\/\/desk\.example\/confirm\/([\w-]+)/.exec(told) ?? [];
    expect(token.length).toBeGreaterThan(40);
    expect(await stateOf(snapshot)).toBe('pending');
    await replica.desk.confirmations.confirm(token, { subject: 'mo', email: 'mo@example.com' });
    expect(await stateOf(snapshot)).toBe('approved');
  });

  it('a vote that cannot be confirmed says what to configure', async () => {
    const snapshot = await ask(replica, { amount: '30000' });
    desk = { ...desk, confirmationAddress: () => null };
    await expect(click('mo', buttons.approve, valueOf(snapshot))).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });

  it('a plan that does not fit on a card is approved from its last page, also by an old button', async () => {
    const spend = spendAction(company.bank);
    const long = {
      ...spend,
      plan: async (...given: Parameters<typeof spend.plan>) => {
        const planned = await spend.plan(...given);
        if (!planned.ok) return planned;
        const changes = Array.from(
          { length: 700 },
          (_, index) => `change ${index} of very many that are to be made`,
        );
        return {
          ok: true as const,
          plan: { ...planned.plan, preview: { ...planned.plan.preview, changes } },
        };
      },
    };
    replica = company.replica({ actions: [long], policy });
    desk = { ...desk, remediation: replica.desk };
    const snapshot = await ask(replica);
    const { windows } = await click('bo', buttons.approve, valueOf(snapshot));
    expect(await stateOf(snapshot)).toBe('pending');
    let page = windows[0]!;
    let pages = 1;
    for (; page.submit === 'Next page'; pages++) page = shown(await submit('bo', page, {}));
    expect(pages).toBeGreaterThan(2);
    expect(page.submit).toBe('Approve');
    expect(await submit('bo', page, {})).toEqual({ kind: 'close' });
    expect(await stateOf(snapshot)).toBe('approved');
  });

  it('what became of it is decided with the evidence in sight', async () => {
    const snapshot = await ask(replica);
    company.bank.moods = ['lost_before'];
    company.bank.deaf = Infinity;
    await click('bo', buttons.approve, valueOf(snapshot));
    for (let passed = 0; passed < 15 * minuteMs; passed += 30 * secondMs) {
      await replica.work();
      company.clock.advance(30 * secondMs);
    }
    company.bank.deaf = 0;
    expect(await stateOf(snapshot)).toBe('unknown');
    const { windows } = await click('eve', buttons.didNot, valueOf(snapshot));
    expect(textOf(windows[0]!)).toContain('The bank does not answer.');
    await expect(submit('ana', windows[0]!, { words: 'I know' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await submit('eve', windows[0]!, { words: 'the bank said so on the phone' })).toEqual({
      kind: 'close',
    });
    expect(await stateOf(snapshot)).toBe('refused');
  });

  it('a review is closed by somebody else, with what they found', async () => {
    const snapshot = await ask(replica, { requesterId: 'lee', breakGlass: true });
    const { windows } = await click('mo', buttons.closeReview, valueOf(snapshot));
    await expect(submit('lee', windows[0]!, { words: 'all well' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await submit('mo', windows[0]!, { words: 'all well' })).toEqual({ kind: 'close' });
    expect((await replica.desk.read(snapshot.remediation.id)).remediation.review).toBe('closed');
  });
});

describe('the words of the command', () => {
  it('list, show, why', async () => {
    const snapshot = await ask(replica);
    const { id } = snapshot.remediation;
    expect((await type('zoe', 'list')).answers[0]).toContain(`\`${id}\``);
    const [shownCard = ''] = (await type('zoe', `show ${id}`)).answers;
    expect(shownCard).toContain('*Take 50 EUR from acc*');
    expect(shownCard).not.toContain('[Approve');
    expect((await type('zoe', `why ${id}`)).answers[0]).toContain('“small” applies');
    for (const text of [id, id.toLowerCase(), `show ${id.slice(4)}`])
      expect((await type('zoe', text)).answers[0], text).toBe(shownCard);
  });

  it('freeze stops everything and shows above every answer, unfreeze takes two', async () => {
    const before = await ask(replica);
    await expect(type('zoe', 'freeze now')).rejects.toMatchObject({ code: 'forbidden' });
    for (const text of ['freeze', 'freeze \u200b', 'freeze \u3164'])
      await expect(type('ana', text)).rejects.toMatchObject({ code: 'invalid' });
    expect((await type('ana', 'freeze doubled payouts')).answers[0]).toContain(
      'All guarded actions are frozen',
    );
    await expect(ask(replica)).rejects.toThrow('doubled payouts');
    const banner = /All guarded actions are frozen\* by .*“doubled payouts”/;
    for (const text of ['list', 'standing', `show ${before.remediation.id}`, `why ${before.remediation.id}`])
      expect((await type('zoe', text)).answers[0], text).toMatch(banner);
    expect((await type('lee', 'unfreeze')).answers[0]).toContain('A second person');
    expect((await type('mo', 'unfreeze')).answers[0]).toContain('is lifted');
    expect((await type('zoe', 'list')).answers[0]).not.toContain('frozen');
    await ask(replica);
  });

  it.each([
    ['spent', 'not_found', 'Did you mean `/remediate spend`?'],
    ['lst', 'not_found', 'Did you mean `/remediate list`?'],
    ['break-glas', 'not_found', 'Did you mean `/remediate break-glass`?'],
    ['constructor', 'not_found', 'The actions are: spend.'],
    ['show', 'invalid', 'Request IDs look like REM-17.'],
    ['cancel REM-1; drop', 'invalid', 'Request IDs look like REM-17.'],
    ['show REM-99999999999', 'not_found', undefined],
    ['spend 4242 4242 4242 4242', 'invalid', 'Delete it where you pasted it'],
  ])('“%s”: %s, %s', async (text, code, hint) => {
    const error = await type('ana', text).catch((thrown: unknown) => thrown as OpsError);
    expect(error).toMatchObject({ code });
    if (hint !== undefined) expect((error as OpsError).hint).toContain(hint);
  });

  it('says what to configure where guarded actions are not', async () => {
    await expect(type('ana', '', { remediation: null })).rejects.toMatchObject({
      code: 'misconfigured',
      hint: expect.stringContaining('paydesk.yaml') as string,
    });
  });
});

describe('Home', () => {
  const homeOf = async (userId: string): Promise<string> => {
    const blocks = await home(requestOf(userId).person, {
      remediation: replica.desk,
      directory: company.people.directory,
      commands: () => [remediateCommand],
      partners: [],
      partnerStatuses: { all: () => Promise.resolve([]) },
      books: null,
      disputes: null,
      watches: {
        of: () => Promise.resolve([]),
        start: () => Promise.resolve('already'),
        stop: () => Promise.reject(new Error('none')),
      },
      alerts: null,
      reconciliation: null,
      clock: systemClock,
    });
    return linesOf({ text: '', blocks }).join('\n');
  };

  it('has what waits for whom, and buttons that work', async () => {
    const snapshot = await ask(replica);
    const [bo, ana] = [await homeOf('bo'), await homeOf('ana')];
    expect(bo).toContain(`[Approve → ${valueOf(snapshot)}]`);
    expect(ana).toContain(`[Withdraw → ${valueOf(snapshot)}]`);
    expect(ana).not.toContain(`[Approve → ${valueOf(snapshot)}]`);
    await click('bo', buttons.approve, valueOf(snapshot));
    expect(await homeOf('bo')).not.toContain(valueOf(snapshot));
  });

  it('says so when nothing waits', async () => {
    expect(await homeOf('zoe')).toContain('Nothing needs your decision.');
    expect(await homeOf('zoe')).toContain('*/remediate*');
  });
});
