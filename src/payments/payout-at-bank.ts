/**
 * The payout of a payment where it arrives: the bank line that brought it, or by when it should.
 *
 * Invariant: the bank's line decides over what the provider or the books say of an arrival; what the bank has not reported
 * yet changes nothing.
 */
import { isoDay, type Day } from '../kernel/calendar-day.js';
import { dayMs } from '../kernel/clock.js';
import { currencyExponent } from '../kernel/currency.js';
import { formatMoney } from '../kernel/money.js';
import type { PayoutTrace } from '../ports/payouts.js';
import { valueOf, type Findings } from './findings.js';
import { notes, type Hop } from './hop.js';
import { dayLabel } from './sightings.js';

export function atBank(payout: Hop, { landing }: Findings): Hop {
  const trace = landing ? valueOf(landing) : null;
  if (!trace || payout.state === 'failed' || payout.state === 'not_expected') return payout;
  const note = notes(payout.note, bankNote(trace));
  switch (trace.state) {
    case 'arrived':
    case 'short':
    case 'over':
      return { ...payout, state: 'present', at: arrivedOn(trace), expectedBy: null, note };
    case 'late':
    case 'missing':
      return { ...payout, state: 'overdue', at: null, expectedBy: dateOf(trace.dueOn), note };
    case 'due':
    case 'ambiguous':
      return { ...payout, note };
  }
}

const dateOf = (day: Day): Date => new Date(day * dayMs);

/** What came in parts is there with the last of them. */
const arrivedOn = ({ lines }: PayoutTrace): Date =>
  dateOf(Math.max(...lines.map(({ line, businessDay }) => line.day ?? businessDay)));

function bankNote({ payout, partnerName, bank, state, lines, dueOn, differenceMinor }: PayoutTrace): string {
  const amountOf = (minor: bigint): string => amountText(minor, payout.currency);
  const [first] = lines;
  const place = first ? `${first.fileName}, line ${first.line.line}` : '';
  const came = `${amountOf(payout.amountMinor + differenceMinor)} at ${bank.name}: ${place}`;
  switch (state) {
    case 'arrived':
      return came;
    case 'short':
      return `${came}, ${amountOf(-differenceMinor)} short`;
    case 'over':
      return `${came}, ${amountOf(differenceMinor)} too much`;
    case 'due':
      return `due at ${bank.name} ${dayLabel(isoDay(dueOn))}`;
    case 'late':
    case 'missing':
      return `reported by ${partnerName}, on no statement of ${bank.name}`;
    case 'ambiguous':
      return `several lines of ${bank.name} could be it`;
  }
}

const amountText = (minor: bigint, currency: string): string =>
  currencyExponent(currency) === undefined ? `${minor} ${currency}` : formatMoney({ minor, currency });
