/**
 * Breaks rolled forward over a week or a month: an equation per currency, and a table of partners.
 *
 * Invariant: every number of the equation is on the card, so that people can add it up themselves.
 */
import { countText, plural } from '../../kernel/counts.js';
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import type { BreakFlow, BreakSum } from '../../ports/breaks.js';
import type { Card } from '../../ports/card.js';
import type { Period } from '../../reconciliation/roll-up/period.js';
import type { PartnerRollUp, RollUp } from '../../reconciliation/roll-up/roll-up.js';
import { cardOf, context, escape, section, sections } from '../kit/blocks.js';
import { dataTable, type Cell } from '../kit/data-table.js';
import { joined } from '../kit/links.js';
import { bareAmount, dayText } from './words.js';

export function rollUpCard(rollUp: RollUp): Card {
  const { totals, partners } = rollUp;
  const title = titleOf(rollUp);
  const head = [section(`:scales: *${title}*`), ...sections(totals.slice(0, mostCurrencies).map(equation))];
  const foot = [section(statementsText(partners)), context(footnote)];
  const rows = partners.flatMap(({ partner, flows }) => flows.map((flow) => ({ name: partner.name, flow })));
  const plainer = cardOf(title, [
    ...head,
    ...sections(rows.map(({ name, flow }) => `• ${escape(name)}: ${equation(flow)}`)),
    ...foot,
  ]);
  if (rows.length < 2) return cardOf(title, [...head, ...foot]);
  const table = dataTable({
    caption: 'Breaks by partner and currency',
    columns: ['Partner', 'Currency', 'Opening', 'New', 'Cleared', 'Closing'],
    rows: rows.map(({ name, flow }) => [name, flow.currency, ...cellsOf(flow)]),
    pageSize: 10,
  });
  return { ...cardOf(title, [...head, table, ...foot]), plainer: plainer.blocks };
}

const mostCurrencies = 6;

const footnote =
  'Opening + new − cleared = closing, checked by count and by value. Values ignore the sign of a difference; days are in each partner’s own time zone.';

/** “Week 23–29 Nov: 12 breaks open at the end, 3 more than before”. */
function titleOf({ period, isSoFar, partners, totals }: RollUp): string {
  const sum = (name: 'opening' | 'closing'): number =>
    totals.reduce((count, flow) => count + flow[name].count, 0);
  const [opening, closing] = [sum('opening'), sum('closing')];
  const change =
    closing === opening
      ? 'as many as before'
      : `${countText(Math.abs(closing - opening))} ${closing > opening ? 'more' : 'fewer'} than before`;
  const [only, ...others] = partners;
  const whose = only !== undefined && others.length === 0 ? `${escape(only.partner.name)}, ` : '';
  const when = isSoFar ? ' so far' : ' at the end';
  return `${whose}${periodText(period)}: ${plural(closing, 'break')} open${when}, ${change}`;
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'].concat(
  ['October', 'November', 'December'],
);

function periodText({ kind, from, to }: Period): string {
  if (kind === 'week') return `week ${spanText(from, to - 1)}`.replace(/^w/, 'W');
  const [year = '', month = ''] = isoDay(from).split('-');
  return `${months[Number(month) - 1] ?? ''} ${year}`;
}

/** “23–29 Nov”, “30 Nov–6 Dec”. */
function spanText(first: Day, last: Day): string {
  const [begin, end] = [dayText(first).slice(4), dayText(last).slice(4)];
  const isOneMonth = isoDay(first).slice(0, 7) === isoDay(last).slice(0, 7);
  return isOneMonth ? `${begin.split(' ')[0] ?? ''}–${end}` : `${begin}–${end}`;
}

const newOf = ({ opened, reopened }: BreakFlow): BreakSum => ({
  count: opened.count + reopened.count,
  minor: opened.minor + reopened.minor,
});
const clearedOf = ({ resolved, writtenOff }: BreakFlow): BreakSum => ({
  count: resolved.count + writtenOff.count,
  minor: resolved.minor + writtenOff.minor,
});

/** “*EUR* 10 open (1,234.00) + 5 new (200.00) − 3 cleared (34.00) = 12 open (1,400.00) · 1 written off”. */
function equation(flow: BreakFlow): string {
  const { currency, opening, reopened, writtenOff, closing } = flow;
  const part = ({ count, minor }: BreakSum, what: string): string =>
    `${countText(count)} ${what} (${bareAmount(minor, currency)})`;
  return joined(
    `*${escape(currency)}* ${part(opening, 'open')} + ${part(newOf(flow), 'new')} − ${part(clearedOf(flow), 'cleared')} = ${part(closing, 'open')}`,
    reopened.count > 0 ? `${countText(reopened.count)} of the new reopened` : null,
    writtenOff.count > 0 ? `${countText(writtenOff.count)} of the cleared written off` : null,
  );
}

const cellsOf = (flow: BreakFlow): Cell[] =>
  [flow.opening, newOf(flow), clearedOf(flow), flow.closing].map(({ count, minor }) => ({
    value: count,
    text: `${countText(count)} · ${bareAmount(minor, flow.currency)}`,
  }));

function statementsText(partners: readonly PartnerRollUp[]): string {
  const sum = (name: 'due' | 'inTime' | 'late' | 'missing'): number =>
    partners.reduce((count, { statements }) => count + statements[name], 0);
  const due = sum('due');
  if (due === 0) return 'No statement was due.';
  const missing = partners.filter(({ statements }) => statements.missing > 0);
  return joined(
    `Statements: ${countText(due - sum('missing'))} of ${countText(due)} came, ${countText(sum('inTime'))} in time`,
    missing.length === 0
      ? null
      : `missing: ${missing.map(({ partner, statements }) => `${escape(partner.name)} ${countText(statements.missing)}`).join(', ')}`,
  );
}
