/**
 * `/query`: the company's own questions to its books, by name.
 *
 * Invariants: what is run, by whom and with which values is in the audit log before it runs; who may run it is asked of the
 * workspace each time; answers are for the person who asked and are never shared; what is masked is shown only to a role, for
 * a reason that is written down first.
 */
import type { Clock } from '../src/kernel/clock.js';
import { OpsError } from '../src/kernel/errors.js';
import { maskEmail, redactCardNumbers } from '../src/kernel/sensitive.js';
import { dayIn } from '../src/kernel/time-zone.js';
import { hasVisibleText } from '../src/kernel/visible-text.js';
import type { AuditRecorder } from '../src/ports/audit.js';
import type {
  ActionRequest,
  Command,
  CommandRequest,
  SubmissionAnswer,
  SubmissionRequest,
} from '../src/ports/command.js';
import { timeZoneOf } from '../src/ports/directory.js';
import type { QueryFiles, QueryRunner } from '../src/ports/queries.js';
import { everyMember, isBad, readQuery, type BadQuery, type Query } from '../src/queries/definition.js';
import { readCall, readValues, wordsOf, type QueryCall } from '../src/queries/request.js';
import { readTable, type ReadTable } from '../src/queries/table.js';
import { revealReason } from '../src/views/kit/reveal.js';
import {
  answerCard,
  fitsMessage,
  queriesCard,
  queryFile,
  queryIds,
  revealedQuery,
  revealQueryForm,
} from '../src/views/queries/query.js';
import { hasRole, requireMember, requireRole, type RoleDoor } from './door.js';

export interface QueryDeps extends RoleDoor {
  /** Null while no books are connected. */
  queries: { files: QueryFiles; runner: QueryRunner } | null;
  /** Roles that may see personal data unmasked. */
  revealRoles: readonly string[];
  audit: AuditRecorder;
  clock: Clock;
}

const queries = 'Queries';
/** A file of more is no answer that anybody reads. */
const mostRows = 10_000;

export const queryCommand: Command<QueryDeps> = {
  name: '/query',
  summary: 'Run your company’s own named queries over its books',
  usageHint: '[name] [values]',
  examples: [
    { text: '/query', does: 'all queries, with their values and who may run them' },
    {
      text: '/query declines-by-code northpay hours=6',
      does: 'one query: a table of up to 100 rows, a CSV file if there are more',
    },
  ],
  run: async (request, desk) => {
    await requireMember(desk, request.person.userId, queries);
    const words = wordsOf(request.text);
    await (words.length === 0 ? list(request, desk) : answer(request, words, desk));
  },
  actions: { [queryIds.reveal]: openReveal },
  submissions: { [queryIds.revealForm]: reveal },
};

async function list(request: CommandRequest, desk: QueryDeps): Promise<void> {
  const { userId } = request.person;
  const all = await queriesOf(desk);
  const listed = await Promise.all(
    all.map(async (query) => ({ query, runnable: !isBad(query) && (await mayRun(query, userId, desk)) })),
  );
  await request.answer.privately(queriesCard(listed));
}

async function queriesOf(desk: QueryDeps): Promise<(Query | BadQuery)[]> {
  const roles = Object.keys(desk.roles);
  return (await connected(desk).files.list()).map((file) => readQuery(file, roles));
}

function connected({ queries: found }: QueryDeps): NonNullable<QueryDeps['queries']> {
  if (found) return found;
  throw new OpsError('misconfigured', 'No books are connected, so there is nothing to query.', {
    hint: 'Ask your Paydesk admin to set BOOKS_DATABASE_URL.',
  });
}

/** The person is a member already. */
const mayRun = async ({ who }: Query, userId: string, desk: QueryDeps): Promise<boolean> =>
  who.includes(everyMember) || hasRole(desk, userId, who);

async function answer(request: CommandRequest, words: readonly string[], desk: QueryDeps): Promise<void> {
  const { userId } = request.person;
  const [known, timeZone] = await Promise.all([queriesOf(desk), timeZoneOf(desk.directory, userId)]);
  const call = readCall(words, known, dayIn(desk.clock.now(), timeZone));
  await requireRunner(call.query, userId, desk);
  const { table, tookMs } = await run(call, userId, desk, false);
  const revealable = desk.revealRoles.length > 0;
  const now = desk.clock.now();
  const facts = { call, table, limit: mostRows, tookMs, now, revealable };
  await request.answer.privately(answerCard(facts));
  if (!fitsMessage(table)) await request.answer.file(queryFile(facts, fileName(call, now)));
}

async function requireRunner(query: Query, userId: string, desk: QueryDeps): Promise<void> {
  if (!query.who.includes(everyMember)) await requireRole(desk, userId, query.who, `The query ${query.name}`);
}

const fileName = ({ query }: QueryCall, now: Date): string =>
  `${query.name}-${now.toISOString().slice(0, 16).replace(/[:T]/g, '-')}.csv`;

async function run(
  call: QueryCall,
  userId: string,
  desk: QueryDeps,
  isRevealed: boolean,
): Promise<{ table: ReadTable; tookMs: number }> {
  const { query, values } = call;
  await desk.audit.record({
    kind: 'lookup.query',
    actor: userId,
    subjects: [query.name],
    why: null,
    details: { values: call.given.map(maskedValue) },
  });
  const startedAt = performance.now();
  const result = await connected(desk).runner.run(query.sql, values, mostRows);
  const tookMs = performance.now() - startedAt;
  return { table: readTable(result, query.personal, isRevealed), tookMs };
}

/** Enough to recognise what was asked for, too little to learn an address from the log. */
const maskedValue = (value: string): string =>
  value.includes('@') ? maskEmail(value) : redactCardNumbers(value);

/** From a button or a window: checked like typed text. */
async function callOf(memo: string, desk: QueryDeps): Promise<QueryCall> {
  const [name, ...given] = textsIn(memo);
  const query = (await queriesOf(desk)).find((one) => one.name === name);
  if (!query || isBad(query))
    throw new OpsError('not_found', 'This query no longer exists.', { hint: '`/query` lists them.' });
  return readValues(query, given);
}

function textsIn(memo: string): string[] {
  try {
    const parts: unknown = JSON.parse(memo);
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string')) return parts;
  } catch {
    // Said below: it is not one of ours.
  }
  throw new OpsError('invalid', 'Paydesk did not create this button.');
}

async function openReveal({ value, person, windows }: ActionRequest, desk: QueryDeps): Promise<void> {
  await requireRole(desk, person.userId, desk.revealRoles, personalData);
  const call = await callOf(value, desk);
  await requireRunner(call.query, person.userId, desk);
  await windows.open(revealQueryForm(call));
}

const personalData = 'Personal data';

async function reveal(
  { memo, values, person }: SubmissionRequest,
  desk: QueryDeps,
): Promise<SubmissionAnswer> {
  const why = (values[revealReason] ?? '').trim();
  if (!hasVisibleText(why)) return { kind: 'errors', errors: { [revealReason]: 'Say why you need it.' } };
  await requireRole(desk, person.userId, desk.revealRoles, personalData);
  const call = await callOf(memo, desk);
  await requireRunner(call.query, person.userId, desk);
  await desk.audit.record({
    kind: 'lookup.revealed',
    actor: person.userId,
    subjects: [call.query.name],
    why,
    details: { values: call.given.map(maskedValue) },
  });
  const { table } = await run(call, person.userId, desk, true);
  return { kind: 'show', modal: revealedQuery(table) };
}
