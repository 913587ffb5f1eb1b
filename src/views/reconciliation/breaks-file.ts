/**
 * Breaks as a CSV file, for a spreadsheet or for the partner.
 *
 * Invariant: an amount is exact and a plain decimal, so that a spreadsheet adds it up; whatever a statement says, no cell
 * is run as a formula.
 */
import { countText, plural } from '../../kernel/counts.js';
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import { currencyExponent } from '../../kernel/currency.js';
import { formatMajor } from '../../kernel/money.js';
import type { Card } from '../../ports/card.js';
import type { AnswerFile } from '../../ports/command.js';
import type { DayReport } from '../../reconciliation/days/deps.js';
import type { BreakRow } from '../../reconciliation/breaks/rows.js';
import { cardOf, context, escape, section } from '../kit/blocks.js';
import { csvOf, exact, type CsvCell } from '../kit/csv.js';
import { dayText, kindWords } from './words.js';

export interface BreaksFileFacts {
  /** Of the file, without its ending: `breaks-northpay`. */
  name: string;
  title: string;
  rows: readonly BreakRow[];
  /** How many there are; the file has the largest. */
  total: number;
  today: Day;
}

const header = [
  'break',
  'partner',
  'business_day',
  'kind',
  'currency',
  'difference',
  'state',
  'owner',
  'material',
  'age_days',
  'found_at',
  'ledger_amount',
  'ledger_entries',
  'ledger_references',
  'statement_amount',
  'statement_lines',
  'statement_references',
  'guarded_action',
];

export function breaksFile({ name, title, rows, total, today }: BreaksFileFacts): AnswerFile {
  return {
    name: `${name}.csv`,
    comment: commentOf(title, rows.length, total),
    text: csvOf([header, ...rows.map((row) => cellsOf(row, today))]),
  };
}

function commentOf(title: string, shown: number, total: number): string {
  const all = `${plural(total, 'open break')}: ${escape(title)}`;
  return shown < total ? `${all}. The file has the ${countText(shown)} largest.` : all;
}

function cellsOf({ found, entries, sides }: BreakRow, today: Day): CsvCell[] {
  const lines = sides.map(({ line }) => line);
  return [
    found.id,
    found.partner,
    isoDay(found.businessDay),
    kindWords[found.kind],
    found.currency,
    exact(majorText(found.differenceMinor, found.currency)),
    found.state,
    found.ownerId ?? '',
    found.material ? 'yes' : 'no',
    exact(String(today - found.businessDay)),
    found.openedAt.toISOString(),
    sumOf(entries, found.currency),
    entries.map(({ id }) => id).join(' '),
    listed(entries),
    sumOf(lines, found.currency),
    sides.map(({ line, fileName }) => `${fileName}:${line.line}`).join(' '),
    listed(lines),
    found.remediationId ?? '',
  ];
}

const majorText = (minor: bigint, currency: string): string =>
  currencyExponent(currency) === undefined ? String(minor) : formatMajor({ minor, currency });

interface Row {
  amountMinor: bigint;
  currency: string;
  reference: string;
}

/** A number where all is of the break's currency; amounts with their currency where it is not. */
function sumOf(rows: readonly Row[], currency: string): CsvCell {
  if (rows.length === 0) return '';
  const sums = new Map<string, bigint>();
  for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0n) + row.amountMinor);
  const own = sums.get(currency);
  if (own !== undefined && sums.size === 1) return exact(majorText(own, currency));
  return [...sums].map(([code, minor]) => `${majorText(minor, code)} ${code}`).join(' and ');
}

const listed = (rows: readonly Row[]): string =>
  [...new Set(rows.map(({ reference }) => reference))].filter((reference) => reference !== '').join(' ');

/** For the thread of the day's card. */
export function breaksMessage(
  { partner, businessDay, today }: Pick<DayReport, 'partner' | 'businessDay' | 'today'>,
  { rows, total }: { rows: readonly BreakRow[]; total: number },
): { card: Card; file: { name: string; text: string } } {
  const title = `${partner.name}, when ${dayText(businessDay)} was reconciled`;
  const { comment, ...file } = breaksFile({
    name: `breaks-${partner.id}-${isoDay(businessDay)}`,
    title,
    rows,
    total,
    today,
  });
  const card = cardOf(`${comment} (CSV)`, [
    section(`:page_facing_up: ${comment}`),
    context(`As a CSV file, as of now: \`/recon breaks ${partner.id} csv\``),
  ]);
  return { card, file };
}
