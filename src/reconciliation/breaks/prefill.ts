/** What a form that is opened from a break says beforehand: people correct it instead of copying references. */
import { isoDay } from '../../kernel/calendar-day.js';
import { currencyExponent } from '../../kernel/currency.js';
import { formatMoney } from '../../kernel/money.js';
import type { BreakReport } from './report.js';

/** By field of the action; empty for an action that has nothing to do with breaks. */
export function prefillOf(report: BreakReport, actionId: string): Record<string, string> {
  const { found } = report;
  const { id, partner } = found;
  const businessDay = isoDay(found.businessDay);
  switch (actionId) {
    case 'write-off-break':
      return { break: id };
    case 'request-statement':
      return { partner, businessDay, reason: `${id}: ${sentenceOf(report)}` };
    case 'message-partner':
      return { partner, subject: `${id}: ${sentenceOf(report)}`.slice(0, 150), text: letterOf(report) };
    default:
      return {};
  }
}

const kinds: Readonly<Record<string, string>> = {
  missing_at_partner: 'not in your statement',
  missing_in_ledger: 'unknown to us',
  duplicate_at_partner: 'listed twice',
  amount: 'differs',
  batch_residue: 'payout differs from its lines',
};

const amountText = (minor: bigint, currency: string): string =>
  currencyExponent(currency) === undefined ? `${minor} ${currency}` : formatMoney({ minor, currency });

const amountOf = ({ found: { differenceMinor, currency } }: BreakReport): string =>
  amountText(differenceMinor < 0n ? -differenceMinor : differenceMinor, currency);

const sentenceOf = (report: BreakReport): string =>
  `${amountOf(report)} ${kinds[report.found.kind] ?? report.found.kind.replaceAll('_', ' ')}, ${isoDay(report.found.businessDay)}`;

/** References alone: no customer and no card is named in a letter. */
function letterOf(report: BreakReport): string {
  const references = [
    ...(report.fact?.entries ?? []).map(({ reference, amountMinor, currency }) => ({
      reference,
      amountMinor,
      currency,
    })),
    ...report.sides.map(({ line }) => line),
  ]
    .filter(({ reference }) => reference !== '')
    .slice(0, 20)
    .map(({ reference, amountMinor, currency }) => `- ${reference}: ${amountText(amountMinor, currency)}`);
  return [
    'Hello,',
    '',
    `In your statement for ${isoDay(report.found.businessDay)} we find a difference of ${amountOf(report)} (${kinds[report.found.kind] ?? report.found.kind.replaceAll('_', ' ')}).`,
    ...(references.length > 0 ? ['', 'It concerns:', ...[...new Set(references)]] : []),
    '',
    'Please tell us what it is, or send a corrected statement.',
    `Our reference is ${report.found.id}.`,
  ].join('\n');
}
