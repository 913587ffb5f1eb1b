/**
 * `/query` where things are not as they should be: no books, forged buttons, a file that is gone.
 */
import { describe, expect, it } from 'vitest';
import { queryCommand, type QueryDeps } from '../../commands/query.js';
import { fixedClock } from '../../src/kernel/clock.js';
import type { AuditEvent } from '../../src/ports/audit.js';
import type { Modal, SubmissionAnswer } from '../../src/ports/command.js';
import { queryIds } from '../../src/views/queries/query.js';
import { opening, requestOf, submissionOf } from '../support/requests.js';

const text = '-- title: Customers\n-- who: members\n-- $1 word text\nselect $1::text as email';
const recorded: AuditEvent[] = [];
const opened: Modal[] = [];

const desk = (changed: Partial<QueryDeps> = {}): QueryDeps => ({
  directory: {
    person: (userId) => Promise.resolve({ userId, name: userId, email: null, kind: 'member' }),
    membership: () => Promise.resolve({ groups: new Map([['S1LEADS', new Set(['U1ANA'])]]), ageMs: 0 }),
    groupChanged: () => Promise.resolve(),
    personChanged: () => Promise.resolve(),
  },
  roles: { leads: ['S1LEADS'] },
  revealRoles: ['leads'],
  queries: {
    files: { list: () => Promise.resolve([{ name: 'customers', text, why: null }]) },
    runner: {
      run: (_sql, [word]) => Promise.resolve({ columns: ['email'], rows: [[String(word)]], isCut: false }),
    },
  },
  audit: { record: (event) => Promise.resolve(void recorded.push(event)) },
  clock: fixedClock('2026-11-20T12:00:00Z'),
  ...changed,
});
const typed = (text: string) => requestOf('U1ANA', text, { windows: opening(opened) });

const run = async (words: string, given = desk()): Promise<string> => {
  const request = typed(words);
  await queryCommand.run(request, given);
  return JSON.stringify(request.answer.given);
};
const press = (value: string, given = desk()): Promise<void> | undefined =>
  queryCommand.actions[queryIds.reveal]?.(typed(value), given);
const submit = (memo: string, why: string, given = desk()): Promise<SubmissionAnswer> | undefined =>
  queryCommand.submissions?.[queryIds.revealForm]?.(submissionOf('U1ANA', memo, { why }), given);
const memo = '["customers","jo@example.com"]';

it('without books there is nothing to query', async () => {
  await expect(run('', desk({ queries: null }))).rejects.toMatchObject({ code: 'misconfigured' });
});

it.each([
  ['Pacific/Auckland', '2026-11-20', 'it is Saturday there'],
  ['America/Los_Angeles', '2026-11-19', 'it is Friday there'],
  [undefined, '2026-11-19', 'UTC where the workspace does not say'],
])('“yesterday” of a person in %s is %s: %s, and the audit log has the date', async (timeZone, day, _why) => {
  const file = '-- title: Day\n-- who: members\n-- $1 day date\nselect $1::text as email';
  const given = desk({
    queries: {
      ...desk().queries!,
      files: { list: () => Promise.resolve([{ name: 'day', text: file, why: null }]) },
    },
  });
  const person: QueryDeps['directory']['person'] = (userId) =>
    Promise.resolve({ userId, name: userId, email: null, kind: 'member', ...(timeZone && { timeZone }) });
  expect(await run('day yesterday', { ...given, directory: { ...given.directory, person } })).toContain(day);
  expect(recorded.at(-1)).toMatchObject({ details: { values: [day] } });
});

it('masks what it gives and what it writes down', async () => {
  expect(await run('customers jo@example.com')).toContain('j•••@example.com');
  expect(recorded.at(-1)).toMatchObject({
    kind: 'lookup.query',
    actor: 'U1ANA',
    subjects: ['customers'],
    details: { values: ['j•••@example.com'] },
  });
});

describe('reveal', () => {
  it('shows the values in a window, after the reason is written down', async () => {
    await press(memo);
    expect(opened.at(-1)?.memo).toBe(memo);
    expect(JSON.stringify(await submit(memo, 'asked by the customer'))).toContain('jo@example.com');
    expect(recorded.find(({ kind }) => kind === 'lookup.revealed')).toMatchObject({
      why: 'asked by the customer',
    });
  });

  it('shows nothing when the reason cannot be written down', async () => {
    const audit = { record: () => Promise.reject(new Error('down')) };
    await expect(submit(memo, 'because', desk({ audit }))).rejects.toThrow('down');
  });

  it.each(['  ', '\u200b', '\u2800\u3164'])('without a reason (%j) is refused at its field', async (why) => {
    expect(await submit(memo, why)).toEqual({ kind: 'errors', errors: { why: 'Say why you need it.' } });
  });

  it.each([
    ['not JSON', desk(), 'invalid', 'a forged value'],
    ['{"a":1}', desk(), 'invalid', 'another forged value'],
    ['["gone"]', desk(), 'not_found', 'a file that is gone'],
    [memo, desk({ revealRoles: [] }), 'forbidden', 'no role may'],
    [memo, desk({ roles: { leads: ['S2OTHER'] } }), 'forbidden', 'not in the group'],
  ] as const)('%s: %o is %s: %s', async (value, given, code, _reason) => {
    await expect(press(value, given)).rejects.toMatchObject({ code });
    await expect(submit(value, 'because', given)).rejects.toMatchObject({ code });
  });
});
