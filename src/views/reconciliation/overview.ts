/** All partners at one look: whole or not. */
import { plural } from '../../kernel/counts.js';
import type { Card } from '../../ports/card.js';
import type { DayReport } from '../../reconciliation/days/deps.js';
import { cardOf, context, escape, section, sections } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { amountsText, dayText } from './words.js';

export interface OverviewRow {
  id: string;
  name: string;
  /** Null while nothing was reconciled. */
  report: DayReport | null;
}

const openOf = ({ open }: DayReport): number => open.reduce((sum, { count }) => sum + count, 0);

export function overviewCard(rows: readonly OverviewRow[]): Card {
  const known = rows.flatMap(({ report }) => report ?? []);
  const broken = known.filter((report) => openOf(report) > 0);
  const headline =
    known.length === 0
      ? 'No statement has been reconciled yet'
      : broken.length === 0
        ? `We are whole: all ${plural(known.length, 'partner')} explained`
        : `We are not whole: ${broken.length} of ${plural(known.length, 'partner')} with open breaks`;
  const order = [...rows].sort((a, b) => weight(b) - weight(a));
  return cardOf(headline, [
    section(`${broken.length === 0 ? ':white_check_mark:' : ':red_circle:'} *${headline}*`),
    ...sections(order.map(rowLine)),
    context(
      '`/recon northpay` shows one partner, `/recon breaks` all open breaks, `/recon forecast` what lands next.',
    ),
  ]);
}

const weight = ({ report }: OverviewRow): number => (report === null ? -1 : openOf(report));

function rowLine({ name, report }: OverviewRow): string {
  if (report === null) return `:grey_question: *${escape(name)}*: no statement yet`;
  const open = openOf(report);
  const sums = new Map<string, bigint>();
  for (const { currency, absoluteMinor } of report.open)
    sums.set(currency, (sums.get(currency) ?? 0n) + absoluteMinor);
  return joined(
    `${open === 0 ? ':white_check_mark:' : ':red_circle:'} *${escape(name)}* ${dayText(report.businessDay)}`,
    open === 0 ? 'whole' : `${plural(open, 'break')}, ${amountsText([...sums])}`,
    (report.day?.signedBy ?? null) === null ? null : 'signed off',
  );
}
