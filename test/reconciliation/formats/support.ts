/** What a format makes of a text, in lines short enough for tables. */
import { decimalText } from '../../../src/reconciliation/formats/decimal.js';
import type {
  StatementFormat,
  StatementItem,
  StatementRow,
} from '../../../src/reconciliation/formats/format.js';
import { parseStatement } from '../../../src/reconciliation/formats/index.js';

export interface Said {
  /** `3 payment 12.50 EUR`, and what else the test asks for. */
  rows: string[];
  /** `5 bad_amount`. */
  problems: string[];
  /** `DE89 EUR 1.00 → 2.00`. */
  statements: string[];
}

type Fact = keyof StatementRow;

export function read(format: StatementFormat, text: string, ...facts: Fact[]): Said {
  const said: Said = { rows: [], problems: [], statements: [] };
  for (const item of parseStatement(format, text)) {
    if (item.type === 'row') said.rows.push(rowText(item, facts));
    else if (item.type === 'problem') said.problems.push(`${item.line} ${item.code}`);
    else said.statements.push(statementText(item));
  }
  return said;
}

export const rowsOf = (format: StatementFormat, text: string): StatementRow[] =>
  [...parseStatement(format, text)].filter((item) => item.type === 'row');

function rowText(row: StatementRow, facts: Fact[]): string {
  const parts = [String(row.line), row.kind, decimalText(row.amountMinor, row.exponent), row.currency];
  return [...parts, ...facts.map((fact) => factText(row[fact]))].join(' ');
}

function factText(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'object'
    ? JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
    : `${value as string | bigint | number}`;
}

function statementText({
  account,
  currency,
  openingMinor,
  closingMinor,
}: Extract<StatementItem, { type: 'statement' }>): string {
  const balance = (minor: bigint | undefined): string => (minor === undefined ? '?' : String(minor));
  return `${account} ${currency} ${balance(openingMinor)} → ${balance(closingMinor)}`;
}

export const lines = (...parts: string[]): string => [...parts, ''].join('\n');
