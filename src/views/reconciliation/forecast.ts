/** What should land, when: per partner, day and currency. */
import type { Day } from '../../kernel/calendar-day.js';
import type { Card } from '../../ports/card.js';
import type { Landing } from '../../ports/reconciliation.js';
import { cardOf, context, escape, section } from '../kit/blocks.js';
import { amountsText, countText, dayText, plural } from './words.js';

export interface ForecastFacts {
  partners: readonly { name: string; today: Day; landings: readonly Landing[] }[];
}

export function forecastCard({ partners }: ForecastFacts): Card {
  const some = partners.filter(({ landings }) => landings.length > 0);
  const [first] = some;
  const title =
    first === undefined
      ? 'Nothing is waiting to be settled'
      : some.length === 1
        ? `${escape(first.name)}: ${nextOf(first.landings)}`
        : `${plural(some.length, 'partner')} will settle what is booked`;
  return cardOf(title, [
    section(`:calendar: *${title}*`),
    ...some.map(({ name, today, landings }) =>
      section([`*${escape(name)}*`, ...daysOf(landings).map((group) => dayLine(group, today))].join('\n')),
    ),
    context('Gross amounts of booked entries by their due day; the partner keeps its fees from them.'),
  ]);
}

function daysOf(landings: readonly Landing[]): [Day, Landing[]][] {
  const days = new Map<Day, Landing[]>();
  for (const landing of landings) days.set(landing.dueOn, [...(days.get(landing.dueOn) ?? []), landing]);
  return [...days].sort(([a], [b]) => a - b);
}

function dayLine([day, landings]: [Day, Landing[]], today: Day): string {
  const count = landings.reduce((sum, one) => sum + one.count, 0);
  const when =
    day < today
      ? ':red_circle: overdue since'
      : day === today
        ? 'today,'
        : day === today + 1
          ? 'tomorrow,'
          : '';
  const amounts = amountsText(landings.map(({ currency, minor }): [string, bigint] => [currency, minor]));
  return `• ${when} ${dayText(day)}: ${amounts} (n = ${countText(count)})`.replace('•  ', '• ');
}

function nextOf(landings: readonly Landing[]): string {
  const [next] = daysOf(landings);
  if (next === undefined) return 'nothing is waiting';
  const [day, group] = next;
  return `${amountsText(group.map(({ currency, minor }): [string, bigint] => [currency, minor]))} land on ${dayText(day)}`;
}
