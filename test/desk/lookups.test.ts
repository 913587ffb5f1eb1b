/**
 * Partners, the company's own queries, personal data and Home, as people meet them in Slack.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs } from '../../src/kernel/clock.js';
import type { Message, OpenView } from '../../sandbox/slack/wire.js';
import { completeTrace, startDesk, textOf, until, type TestDesk } from '../support/desk.js';

let desk: TestDesk;
let queries: string;

const file = (name: string, text: string): void => writeFileSync(join(queries, `${name}.sql`), text);

beforeAll(async () => {
  queries = mkdtempSync(join(tmpdir(), 'paydesk-queries-'));
  file(
    'failures',
    `-- title: Failures\n-- who: operators\n-- personal: card_last4\n-- $1 limit integer = 3\nselect customer_email, card_last4, amount_minor from payment_attempts where status = 'failed' and customer_email is not null and card_last4 is not null order by created_at desc limit $1::int`,
  );
  file('many', `-- title: Many rows\n-- who: members\nselect n from generate_series(1, 10050) as n`);
  file('leads-only', `-- title: For leads\n-- who: leads\nselect 1 as one`);
  file(
    'writes',
    `-- title: Writes\n-- who: members\nwith gone as (delete from payment_attempts returning 1) select * from gone`,
  );
  file('sleeps', `-- title: Sleeps\n-- who: members\nselect pg_sleep(60)::text as slept`);
  file('echo', `-- title: Echo\n-- who: members\n-- $1 text text: anything\nselect $1::text as said`);
  file('broken', `-- who: members\nselect 1`);
  desk = await startDesk('socket', { config: { queries: { folder: queries, timeout: '1s' } } });
});

afterAll(() => desk.close());

const directMessages = async (name: string): Promise<Message[]> => {
  const { users, channels } = await desk.state();
  const person = users.find((user) => user.name === name)?.id ?? '';
  return channels
    .filter(({ is_im, members }) => is_im && members.includes(person))
    .flatMap(({ messages }) => messages);
};
const contentOf = async ({ files = [] }: Message): Promise<string> => {
  const [sent] = files;
  const headers = { authorization: `Bearer ${desk.slack.credentials.botToken}` };
  return (await fetch(sent?.url_private ?? '', { headers })).text();
};
const audited = async (kind: string): Promise<string> => textOf(await desk.command(`/audit ${kind}`));

describe('/query', () => {
  it('lists what there is, who may run it, and what is wrong with a file', async () => {
    const list = textOf(await desk.command('/query', { user: 'mei' }));
    expect(list).toContain('6 queries; 1 with a fault');
    expect(list).toMatch(/\*For leads\* :lock: for leads/);
    expect(list).toMatch(/broken\.sql`: It has no title/);
  });

  it('gives a table, with personal data masked, and writes down who asked', async () => {
    const answer = await desk.command('/query failures 2', { user: 'mei' });
    expect(answer.messages[0]?.ephemeral_to).toBeDefined();
    expect(textOf(answer)).toContain('Failures: 2 rows');
    expect(textOf(answer)).toMatch(/"data_table".*\w•••@/);
    expect(textOf(answer)).not.toMatch(/[\w.]{2,}@example/);
    expect(await audited('lookup.query')).toContain('failures');
  });

  it('what is too large for a message comes as a file, up to its bound, to the person alone', async () => {
    const answer = await desk.command('/query many', { user: 'kofi' });
    expect(textOf(answer)).toContain('Many rows: the first 10,000 rows');
    const sent = await until('the file', async () =>
      (await directMessages('kofi')).find(({ files }) => files?.length),
    );
    const lines = (await contentOf(sent)).trim().split('\r\n');
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([10_001, 'n', '10000']);
    expect(await directMessages('mei')).toEqual([]);
  });

  it.each([
    ['leads-only', 'mei', 'The query leads-only requires a role that you do not have.'],
    ['leads-only', 'priya', 'Queries are for full members of this workspace.'],
    ['writes', 'mei', 'This query would change data, but queries may only read.'],
    ['sleeps', 'mei', 'The database took too long to answer.'],
    ['broken', 'mei', 'broken cannot be run: It has no title'],
    ['failures many', 'mei', 'Limit must be a whole number, such as 50.'],
    ['echo 4242424242424242', 'mei', 'This looks like a card number'],
  ])('%s by %s: %s', async (text, user, refusal) => {
    expect(textOf(await desk.command(`/query ${text}`, { user }))).toContain(refusal);
  });

  it('a value is a value, whatever it looks like', async () => {
    const text = `'; drop view payment_attempts; --`;
    expect(textOf(await desk.command(`/query echo "${text}"`, { user: 'mei' }))).toContain(text);
  });
});

describe('personal data', () => {
  const press = async (user: string, from: Message | undefined, action: string) =>
    desk.action({ user, channel: 'payments-ops', ts: from?.ts ?? '', action_id: action });
  const submit = (user: string, view: OpenView | undefined, why: string) =>
    desk.control<{ view?: OpenView; errors?: Record<string, string> }>('submit', {
      user,
      view_id: view?.id ?? '',
      values: { why: { value: { type: 'plain_text_input', value: why } } },
    });

  it('is revealed to a role, for a reason, in a window alone, and is then in the audit log', async () => {
    const [table] = (await desk.command('/query failures 1', { user: 'ana' })).messages;
    const { view } = await press('ana', table, 'query_reveal');
    expect(view?.view.title).toMatchObject({ text: 'Reveal personal data' });
    expect((await submit('ana', view, ' ')).errors).toEqual({ why: 'Say why you need it.' });
    const { view: shown } = await press('ana', table, 'query_reveal');
    await submit('ana', shown, 'the customer is on the phone');
    await until('the address', async () => {
      const { views } = await desk.state();
      return /customer_email `[\w.+-]{2,}@/.test(JSON.stringify(views));
    });
    expect(await audited('lookup.revealed')).toContain('the customer is on the phone');
  });

  it('is not for others', async () => {
    const [table] = (await desk.command('/query failures 1', { user: 'mei' })).messages;
    const refused = await press('mei', table, 'query_reveal');
    expect(refused.view).toBeUndefined();
    expect(textOf(refused)).toContain('Personal data requires a role that you do not have.');
    expect(textOf(refused)).toContain('Roles with this right: leads.');
  });

  it('of a payment: the same', async () => {
    const trace = (await completeTrace(desk, desk.examples.paidOut)).messages.at(-1);
    const { view } = await press('ana', trace, 'payment_reveal');
    await submit('ana', view, 'refund call');
    await until('the address', async () =>
      /\*E-mail:\* `[\w.+-]{2,}@/.test(JSON.stringify((await desk.state()).views)),
    );
  });

  it('nothing is shared where people of another company read', async () => {
    const outcome = await completeTrace(desk, desk.examples.refunded, { channel: 'northpay-shared' });
    const shared = await desk.action({
      user: 'ana',
      channel: 'northpay-shared',
      ts: outcome.messages.at(-1)?.ts ?? '',
      action_id: 'payment_share',
    });
    expect(textOf(shared)).toContain(
      'This channel includes people from another company, so Paydesk shares nothing here.',
    );
    expect(textOf(shared)).not.toContain('shared by');
  });
});

describe('/partner', () => {
  it('says that a partner is in outage, beside our own rate with its n', async () => {
    await desk.scenario('partner-outage', { partner: 'northpay' });
    desk.skip(25 * minuteMs);
    const card = await until('the outage', async () => {
      const found = textOf(await desk.command('/partner northpay'));
      // Our own rate may know before the page has been read again.
      return found.includes('Northpay: outage') && found.includes('has reported') && found;
    });
    // The stand-in's company is small: too few attempts are said to be too few.
    expect(card).toMatch(/too few attempts for a rate \(n = \d+, last 1 h\)|usually \d{2,3}\.\d % \(n = \d/);
    expect(card).toMatch(/has reported a major outage/);
    expect(textOf(await desk.command('/partner'))).toMatch(/1 in outage/);
  });

  it('the scorecard: a month with what was left out, and all of it as a file', async () => {
    const answer = await desk.command('/partner scorecard northpay', { user: 'ines' });
    expect(textOf(answer)).toMatch(/availability \d\d\.\d\d % \(n = [\d,]+\)/);
    expect(textOf(answer)).toMatch(/left out: \d+ other failures/);
    const [card] = answer.messages;
    await desk.action({
      user: 'ines',
      channel: 'payments-ops',
      ts: card?.ts ?? '',
      action_id: 'partner_scorecard_csv',
    });
    const sent = await until('the file', async () =>
      (await directMessages('ines')).find(({ files }) => files?.length),
    );
    expect(await contentOf(sent)).toMatch(
      /^partner,month,availability_percent,[^]*\r\nnorthpay,\d{4}-\d\d,\d\d\.\d{4},\d+,/,
    );
  });

  it.each([
    ['scorecard northpay 2026-13', '“2026-13” is not a month.'],
    ['scorecard northpay 2199-01', '2199-01 has not begun yet.'],
    ['scorecard', 'Which partner?'],
    ['scorcard northpay', 'Did you mean `/partner scorecard`?'],
    ['scorecard nortpay 2026-10', 'Unknown partner “nortpay”.'],
  ])('%s: %s', async (text, refusal) => {
    expect(textOf(await desk.command(`/partner ${text}`))).toContain(refusal);
  });
});

it('Home is there within a second, with each source in its own place', async () => {
  const homeOf = async (user: string): Promise<string> => {
    await desk.control('home', { user });
    return until('Home', async () => {
      const { users, homes } = await desk.state();
      const shown = homes[users.find(({ name }) => name === user)?.id ?? ''];
      return shown && JSON.stringify(shown.view.blocks);
    });
  };
  const shown = await homeOf('kofi');
  for (const part of ['Needs my decision', 'Due soon', 'Open alerts', 'Partners', '*Northpay*: outage'])
    expect(shown).toContain(part);
  await desk.faults({ service: 'payments-api', kind: 'slow', path: '/v1/disputes', count: 5, delayMs: 5000 });
  const startedAt = performance.now();
  await desk.control('home', { user: 'mei' });
  const late = await homeOf('mei');
  expect(performance.now() - startedAt).toBeLessThan(4000);
  // What is due is remembered, so that a slow provider costs Home nothing.
  expect(late).toMatch(/Due soon/);
  expect(late).not.toMatch(/did not answer in time/);
  expect(late).toContain('*Northpay*: outage');
});
