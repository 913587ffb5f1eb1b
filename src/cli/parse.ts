/**
 * `paydesk parse`: a statement file as canonical rows, without Slack and without a database.
 *
 * Invariant: the standard output carries results alone. With --json it is one line per item in the order of the file and a
 * closing line with totals; without, a table of the first rows, the totals, and the problems.
 */
import { progressBar, type Screen } from './progress.js';
import { toOpsError } from '../kernel/errors.js';
import { decimalText, totalOf, type ExactAmount } from '../reconciliation/formats/decimal.js';
import type { StatementItem, StatementRow } from '../reconciliation/formats/format.js';
import { parseStatement } from '../reconciliation/formats/index.js';
import { itemLine } from '../reconciliation/formats/item-json.js';
import { problem, type Problem } from '../reconciliation/problems.js';
import { readInput, recognisedIn, unrecognised, type FormatChoice } from './statement-files.js';

export interface ParseOptions extends FormatChoice {
  json?: boolean;
}

/** Shorter work shows no bar. */
const largeFile = 5_000_000;

const mostShown = 40;

/** Prints the canonical rows of a file; true when all of it could be read. */
export async function parseFile(
  path: string,
  { json = false, ...choice }: ParseOptions,
  say: (line: string) => void,
  screen: Screen,
): Promise<boolean> {
  const { file, fault } = await fileAt(path);
  const found = await recognisedIn(file, choice);
  const items =
    fault ??
    (found ? parseStatement(found.format, found.text) : [problem(1, 'unknown_format', unrecognised)]);
  const bar = progressBar(screen, 'Reading', file.length < largeFile || !found ? 0 : linesIn(found.text));
  const printer = json ? new JsonPrinter(say) : new TablePrinter(say);
  for (const item of items) {
    bar.at(item.line);
    printer.add(item);
  }
  bar.end();
  printer.end();
  return printer.tally.problems === 0;
}

/** An archive that cannot be used is a fault of the file and not of the call. */
async function fileAt(path: string): Promise<{ file: Buffer; fault?: Problem[] }> {
  try {
    return { file: await readInput(path) };
  } catch (error) {
    const { code, publicMessage } = toOpsError(error);
    if (code !== 'conflict') throw error;
    return { file: Buffer.alloc(0), fault: [problem(1, 'bad_archive', publicMessage)] };
  }
}

function linesIn(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

class Tally {
  rows = 0;
  statements = 0;
  problems = 0;
  /** By currency, with the decimals of the row that has most of them. */
  readonly sums = new Map<string, ExactAmount>();

  add(item: StatementItem): void {
    if (item.type === 'problem') this.problems++;
    else if (item.type === 'statement') this.statements++;
    else this.addRow(item);
  }

  private addRow({ currency, exponent, amountMinor }: StatementRow): void {
    this.rows++;
    const sum = this.sums.get(currency) ?? { minor: 0n, exponent };
    this.sums.set(currency, totalOf([sum, { minor: amountMinor, exponent }]));
  }
}

class JsonPrinter {
  readonly tally = new Tally();
  constructor(private readonly say: (line: string) => void) {}

  add(item: StatementItem): void {
    this.tally.add(item);
    this.say(itemLine(item));
  }

  end(): void {
    const { rows, statements, problems, sums } = this.tally;
    const totals = [...sums].map(([currency, { minor, exponent }]) => ({
      currency,
      exponent,
      amountMinor: String(minor),
    }));
    this.say(JSON.stringify({ type: 'summary', rows, statements, problems, totals }));
  }
}

class TablePrinter {
  readonly tally = new Tally();
  private readonly problems: Problem[] = [];
  constructor(private readonly say: (line: string) => void) {}

  add(item: StatementItem): void {
    this.tally.add(item);
    if (item.type === 'problem') {
      if (this.problems.length < mostShown) this.problems.push(item);
    } else if (item.type === 'row') {
      if (this.tally.rows === 1) this.say(columns('Line', 'Date', 'Kind', 'Amount', 'References'));
      if (this.tally.rows <= mostShown) this.say(rowText(item));
    }
  }

  end(): void {
    const { rows, statements, problems, sums } = this.tally;
    if (rows > mostShown) this.say(`… and ${rows - mostShown} more rows; --json prints them all.`);
    this.say(`${rows} rows, ${statements} statements, ${problems} problems`);
    for (const [currency, { minor, exponent }] of sums)
      this.say(`Total ${decimalText(minor, exponent)} ${currency}`);
    for (const { line, message, code } of this.problems) this.say(`Line ${line}: ${message} (${code})`);
    if (problems > mostShown) this.say(`… and ${problems - mostShown} more problems`);
  }
}

function rowText(row: StatementRow): string {
  const { line, valueDate, bookedAt = '', kind, amountMinor, exponent, currency } = row;
  const references = [row.partnerRef, row.ourRef, row.batchRef].filter((text) => text !== undefined);
  const amount = `${decimalText(amountMinor, exponent)} ${currency}`;
  const day = valueDate ?? bookedAt.slice(0, 10);
  return columns(String(line), day, kind.replaceAll('_', ' '), amount, references.join(' · '));
}

const columns = (line: string, day: string, kind: string, amount: string, references: string): string =>
  `${line.padStart(6)}  ${day.padEnd(10)}  ${kind.padEnd(20)}  ${amount.padStart(20)}  ${references}`.trimEnd();
