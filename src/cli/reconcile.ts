/**
 * `paydesk reconcile` and `paydesk calendar`: a statement compared with a ledger, without Slack and without a database.
 *
 * Invariant: the standard output carries results alone; progress and faults go to the standard error.
 */
import { countText, plural } from '../kernel/counts.js';
import { setFlagsFromString } from 'node:v8';
import { dayOf, isoDay, parseDay, type Day } from '../kernel/calendar-day.js';
import { OpsError } from '../kernel/errors.js';
import { formatMoney } from '../kernel/money.js';
import type { BusinessCalendar } from '../ports/calendars.js';
import { progressBar, type Screen } from './progress.js';
import { target } from '../reconciliation/calendars/target.js';
import {
  differenceOf,
  type Break,
  type Finding,
  type LedgerEntry,
  type StatementLine,
} from '../reconciliation/findings.js';
import type { StatementItem } from '../reconciliation/formats/format.js';
import { decodeText } from '../reconciliation/formats/text.js';
import { Inflow } from '../reconciliation/join/inflow.js';
import { ExactJoin, type Tally } from '../reconciliation/join/join.js';
import { reconcile } from '../reconciliation/matching/match.js';
import { defaultSettings, type MatchSettings } from '../reconciliation/matching/settings.js';
import { findingLine, summarise, summaryLine, type Summary } from '../reconciliation/report.js';
import { dueAsOf, parseSettlementRule } from '../reconciliation/settlement.js';
import {
  statementLines,
  usualReferences,
  type IsKnown,
  type ReferenceFields,
} from '../reconciliation/statement-lines.js';
import { isStatementTable, readLedger, type Table } from '../reconciliation/tables.js';
import {
  configInUse,
  headOf,
  readInput,
  readStatement,
  readTable,
  sizeOf,
  type FormatChoice,
} from './statement-files.js';
import type { Voices } from './voices.js';

export interface ReconcileOptions extends FormatChoice {
  ledger: string;
  statement: string;
  /** An id: its part of paydesk.yaml says how to compare. */
  partner?: string;
  settle?: string;
  calendar?: string;
  asOf?: string;
  json?: boolean;
}

/** Shorter work shows no bar. */
const largeFiles = 5_000_000;
/** Files read, rows joined, rules run. */
const stages = 3;

/** Prints findings and a summary. */
export async function reconcileFiles(
  options: ReconcileOptions,
  voices: Voices,
  screen: Screen,
): Promise<void> {
  const startedAt = performance.now();
  // Nearly all that is made here stays, so a larger nursery would be memory and no time.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { settings, references } = await readTerms(options);
  const isLarge = (await sizeOf(options.ledger)) + (await sizeOf(options.statement)) >= largeFiles;
  const bar = progressBar(screen, 'Reconciling', isLarge ? stages : 0);
  bar.at(1);
  const sides = await readSides(options, settings, references);
  bar.at(2);
  const { findings, summary, problems } = compareSides(sides, settings);
  bar.end();
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  if (options.json === true) printJson(findings, problems, summaryLine(summary, seconds), voices);
  else printForPeople(findings, problems, summary, seconds, voices);
}

interface FileProblem {
  file: 'ledger' | 'statement';
  problem: Extract<StatementItem, { type: 'problem' }>;
}

interface Compared {
  findings: Finding[];
  summary: Summary;
  problems: FileProblem[];
}

interface Sides {
  /** What the join matched already; undefined where the rules get every row. */
  exact: Tally | undefined;
  ledger: Table<LedgerEntry>;
  statement: Table<StatementLine>;
}

/** What was read of both files is let go of when this returns: the rules need what is left of them alone. */
async function readSides(
  options: ReconcileOptions,
  settings: MatchSettings,
  references: ReferenceFields,
): Promise<Sides> {
  const isTable = options.format === undefined && options.profile === undefined;
  if (isTable && isStatementTable(await headOf(options.statement))) return joinTables(options, settings);
  const ledger = readLedger(decodeText(await readInput(options.ledger)).text);
  const items = await readStatement(await readInput(options.statement), options);
  // A partner's terms say where the reference is; without them it is wherever the ledger finds it.
  const isKnown = options.partner === undefined ? referencesIn(ledger.rows) : undefined;
  return { exact: undefined, ledger, statement: statementLines(items, references, isKnown) };
}

function referencesIn(entries: readonly LedgerEntry[]): IsKnown {
  const known = new Set(entries.flatMap(({ reference, batch }) => [reference, batch]));
  return (reference) => known.has(reference);
}

async function joinTables(files: ReconcileOptions, settings: MatchSettings): Promise<Sides> {
  const ledger = await readTable(files.ledger, (expectedBytes) => ({
    inflow: new Inflow('ledger', { expectedBytes }),
  }));
  const { side, join } = await readTable(files.statement, () => {
    const join = new ExactJoin(ledger.side, settings);
    return { join, inflow: new Inflow('statement', { onBlock: (block) => join.add(block) }) };
  });
  return join.end(side);
}

function compareSides(joined: Sides, settings: MatchSettings): Compared {
  const pool = { entries: joined.ledger.rows, lines: joined.statement.rows };
  const findings = reconcile(pool, settings);
  const problems = [
    ...joined.ledger.problems.map((problem) => ({ file: 'ledger' as const, problem })),
    ...joined.statement.problems.map((problem) => ({ file: 'statement' as const, problem })),
  ];
  return { findings, summary: summarise(pool, findings, problems.length, joined.exact), problems };
}

interface Terms {
  settings: MatchSettings;
  references: ReferenceFields;
}

async function readTerms(options: ReconcileOptions): Promise<Terms> {
  const { partner, settle, calendar, asOf } = options;
  const usual = { settings: defaultSettings, references: usualReferences };
  if (partner === undefined && settle === undefined) return usual;
  const today = asOf === undefined ? null : parseDay(asOf);
  if (today === null)
    throw new OpsError(
      'invalid',
      `${settle === undefined ? '--partner' : '--settle'} needs the day that the statement ends on.`,
      { hint: 'Add it as --as-of YYYY-MM-DD.' },
    );
  if (partner !== undefined) return partnerTerms({ partner, settle, calendar, today });
  const rule = parseSettlementRule(settle ?? '');
  const closings = await calendarNamed(calendar ?? target.id);
  const terms = { rule, byType: new Map(), graceDays: 0, calendar: closings };
  return { ...usual, settings: { ...defaultSettings, ...dueAsOf(today, terms) } };
}

/** `--settle` goes before what paydesk.yaml says of when money is due. */
async function partnerTerms(asked: {
  partner: string;
  settle: string | undefined;
  calendar: string | undefined;
  today: Day;
}): Promise<Terms> {
  const config = await configInUse();
  const known = config.partners.map(({ id }) => id);
  if (!known.includes(asked.partner))
    throw new OpsError('invalid', `“${asked.partner.slice(0, 40)}” is not a partner in paydesk.yaml.`, {
      hint: `Known partners: ${known.join(', ') || 'none'}.`,
    });
  // Loads the holidays of the world.
  const { matchSettings, termsOf } = await import('../wiring/reconciliation-engine/terms.js');
  const terms = termsOf(config, asked.partner);
  const calendar = asked.calendar ?? terms.calendar;
  const settled =
    asked.settle === undefined ? terms : { ...terms, settles: asked.settle, settlesByType: {}, graceDays: 0 };
  return { settings: matchSettings({ ...settled, calendar }, asked.today), references: terms.references };
}

async function calendarNamed(id: string): Promise<BusinessCalendar> {
  if (id.toUpperCase() === target.id) return target;
  // The holidays of the world take a third of a second to load.
  const { bankCalendar } = await import('../adapters/calendars/bank-holidays.js');
  return bankCalendar(id, target);
}

function printJson(findings: Finding[], problems: FileProblem[], summary: string, { say }: Voices): void {
  for (const { file, problem } of problems) say(JSON.stringify({ ...problem, file }));
  for (const finding of findings) {
    const line = findingLine(finding);
    if (line !== null) say(line);
  }
  say(summary);
}

function printForPeople(
  findings: Finding[],
  problems: FileProblem[],
  summary: Summary,
  seconds: number,
  { say }: Voices,
): void {
  say(`${summary.ledgerRows} ledger rows, ${summary.statementRows} statement rows, ${seconds} s`);
  for (const [currency, totals] of summary.totals) {
    const part = (minor: bigint): string => amountText(minor, currency);
    say(
      `${currency}: ledger ${part(totals.ledgerMinor)} · statement ${part(totals.statementMinor)} · ` +
        `explained ${part(totals.explainedMinor)} · pending ${part(totals.pendingMinor)}`,
    );
  }
  printCounts('Matched', summary.matched, say);
  printCounts('Breaks', summary.breaks, say);
  if (summary.pending > 0)
    say(
      `Pending: ${summary.pending === 1 ? '1 entry is' : `${countText(summary.pending)} entries are`} not due yet`,
    );
  if (problems.length > 0) say(`Quarantined: ${plural(problems.length, 'line')}`);
  for (const { file, problem } of problems.slice(0, mostShown))
    say(`  ${file} line ${problem.line}: ${problem.message}`);
  printBreaks(
    findings.filter((finding) => finding.type === 'break'),
    say,
  );
}

const mostShown = 20;

function printBreaks(breaks: Break[], say: (line: string) => void): void {
  if (breaks.length > 0) say(columns('Break', 'Difference', 'Ledger ids', 'Statement lines'));
  for (const found of breaks.slice(0, mostShown)) {
    const { minor, currency } = differenceOf(found);
    const ids = found.entries.map(({ id }) => id).join(' ');
    const numbers = found.lines.map(({ line }) => line).join(' ');
    say(columns(found.kind.replaceAll('_', ' '), amountText(minor, currency), ids, numbers));
  }
  if (breaks.length > mostShown) say(`… and ${breaks.length - mostShown} more; --json prints them all.`);
}

const columns = (kind: string, difference: string, ids: string, numbers: string): string =>
  `  ${kind.padEnd(20)}  ${difference.padStart(18)}  ${ids.padEnd(24)}  ${numbers}`.trimEnd();

function printCounts(
  title: string,
  counts: Partial<Record<string, number>>,
  say: (line: string) => void,
): void {
  const parts = Object.entries(counts).map(([name, count]) => `${name.replaceAll('_', ' ')} ${count ?? 0}`);
  say(`${title}: ${parts.length === 0 ? 'none' : parts.join(' · ')}`);
}

/** Minor units as people write them; as they are for a currency outside ISO 4217. */
function amountText(minor: bigint, currency: string): string {
  try {
    return formatMoney({ minor, currency });
  } catch {
    return `${minor} ${currency} (minor units)`;
  }
}

/** Prints the closing days of a year. */
export async function printCalendar(
  id: string,
  yearText: string,
  json: boolean,
  { say, tell }: Voices,
): Promise<void> {
  const year = /^\d{4}$/.test(yearText) ? Number(yearText) : null;
  const first = year === null ? null : dayOf(year, 1, 1);
  if (year === null || first === null)
    throw new OpsError('invalid', `“${yearText.slice(0, 20)}” is not a year.`, {
      hint: 'Write four digits, such as 2026.',
    });
  const calendar = await calendarNamed(id);
  const closings: { date: string; reason: string }[] = [];
  for (let day = first; isoDay(day).startsWith(yearText); day++) {
    const reason = calendar.closed(day);
    if (reason !== null) closings.push({ date: isoDay(day), reason });
  }
  const uncertain = calendar.uncertain?.(year) ?? null;
  if (json) {
    const note = uncertain === null ? {} : { uncertain };
    say(JSON.stringify({ calendar: calendar.id, year, closingDays: closings, ...note }));
    return;
  }
  for (const { date, reason } of closings) say(`${date}  ${reason}`);
  if (uncertain !== null)
    tell(`${uncertain} Add what is missing under reconciliation.closingDays in paydesk.yaml.`);
}
