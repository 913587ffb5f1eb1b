/**
 * The company's own queries: their list, and what one gave, as a table or a file.
 *
 * Invariants: what is too large for a message is a file, and the card says so; what is masked says how to see it; a file with
 * a fault is listed with its fault.
 */
import { plural } from '../../kernel/counts.js';
import type { KnownBlock } from '@slack/types';
import type { Card } from '../../ports/card.js';
import type { AnswerFile, Modal } from '../../ports/command.js';
import { isBad, type BadQuery, type Query } from '../../queries/definition.js';
import { usageOf, type QueryCall } from '../../queries/request.js';
import type { ReadCell, ReadTable } from '../../queries/table.js';
import {
  actions,
  button,
  cardOf,
  code,
  context,
  escape,
  instant,
  section,
  sections,
  wording,
} from '../kit/blocks.js';
import { csvOf } from '../kit/csv.js';
import { joined } from '../kit/links.js';
import { revealForm, revealedModal } from '../kit/reveal.js';
import {
  dataTable,
  numberCell,
  tableColumnsMax,
  tableRowsMax,
  tableTextMax,
  textCell,
} from '../kit/tables.js';

export const queryIds = { reveal: 'query_reveal', revealForm: 'query_reveal_form' } as const;

const linesMax = 40;

/** `runnable`: whether the person may run it. */
export function queriesCard(queries: readonly { query: Query | BadQuery; runnable: boolean }[]): Card {
  const good = queries.flatMap(({ query, runnable }) => (isBad(query) ? [] : [{ query, runnable }]));
  const bad = queries.flatMap(({ query }) => (isBad(query) ? [query] : []));
  const title =
    queries.length === 0
      ? 'There are no queries yet'
      : `${good.length} ${good.length === 1 ? 'query' : 'queries'}${bad.length === 0 ? '' : `; ${bad.length} with a fault`}`;
  const rest = queries.length - linesMax;
  return cardOf(title, [
    section(`*${title}*`),
    ...sections(good.slice(0, linesMax).map(queryLines)),
    ...(bad.length === 0
      ? []
      : [section('*Cannot be run*'), ...sections(bad.slice(0, linesMax).map(faultLines))]),
    context(
      joined(
        rest > 0 ? `${rest} more` : null,
        'Files are read again each time',
        'docs/queries.md explains how to write one',
      ),
    ),
  ]);
}

function queryLines({ query, runnable }: { query: Query; runnable: boolean }): string {
  const parameters = query.parameters.map(
    ({ name, type, about, standard }) =>
      `    ${code(name)} ${type}${about === '' ? '' : `: ${escape(about)}`}${standard === null ? '' : ` (default: ${escape(standard)})`}`,
  );
  const lock = runnable ? '' : ` :lock: for ${escape(query.who.join(', '))}`;
  return [`*${escape(query.title)}*${lock}`, joined(usageOf(query), escape(query.about)), ...parameters].join(
    '\n',
  );
}

const faultLines = ({ name, faults }: BadQuery): string =>
  `:warning: ${code(`${name}.sql`)}: ${faults
    .slice(0, 5)
    .map((fault) => wording(fault))
    .join(' ')}`;

interface AnswerFacts {
  call: QueryCall;
  table: ReadTable;
  /** Most rows that are ever fetched. */
  limit: number;
  tookMs: number;
  now: Date;
  /** Whether there is a role that may see what is masked; the button asks for it. */
  revealable: boolean;
}

/** Whether a message can hold the table. */
export const fitsMessage = ({ columns, rows }: ReadTable): boolean =>
  rows.length <= tableRowsMax &&
  columns.length <= tableColumnsMax &&
  [columns, ...rows.map((row) => row.map(({ text }) => text))]
    .flat()
    .reduce((sum, text) => sum + text.length, 0) <= tableTextMax;

export function answerCard(facts: AnswerFacts): Card {
  const { call, table, limit, tookMs, now, revealable } = facts;
  const { query } = call;
  const rows = table.rows.length.toLocaleString('en-GB');
  const found = table.rows.length === 0 ? 'no rows' : `${rows} ${table.rows.length === 1 ? 'row' : 'rows'}`;
  const title = `${escape(query.title)}: ${table.isCut ? `the first ${found}` : found}`;
  const values = query.parameters.map(
    ({ name }, index) => `${escape(name)} ${code(call.given[index] ?? '')}`,
  );
  return cardOf(title, [
    section(`*${title}*`),
    ...(values.length === 0 ? [] : [context(joined(...values))]),
    ...tableBlocks(table, query),
    ...(table.isCut
      ? [
          section(
            `:scissors: There are more rows: a query returns at most ${limit.toLocaleString('en-GB')} rows.`,
          ),
        ]
      : []),
    context(
      joined(
        code(query.name),
        `${(tookMs / 1000).toFixed(1)} s`,
        table.masked > 0 ? `${table.masked} personal values masked` : null,
        `as of ${instant(now)}`,
      ),
    ),
    ...(table.masked > 0 && revealable ? actions(revealButton(call)) : []),
  ]);
}

function tableBlocks(table: ReadTable, query: Query): KnownBlock[] {
  if (table.rows.length === 0) return [];
  if (!fitsMessage(table))
    return [
      section(':page_facing_up: Too large for a message: Paydesk sends you a CSV file in a direct message.'),
    ];
  const block = dataTable({
    caption: `Rows of ${query.name}`,
    header: table.columns,
    rows: table.rows.map((row) => row.map(cellOf)),
    pageSize: 20,
  });
  return [block as KnownBlock];
}

const cellOf = ({ text, number }: ReadCell) => (number === null ? textCell(text) : numberCell(number, text));

const revealButton = (call: QueryCall) =>
  button({
    actionId: queryIds.reveal,
    text: 'Reveal…',
    value: memoOf(call),
    label: 'Reveal personal values; requires a reason, which is recorded',
  });

const memoOf = ({ query, given }: QueryCall): string => JSON.stringify([query.name, ...given]);

export const queryFile = ({ call: { query }, table }: AnswerFacts, name: string): AnswerFile => ({
  name,
  comment: `${escape(query.title)}: ${plural(table.rows.length, 'row')}${table.isCut ? ', and there are more' : ''}`,
  text: csvOf([table.columns, ...table.rows.map((row) => row.map(({ text }) => text))]),
});

export const revealQueryForm = (call: QueryCall): Modal =>
  revealForm(queryIds.revealForm, `the personal values of “${call.query.title}”`, memoOf(call));

const revealedRows = 40;

/** A table has no place in a modal: a paragraph a row. */
export const revealedQuery = ({ rows, columns }: ReadTable): Modal =>
  revealedModal(
    rows
      .slice(0, revealedRows)
      .map((row) =>
        joined(
          ...row.map(({ text }, index) =>
            text === '' ? null : `${escape(columns[index] ?? '')} ${code(text)}`,
          ),
        ),
      ),
    rows.length > revealedRows ? `The first ${revealedRows} of ${rows.length} rows.` : null,
  );
