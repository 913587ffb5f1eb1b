/**
 * What a partner gets wrong on any day, so that there is something to reconcile: one line is left out of each report and
 * comes with the next one, and on some days a line says less than was captured.
 * Invariant: depends on the document alone; the same report always has the same errors. Payouts are as they should be.
 */
import { isWeekend } from '../world/calendar.js';
import type { Partner } from '../world/partners.js';
import type { World } from '../world/world.js';
import { adyenSettlement } from './formats/adyen-settlement.js';
import { settlementOf } from './settlement.js';

/** Reports in Adyen’s format have no totals that would give the errors away at once. */
const carelessPartner = 'halcyon';
/** What a line is short of, in cents. */
const shortCents = 1_200;

/** The report of a settlement day as it is sent; null where the partner makes no errors. */
export function carelessReport(world: World, partner: Partner, day: number): string | null {
  if (partner.id !== carelessPartner) return null;
  const before = previousWeekday(day);
  const lines = adyenSettlement(settlementOf(world, partner, day))
    .trimEnd()
    .split('\n');
  const [header = '', ...rows] = lines;
  const columns = header.split(',');
  const late = largest(adyenSettlement(settlementOf(world, partner, before)), refund);
  const left = largest(lines.join('\n'), refund);
  const short = day % 5 === 0 ? largest(lines.join('\n'), payment) : null;
  const kept = rows
    .filter((row) => row !== left)
    .map((row) => (row === short ? shortened(row, columns) : row));
  const batch = rows[0]?.split(',')[columns.indexOf('Batch Number')] ?? '';
  return [header, ...(late === null ? [] : [inBatch(late, columns, batch)]), ...kept, ''].join('\n');
}

function previousWeekday(day: number): number {
  let before = day - 1;
  while (isWeekend(before)) before -= 1;
  return before;
}

interface Kind {
  type: string;
  amount: string;
}

/** A refund has no fee, so that leaving it out changes nothing else. */
const refund: Kind = { type: 'Refunded', amount: 'Gross Debit (GC)' };
const payment: Kind = { type: 'Settled', amount: 'Gross Credit (GC)' };

/** The line of this kind with the largest amount. */
function largest(report: string, kind: Kind): string | null {
  const [header = '', ...rows] = report.trimEnd().split('\n');
  const columns = header.split(',');
  const at = { type: columns.indexOf('Type'), amount: columns.indexOf(kind.amount) };
  const settled = rows.filter((row) => row.split(',')[at.type] === kind.type);
  const amountOf = (row: string): number => Number(row.split(',')[at.amount]);
  return settled.sort((a, b) => amountOf(b) - amountOf(a) || (a < b ? -1 : 1))[0] ?? null;
}

/** What came late is paid out with the others of its report. */
function inBatch(row: string, columns: readonly string[], batch: string): string {
  const fields = row.split(',');
  fields[columns.indexOf('Batch Number')] = batch;
  return fields.join(',');
}

function shortened(row: string, columns: readonly string[]): string {
  const fields = row.split(',');
  for (const column of ['Gross Credit (GC)', 'Net Credit (NC)']) {
    const at = columns.indexOf(column);
    fields[at] = (Math.round(Number(fields[at]) * 100 - shortCents) / 100).toFixed(2);
  }
  return fields.join(',');
}
