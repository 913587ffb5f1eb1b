/** What should land, when: per partner and currency, with what came and what is overdue. */
import { countText, plural } from '../../kernel/counts.js';
import type { Day } from '../../kernel/calendar-day.js';
import { currencyExponent } from '../../kernel/currency.js';
import type { Card, CardBlock } from '../../ports/card.js';
import type { Landing } from '../../ports/reconciliation.js';
import type { CurrencyOutlook, Outlook } from '../../reconciliation/days/outlook.js';
import { cardOf, context, escape, section } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { barChart } from '../kit/tables.js';
import { amountsText, bareAmount, dayText } from './words.js';

export function forecastCard(partners: readonly Outlook[]): Card {
  const some = partners.filter(({ currencies }) => currencies.length > 0);
  const [first] = some;
  const title =
    first === undefined
      ? 'Nothing is waiting to be settled'
      : some.length === 1
        ? `${escape(first.partner.name)}: ${nextOf(first)}`
        : `${plural(some.length, 'partner')} have booked money to settle`;
  const card = cardOf(title, [
    section(`:calendar: *${title}*`),
    ...some.map((outlook) =>
      section([`*${escape(outlook.partner.name)}*`, ...outlookLines(outlook, mostCurrencies)].join('\n')),
    ),
    context(some.some(hasInterval) ? `${grossText} ${intervalText}` : grossText),
  ]);
  const chart = some.length === 1 && first !== undefined ? chartOf(first) : null;
  return chart === null ? card : { ...card, blocks: [...card.blocks, chart] };
}

const grossText =
  'Gross amounts booked so far: new payments will add to them, and the partner deducts its fees.';
const intervalText = '80 %: in four of five past forecasts, the money received was between these amounts.';

const hasInterval = ({ currencies }: Outlook): boolean =>
  currencies.some(({ today, tomorrow, week }) =>
    [today, tomorrow, week].some(({ interval }) => interval !== null),
  );

const mostCurrencies = 8;

/** A line per currency, and what is overdue. */
export function outlookLines({ currencies, today, lastTold }: Outlook, most: number): string[] {
  const overdue = currencies.filter(({ overdueMinor }) => overdueMinor !== 0n);
  const more = currencies.length - most;
  return [
    ...currencies.slice(0, most).map((one) => `• ${currencyText(one, today)}`),
    ...(more > 0 ? [`• ${plural(more, 'more currency', 'more currencies')}: \`/recon forecast\``] : []),
    ...(overdue.length > 0 && lastTold !== null
      ? [`• :red_circle: overdue on ${dayText(lastTold)}: ${amountsText(overdue.map(overdueOf))}`]
      : []),
  ];
}

const overdueOf = ({ currency, overdueMinor }: CurrencyOutlook): [string, bigint] => [currency, overdueMinor];

/** “EUR today 1,200.00 (80 %: 1,100.00–1,300.00), tomorrow nothing yet, by Sunday 3,400.00 · Fri 27 Nov brought …”. */
function currencyText(one: CurrencyOutlook, onDay: Day): string {
  const { currency, learnedFrom, awaitedMinor, today, tomorrow, week, laterMinor } = one;
  const isOpen = (day: Day): boolean => one.days.some((each) => each.day === day);
  const spans = [
    awaitedMinor === 0n ? null : `not reported yet ${bareAmount(awaitedMinor, currency)}`,
    `today ${expectedText(today, currency, isOpen(onDay) ? 'nothing' : 'closed')}`,
    // What is booked today may still land tomorrow: a zero would read like a forecast.
    `tomorrow ${expectedText(tomorrow, currency, isOpen(onDay + 1) ? 'nothing yet' : 'closed')}`,
    `by Sunday ${expectedText(week, currency, 'nothing yet')}`,
    laterMinor === 0n ? null : `later ${bareAmount(laterMinor, currency)}`,
  ].filter((text) => text !== null);
  return joined(
    `*${escape(currency)}* ${spans.join(', ')}`,
    cameText(one),
    `n = ${countText(one.count)}`,
    learnedFrom === null ? 'by the settlement rule' : `learned from ${plural(learnedFrom, 'day')}`,
  );
}

function expectedText(
  { minor, interval }: CurrencyOutlook['today'],
  currency: string,
  nothing: string,
): string {
  if (minor === 0n) return nothing;
  if (interval === null || interval.lowMinor === interval.highMinor) return bareAmount(minor, currency);
  return `${bareAmount(minor, currency)} (80 %: ${bareAmount(interval.lowMinor, currency)}–${bareAmount(interval.highMinor, currency)})`;
}

/** Of the newest day for which there is a statement. */
function cameText({ days, currency }: CurrencyOutlook): string | null {
  const last = days.filter(({ cameMinor }) => cameMinor !== null).at(-1);
  if (last?.cameMinor === undefined || last.cameMinor === null) return null;
  const of = last.expectedMinor === null ? '' : ` of ${bareAmount(last.expectedMinor, currency)} expected`;
  return `${dayText(last.day)} brought ${bareAmount(last.cameMinor, currency)}${of}`;
}

function daysOf(landings: readonly Landing[]): [Day, Landing[]][] {
  const days = new Map<Day, Landing[]>();
  for (const landing of landings) days.set(landing.dueOn, [...(days.get(landing.dueOn) ?? []), landing]);
  return [...days].sort(([a], [b]) => a - b);
}

function nextOf({ landings, currencies, lastTold }: Outlook): string {
  const [next] = daysOf(landings);
  if (next !== undefined) {
    const [day, group] = next;
    return `${amountsText(group.map(({ currency, minor }): [string, bigint] => [currency, minor]))} land on ${dayText(day)}`;
  }
  const overdue = currencies.filter(({ overdueMinor }) => overdueMinor !== 0n).map(overdueOf);
  if (overdue.length === 0 || lastTold === null) return 'late money is still expected';
  return `nothing is due, ${amountsText(overdue)} overdue on ${dayText(lastTold)}`;
}

/** Of the currency with most entries; a chart has one unit. */
function chartOf({ currencies }: Outlook): CardBlock | null {
  const one = currencies.find(({ days }) => days.length > 0);
  if (one === undefined) return null;
  const { currency } = one;
  // No bar for a day of which too little was known.
  const isJudged = one.days.some(
    ({ expectedMinor, cameMinor }) => expectedMinor !== null && cameMinor !== null,
  );
  const days = isJudged ? one.days.filter(({ expectedMinor }) => expectedMinor !== null) : one.days;
  const major = (minor: bigint | null): number =>
    Number(minor ?? 0n) / 10 ** (currencyExponent(currency) ?? 0);
  const labels = days.map(({ day }) => dayText(day).slice(4));
  return barChart(`Expected and received by day, ${currency}`, labels, [
    {
      name: isJudged ? 'Expected' : 'Expected from today',
      values: days.map(({ expectedMinor }) => major(expectedMinor)),
    },
    { name: 'Received', values: days.map(({ cameMinor }) => major(cameMinor)) },
  ]);
}
