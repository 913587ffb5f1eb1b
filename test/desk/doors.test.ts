/**
 * Who gets in, and what people hear before they fill anything in: the real desk against all stand-ins.
 */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDesk, textOf, until, type TestDesk } from '../support/desk.js';
import { buttonsOf, guardedOf, requestedIn, type Guarded } from '../support/guarded.js';

const why = 'The customer was charged twice';
/** Of the desk's database. */
const poolSize = 10;
const typed = { amount: '2', reason: 'requested_by_customer', why };

let desk: TestDesk;
let guarded: Guarded;

beforeAll(async () => {
  desk = await startDesk('socket');
  guarded = await guardedOf(desk);
});

afterAll(async () => {
  await guarded.close();
  await desk.close();
});

const groupId = async (handle: string): Promise<string> =>
  (await desk.control<{ group: { id: string } }>('group', { group: handle })).group.id;

const alarms = async () =>
  ((await desk.state()).channels.find(({ name }) => name === 'break-glass')?.messages ?? []).filter(
    ({ ephemeral_to }) => ephemeral_to === undefined,
  );

const homeOf = async (user: string): Promise<string> =>
  JSON.stringify((await desk.control('home', { user })).view?.view);

/** What the page shows already, without opening it again. */
const shownHomeOf = async (user: string): Promise<string> => {
  const { users, homes } = await desk.state();
  return JSON.stringify(homes[users.find(({ name }) => name === user)!.id]?.view);
};

describe('while everything is frozen', () => {
  const freezeMessage = async () =>
    (await alarms()).findLast(({ text }) =>
      /^(All guarded actions are frozen|The freeze is lifted)/.test(text),
    )!;

  it('the channel, Home and every form say so at once; two people lift it from the message', async () => {
    const { payment } = await guarded.pay();
    const before = await guarded.open('ines', `/remediate refund-payment ${payment}`);
    const id = requestedIn(await guarded.submit('ines', before, typed)) ?? '';
    expect(await homeOf('kofi')).not.toContain('frozen');
    await desk.command('/remediate freeze doubled payouts', { user: 'mei' });
    await guarded.heard('break-glass', 'All guarded actions are frozen: doubled payouts');
    const message = await freezeMessage();
    for (const handle of ['payments-leads', 'payments-approvers', 'payments-operators'])
      expect(message.text).toContain(`<!subteam^${await groupId(handle)}`);
    await until('an open Home is redrawn', async () =>
      (await shownHomeOf('kofi')).includes('All guarded actions are frozen'),
    );
    expect(await homeOf('kofi')).toMatch(/All guarded actions are frozen.*doubled payouts.*Lift the freeze/);
    for (const command of [`/remediate refund-payment ${payment}`, '/remediate'])
      expect(JSON.stringify((await guarded.open('ines', command)).view)).toMatch(
        /All guarded actions are frozen.*doubled payouts/,
      );
    await guarded.answered('All guarded actions are frozen: doubled payouts', () =>
      guarded.click('lars', id, 'approve'),
    );

    const lift = (user: string) =>
      desk.action({ user, channel: 'break-glass', ts: message.ts, action_id: 'remediation_lift' });
    await guarded.answered('Only approvers or leads can do this', () => lift('mei'));
    await guarded.answered('A second person must agree', () => lift('lars'));
    await until('it says who wants to', async () =>
      JSON.stringify(await freezeMessage()).includes('asked to lift it'),
    );
    await guarded.answered('The freeze is lifted', () => lift('tomas'));
    await until('the button is gone', async () => buttonsOf(await freezeMessage()).length === 0);
    expect((await freezeMessage()).ts).toBe(message.ts);
    await until('an open Home is redrawn', async () => !(await shownHomeOf('kofi')).includes('frozen'));
    await guarded.click('lars', id, 'approve');
    await guarded.closes(id);
  });

  it.each([
    ['the audit log is locked', 'select 1 from paydesk.audit_head for update'],
    ['the freeze itself is locked', 'select 1 from paydesk.remediation_kill_switch for update'],
    ['the outbox is locked', 'lock table paydesk.outbox'],
    ['known memberships are locked', 'lock table paydesk.shared_answers'],
  ])('%s: the person hears that it is not frozen yet, and then that it is', async (_what, lock) => {
    const holder = new pg.Client({ connectionString: desk.urls.database });
    await holder.connect();
    await holder.query(`begin; ${lock}`);
    try {
      const early = await desk.command('/remediate freeze the database is slow', { user: 'mei' });
      expect(textOf(early)).toContain('Not frozen yet: the database is slow.');
      expect(textOf(early)).not.toContain('All guarded actions are frozen');
    } finally {
      await holder.end();
    }
    await guarded.heard('break-glass', 'All guarded actions are frozen: the database is slow');
    await guarded.answered('A second person must agree', () =>
      desk.command('/remediate unfreeze', { user: 'lars' }),
    );
    await guarded.answered('The freeze is lifted', () =>
      desk.command('/remediate unfreeze', { user: 'tomas' }),
    );
  });
  it('freezes at once while a crowd waits for every other connection of the desk', async () => {
    const holder = new pg.Client({ connectionString: desk.urls.database });
    await holder.connect();
    await holder.query('begin; lock table paydesk.remediations');
    const waiting = async (): Promise<number> => {
      const { rows } = await holder.query<{ n: number }>(
        `select count(*)::int as n from pg_locks where relation = 'paydesk.remediations'::regclass and not granted`,
      );
      return rows[0]?.n ?? 0;
    };
    const crowd = Array.from({ length: 2 * poolSize }, () =>
      desk.command('/remediate list', { user: 'lars' }),
    );
    try {
      await until('every connection waits', async () => (await waiting()) >= poolSize);
      const frozen = await desk.command('/remediate freeze too many requests', { user: 'mei' });
      expect(textOf(frozen)).toContain('frozen');
      expect(textOf(frozen)).not.toContain('Not frozen yet');
    } finally {
      await holder.end();
      await Promise.all(crowd);
    }
    for (const user of ['lars', 'tomas']) await desk.command('/remediate unfreeze', { user });
  });
});

it('a broken glass is announced to the groups that review it', async () => {
  const { payment } = await guarded.pay();
  const form = await guarded.open('lars', `/remediate break-glass refund-payment ${payment}`);
  await guarded.submit('lars', form, typed);
  await guarded.heard('break-glass', 'used break-glass for');
  expect((await alarms()).at(-1)?.text).toContain(`<!subteam^${await groupId('payments-leads')}`);
});

describe('what somebody may not do is said before a form is filled in', () => {
  it.each([
    ['priya', '/remediate refund-payment', 'Guarded actions are for full members'],
    ['priya', '/remediate', 'Guarded actions are for full members'],
    ['kofi', '/remediate break-glass refund-payment', 'Only leads can use break-glass for'],
    ['kofi', '/remediate break-glass', 'You’re not in a group that can use break-glass'],
  ])('%s: %s', async (user, command, refusal) => {
    const outcome = await desk.command(command, { user });
    expect(outcome.view).toBeUndefined();
    expect(textOf(outcome)).toContain(refusal);
  });

  it('a button on a card opens nothing for somebody who is in no group', async () => {
    const { payment } = await guarded.pay();
    const { group } = await desk.control<{ group: { users: string[] } }>('group', {
      group: 'payments-operators',
    });
    const { users } = await desk.state();
    const mei = users.find(({ name }) => name === 'mei')?.id ?? '';
    await desk.control('group', {
      group: 'payments-operators',
      users: group.users.filter((id) => id !== mei),
    });
    await until('the change is known', async () => {
      const outcome = await desk.command(`/remediate refund-payment ${payment}`, { user: 'mei' });
      return textOf(outcome).includes('Only operators or approvers can request “Refund');
    });
    await desk.control('group', { group: 'payments-operators', users: group.users });
    await until('that too', async () => {
      const [known] = await guarded.rows<{ answer: object }>(
        `select answer from paydesk.shared_answers where key like 'groups %'`,
      );
      return JSON.stringify(known?.answer).includes(mei);
    });
  });
});

describe('people of another company, in a channel that is shared with them', () => {
  let id: string;
  let payment: string;

  beforeAll(async () => {
    ({ payment } = await guarded.pay());
    const form = await guarded.open('mei', `/remediate refund-payment ${payment}`);
    id = requestedIn(await guarded.submit('mei', form, typed)) ?? '';
    await guarded.card(id);
    await desk.control('person', { user: 'tomas', is_stranger: true });
    await until('the change is known', async () => {
      const rows = await guarded.rows(
        `select 1 from paydesk.shared_answers where key like 'person %' and expired_at > asked_at`,
      );
      return rows.length > 0;
    });
  });

  afterAll(() => desk.control('person', { user: 'tomas', is_stranger: false }));

  it('do not vote, though they are in the group', async () => {
    await guarded.answered('People from other companies can’t approve requests', () =>
      guarded.click('tomas', id, 'approve'),
    );
    expect(await guarded.votes(id)).toEqual([]);
  });

  it.each([
    ['/remediate', 'Guarded actions are for full members'],
    ['/remediate list', 'Guarded actions are for full members'],
    ['/remediate freeze because', 'can do this'],
    ['/payment pi_1', 'Payments are for full members'],
    ['/dispute', 'Disputes are for full members'],
    ['/audit', 'Audit entries are for full members'],
  ])('are refused %s', async (command, refusal) => {
    expect(textOf(await desk.command(command, { user: 'tomas' }))).toContain(refusal);
  });

  it('read nothing of requests in Home, only how to look things up', async () => {
    const seen = await homeOf('tomas');
    expect(seen).not.toContain('decision');
    expect(seen).toContain('/payment');
  });
});

describe('a group that was disabled', () => {
  afterEach(() => desk.control('group', { group: 'payments-approvers', disabled: false }));

  it('has nobody: its people neither vote nor lift, and their votes do not count', async () => {
    const { payment, charge } = await guarded.pay({ amount: '90000' });
    const form = await guarded.open('kofi', `/remediate refund-payment ${payment}`);
    const id = requestedIn(await guarded.submit('kofi', form, { ...typed, amount: '600' })) ?? '';
    await guarded.vote('tomas', id, '600');
    await desk.control('group', { group: 'payments-approvers', disabled: true });
    await until('the change is known', async () => {
      const outcome = await desk.command('/remediate unfreeze', { user: 'tomas' });
      return textOf(outcome).includes('can do this');
    });
    await guarded.vote('lars', id, '600');
    await guarded.told(id, /Not executed: .*’s vote is void/);
    expect(await guarded.refundsOf(charge)).toEqual([]);
  });
});
