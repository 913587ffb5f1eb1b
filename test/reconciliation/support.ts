/** Both ways of reconciling two tables, and what they say in a form that can be compared. */
import { isoDay } from '../../src/kernel/calendar-day.js';
import type { Finding } from '../../src/reconciliation/findings.js';
import { Inflow } from '../../src/reconciliation/join/inflow.js';
import { ExactJoin, type Side } from '../../src/reconciliation/join/join.js';
import { reconcile } from '../../src/reconciliation/matching/match.js';
import { defaultSettings, type MatchSettings } from '../../src/reconciliation/matching/settings.js';
import { summarise, summaryLine } from '../../src/reconciliation/report.js';
import { readLedger, readStatementTable } from '../../src/reconciliation/tables.js';

export const ledgerHeader = 'id,partner_ref,amount_minor,currency,value_date,type,batch_id';
export const statementHeader = 'line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor';

export const table = (header: string, rows: string[]): string => [header, ...rows, ''].join('\n');

export interface Said {
  /** One line each, sorted: `break amount L1 / 1`. Exact matches are only counted. */
  findings: string[];
  summary: unknown;
  problems: string[];
}

/** By the rules alone, every row an object. */
export function byRules(ledger: string, statement: string, settings: MatchSettings = defaultSettings): Said {
  const [ours, theirs] = [readLedger(ledger), readStatementTable(statement)];
  const pool = { entries: ours.rows, lines: theirs.rows };
  const findings = reconcile(pool, settings);
  const problems = [...ours.problems, ...theirs.problems];
  return {
    findings: findings.flatMap(textOf).sort(),
    summary: JSON.parse(summaryLine(summarise(pool, findings, problems.length), 0)),
    problems: problems.map(({ line, code }) => `${line} ${code}`).sort(),
  };
}

function sideOf(text: string, inflow: Inflow, pieceBytes: number): Side {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) inflow.add(bytes.subarray(at, at + pieceBytes));
  return inflow.end();
}

/** With the exact pass before the rules; the tables come in pieces. */
export function byJoin(
  ledger: string,
  statement: string,
  settings: MatchSettings = defaultSettings,
  pieceBytes = Infinity,
): Said {
  const join = new ExactJoin(sideOf(ledger, new Inflow('ledger'), pieceBytes), settings);
  const blocks = new Inflow('statement', { onBlock: (block) => join.add(block) });
  const joined = join.end(sideOf(statement, blocks, pieceBytes));
  const pool = { entries: joined.ledger.rows, lines: joined.statement.rows };
  const findings = reconcile(pool, settings);
  const problems = [...joined.ledger.problems, ...joined.statement.problems];
  return {
    findings: findings.flatMap(textOf).sort(),
    summary: JSON.parse(summaryLine(summarise(pool, findings, problems.length, joined.exact), 0)),
    problems: problems.map(({ line, code }) => `${line} ${code}`).sort(),
  };
}

function textOf(finding: Finding): string[] {
  if (finding.type === 'match' && finding.rule === 'exact') return [];
  const name = { match: 'rule', break: 'kind', pending: 'dueOn' }[finding.type];
  const what = (finding as unknown as Record<string, string | number>)[name] ?? '';
  const ids = finding.entries.map(({ id }) => id).sort();
  const lines = finding.lines.map(({ line }) => line).sort((a, b) => a - b);
  return [
    `${finding.type} ${typeof what === 'number' ? isoDay(what) : what} ${ids.join(' ')} / ${lines.join(' ')}`,
  ];
}
