/**
 * `/remediate`, its buttons and its windows on the real desk: what a click or a window may do, whatever it claims to be.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remediateCommand, type RemediateDeps } from '../../commands/remediate/index.js';
import type { Modal, SubmissionAnswer } from '../../src/ports/command.js';
import type { Action } from '../../src/remediation/kit/action.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import { remediationButtons, remediationWindows, valueOf } from '../../src/views/remediation/ids.js';
import { opening, requestOf, submissionOf } from '../support/requests.js';
import {
  ask,
  ballotOf,
  spendAction,
  startCompany,
  type Company,
  type Replica,
} from '../remediation/support.js';

let company: Company;
let replica: Replica;
let opened: Modal[];

beforeEach(async () => {
  company = await startCompany();
  replica = company.replica();
  opened = [];
});
afterEach(() => company.close());

const card = '4242 4242 4242 4242';
const deskOf = (): RemediateDeps => ({
  remediation: replica.desk,
  reconciliation: null,
  disputes: null,
  confirmationAddress: () => null,
  partnerPrefill: () => Promise.resolve({}),
  heldSince: () => Promise.resolve(null),
  partners: [],
  directory: company.people.directory,
});
const typed = (userId: string, text: string) => requestOf(userId, text, { windows: opening(opened) });
const click = async (name: keyof typeof remediationButtons, userId: string, value: string): Promise<void> =>
  remediateCommand.actions[remediationButtons[name]]?.(typed(userId, value), deskOf());
const type = (userId: string, text: string): Promise<void> =>
  remediateCommand.run(typed(userId, text), deskOf());

async function submit(
  name: keyof typeof remediationWindows,
  userId: string,
  memo: string,
  values: Record<string, string> = {},
): Promise<SubmissionAnswer> {
  const run = remediateCommand.submissions?.[remediationWindows[name]];
  if (!run) throw new Error(`no window ${name}`);
  return run(submissionOf(userId, memo, values), deskOf());
}

const stateOf = async ({ remediation: { id } }: Snapshot): Promise<string> =>
  (await replica.desk.read(id)).remediation.state;

describe('a button', () => {
  it.each(['approve', 'reject', 'cancel', 'plan', 'closeReview'] as const)(
    '%s of another plan opens and does nothing',
    async (name) => {
      const asked = await ask(replica);
      const other = `${asked.remediation.id}:0123456789abcdef`;
      for (const person of ['eve', 'ana']) await expect(click(name, person, other)).rejects.toThrow('plan');
      expect(opened).toEqual([]);
      expect(await stateOf(asked)).toBe('pending');
    },
  );

  it('approves what stood beside it', async () => {
    const asked = await ask(replica);
    await click('approve', 'eve', valueOf(asked));
    expect(await stateOf(asked)).toBe('approved');
  });

  it('prefills no card number', async () => {
    const start = Object.keys(remediateCommand.actions).find((id) => id.includes('start')) ?? '';
    const run = remediateCommand.actions[start];
    await expect(run?.(typed('ana', `spend:payment:${card}`), deskOf())).rejects.toThrow('card number');
  });
});

it('a plan longer than a card is approved from its last page and nowhere else', async () => {
  const spend = spendAction(company.bank);
  const long: Action = {
    ...spend,
    plan: async (typed, world) => {
      const planned = await spend.plan(typed, world);
      const changes = Array.from({ length: 10 }, (_, at) => `${at} ${'word '.repeat(400)}`);
      return planned.ok
        ? { ok: true, plan: { ...planned.plan, preview: { ...planned.plan.preview, changes } } }
        : planned;
    },
  };
  replica = company.replica({ actions: [long] });
  const asked = await ask(replica);
  await click('approve', 'eve', valueOf(asked));
  expect(opened).toMatchObject([{ submit: 'Next page' }]);
  const next = await submit('plan', 'eve', opened[0]?.memo ?? '');
  expect(next).toMatchObject({ kind: 'show', modal: { submit: 'Approve' } });
  expect(await stateOf(asked)).toBe('pending');
  if (next.kind === 'show') await submit('plan', 'eve', next.modal.memo);
  expect(await stateOf(asked)).toBe('approved');
});

describe('a window', () => {
  const form = JSON.stringify({ channelId: 'C0OPS', breakGlass: false, action: 'spend' });
  const typed = { account: 'acc', amount: '20', why: 'charged twice' };

  it('asks once, however often it is submitted', async () => {
    for (let times = 0; times < 2; times++) await submit('form', 'ana', form, typed);
    expect(await replica.desk.open()).toHaveLength(1);
  });

  it.each(['why', 'account'])('takes no card number in %s', async (field) => {
    const answer = await submit('form', 'ana', form, { ...typed, [field]: card });
    expect(answer).toMatchObject({
      kind: 'errors',
      errors: { [field]: expect.stringContaining('card number') as string },
    });
    expect(await replica.desk.open()).toEqual([]);
  });

  it('takes no card number as a reason', async () => {
    const asked = await ask(replica);
    expect(await submit('reject', 'eve', valueOf(asked), { words: card })).toMatchObject({ kind: 'errors' });
    expect(await stateOf(asked)).toBe('pending');
  });

  it.each([
    ['took_effect', 'closed'],
    ['did_not', 'refused'],
  ])('that says %s ends the request as %s', async (judgement, state) => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    await company.db.query(
      `update paydesk.remediations set state = 'unknown', asked_at = now(), due_at = null`,
    );
    company.bank.deaf = 1;
    await submit('judge', 'dee', `${valueOf(asked)}:${judgement}`, { words: 'the bank said so' });
    expect(await stateOf(asked)).toBe(state);
  });
});

it.each([
  ['ana', '', 'Guarded actions'],
  ['mo', 'break-glass', 'Break glass'],
  ['mo', 'break-glass spend', 'Break glass'],
])('%s types /remediate %s: %s', async (person, text, title) => {
  await type(person, text);
  expect(opened).toMatchObject([{ title }]);
});
