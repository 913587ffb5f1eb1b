/** Payouts in their three places, as cards show them: what was reported, what was booked, and what arrived at the bank. */
import { countText, plural } from '../../kernel/counts.js';
import type { Day } from '../../kernel/calendar-day.js';
import type { PayoutState, PayoutTrace } from '../../ports/payouts.js';
import type { LineSighting } from '../../ports/reconciliation.js';
import { isTrouble, type PayoutsAtBank } from '../../reconciliation/payouts/at-bank.js';
import { followedDays } from '../../reconciliation/payouts/payouts.js';
import { code, escape } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { amountsText, amountText, dayText } from './words.js';

/** How many of a kind are named one by one. */
const mostNamed = 5;

const marks: Readonly<Record<PayoutState, string>> = {
  arrived: ':white_check_mark:',
  due: ':hourglass_flowing_sand:',
  late: ':warning:',
  missing: ':red_circle:',
  short: ':red_circle:',
  over: ':large_yellow_circle:',
  ambiguous: ':grey_question:',
};

const words: Readonly<Record<PayoutState, string>> = {
  arrived: 'arrived',
  due: 'not due yet',
  late: 'late',
  missing: 'missing',
  short: 'short paid',
  over: 'overpaid',
  ambiguous: 'ambiguous',
};

/** What needs a person first. */
const order: readonly PayoutState[] = ['missing', 'short', 'over', 'ambiguous', 'late', 'due', 'arrived'];

/** A line per state with count and value, and one per payout that needs a person. */
export function payoutLines({ bank, traces }: PayoutsAtBank, today: Day): string[] {
  if (traces.length === 0) return [];
  return [
    `*Payouts at ${escape(bank.name)}, last ${followedDays} days*`,
    ...order.flatMap((state) => {
      const some = traces.filter(({ trace }) => trace.state === state);
      return some.length === 0 ? [] : [stateLine(state, some, today), ...namedLines(some)];
    }),
  ];
}

function stateLine(state: PayoutState, some: PayoutsAtBank['traces'], today: Day): string {
  const sums = new Map<string, bigint>();
  for (const { trace } of some) {
    const minor =
      state === 'short' || state === 'over' ? size(trace.differenceMinor) : trace.payout.amountMinor;
    sums.set(trace.payout.currency, (sums.get(trace.payout.currency) ?? 0n) + minor);
  }
  const by = state === 'short' || state === 'over' ? ' by' : ',';
  const text = `${marks[state]} ${countText(some.length)} ${words[state]}${by} ${amountsText([...sums])}`;
  return state === 'due' ? `${text}${nextText(some, today)}` : text;
}

/** A day that is over is due, and its statement is still to come. */
function nextText(some: PayoutsAtBank['traces'], today: Day): string {
  const next = Math.min(...some.map(({ trace }) => trace.dueOn));
  return next < today
    ? `: the bank’s statement for ${dayText(next)} has not arrived yet`
    : `: next ${dayText(next)}`;
}

function namedLines(some: PayoutsAtBank['traces']): string[] {
  const [first] = some;
  if (!first || (!isTrouble(first.trace) && first.trace.state !== 'late')) return [];
  const more = some.length - mostNamed;
  return [
    ...some
      .slice(0, mostNamed)
      .map(({ trace, breakId }) => `• ${joined(nameOf(trace), bankText(trace), breakId)}`),
    ...(more > 0 ? [`• … and ${countText(more)} more`] : []),
  ];
}

const nameOf = ({ payout: { batch, reference, fileName, line } }: PayoutTrace): string =>
  code(batch || reference || `${fileName}, line ${line}`);

/** What the bank says: “11,880.00 of 12,000.00 EUR arrived Fri 27 Nov, `harbour.xml`, line 7, 120.00 EUR short”. */
function bankText({ payout, state, lines, differenceMinor, dueOn, bank }: PayoutTrace): string {
  const { amountMinor, currency } = payout;
  const whole = amountText(amountMinor, currency);
  const came = amountText(amountMinor + differenceMinor, currency);
  const difference = amountText(size(differenceMinor), currency);
  switch (state) {
    case 'arrived':
      return `${whole} arrived ${arrivalText(lines)}`;
    case 'short':
      return `${came} of ${whole} arrived ${arrivalText(lines)}: ${difference} short`;
    case 'over':
      return `${came} arrived ${arrivalText(lines)}: ${difference} more than the ${whole} reported`;
    case 'due':
      return `${whole} due ${dayText(dueOn)}`;
    case 'late':
      return `${whole} was due ${dayText(dueOn)} and has not arrived`;
    case 'missing':
      return `${whole} was due ${dayText(dueOn)} and is on no statement of ${escape(bank.name)}`;
    case 'ambiguous':
      return `${whole} matches ${lines.length === 1 ? 'a line that another payout matches too' : `any of ${plural(lines.length, 'line')}`}: ${arrivalText(lines)}`;
  }
}

/** The day, and each line with its file. */
function arrivalText(lines: readonly LineSighting[]): string {
  const [first] = lines;
  if (!first) return '';
  const places = lines
    .slice(0, 3)
    .map(({ fileName, line }) => `${escape(fileName)}, line ${countText(line.line)}`);
  const more = lines.length > 3 ? ` and ${countText(lines.length - 3)} more` : '';
  return `${dayText(first.line.day ?? first.businessDay)} (${places.join('; ')}${more})`;
}

const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

/** For the first line of a day’s card: “1 payout missing and 2 short paid at Harbour Bank”; null where all is well. */
export function payoutTrouble({ bank, traces }: PayoutsAtBank): string | null {
  const parts = order.flatMap((state) => {
    const count = traces.filter(({ trace }) => trace.state === state && isTrouble(trace)).length;
    return count === 0 ? [] : [`${countText(count)} ${words[state]}`];
  });
  const [first, ...rest] = parts;
  if (first === undefined) return null;
  const count = traces.filter(({ trace }) => isTrouble(trace)).length;
  const noun = count === 1 ? 'payout' : 'payouts';
  return `${first.replace(' ', ` ${noun} `)}${rest.map((part) => `, ${part}`).join('')} at ${escape(bank.name)}`;
}

/** What is wrong with one payout at the bank, in a clause: “3.00 USD short at Harbour Bank”; null where nothing is. */
export function landingTrouble({ payout, state, differenceMinor, bank }: PayoutTrace): string | null {
  const difference = amountText(size(differenceMinor), payout.currency);
  switch (state) {
    case 'short':
      return `${difference} short at ${escape(bank.name)}`;
    case 'over':
      return `${difference} too much at ${escape(bank.name)}`;
    case 'missing':
    case 'late':
      return `${words[state]} at ${escape(bank.name)}`;
    case 'arrived':
    case 'due':
    case 'ambiguous':
      return null;
  }
}

/** For the card of a break: the report and the bank; the ledger is above. */
export function payoutPlaces(traces: readonly PayoutTrace[]): string[] {
  return traces.slice(0, mostNamed).flatMap((trace) => {
    const { payout } = trace;
    const reported = `${amountText(payout.amountMinor, payout.currency)} reported ${dayText(payout.day)} (${escape(payout.fileName)}, line ${countText(payout.line)})`;
    return [
      `*Payout ${nameOf(trace)}*`,
      `• ${escape(trace.partnerName)}: ${reported}`,
      `• ${escape(trace.bank.name)}: ${bankText(trace)}`,
    ];
  });
}
