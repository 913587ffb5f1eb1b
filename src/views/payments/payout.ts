/**
 * The card of a payout: what it contains, expected against paid, and where it arrived.
 *
 * Invariants: the first line says what is wrong before what is well; what comes from the books says so; a source that did
 * not answer is named.
 */
import { plural } from '../../kernel/counts.js';
import { dayMs } from '../../kernel/clock.js';
import { formatMoney } from '../../kernel/money.js';
import { valueOf, type Finding } from '../../payments/findings.js';
import {
  contentsOf,
  isBack,
  partsOf,
  payoutSums,
  type PayoutReport,
  type PayoutSum,
} from '../../payments/payout.js';
import type { Card } from '../../ports/card.js';
import type { Payout } from '../../ports/payments-api.js';
import {
  actions,
  calendarDate,
  cardOf,
  code,
  context,
  escape,
  fields,
  instant,
  section,
  sections,
} from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { breakButton, breakLine } from '../reconciliation/breaks.js';
import { landingTrouble, payoutPlaces } from '../reconciliation/payouts.js';
import { amountText, breakClause } from '../reconciliation/words.js';

export function payoutCard(report: PayoutReport, links: Links): Card {
  const { id, partner, asOf } = report;
  const breaks = found(report.breaks);
  const said = firstLine(report);
  const today = Math.floor(asOf.getTime() / dayMs);
  return cardOf(joined(said.text, `${amountsOf(report)} ${escape(id)}`.trim()), [
    section(`${said.mark} *${said.text}*`),
    fields(factsOf(report, links)),
    ...sections(contentLines(report)),
    ...sections(payoutPlaces(found(report.atBank))),
    ...sections(breaks.map((one) => breakLine(one, today))),
    ...sections(silentLines(report)),
    ...actions(
      ...breaks.slice(0, 1).map(breakButton),
      partner === null ? null : lookUpButton('partner', partner),
    ),
    context(`As of ${instant(asOf)}`),
  ]);
}

const found = <Value>(finding: Finding<Value[]> | undefined): Value[] => (finding && valueOf(finding)) ?? [];

function firstLine(report: PayoutReport): { mark: string; text: string } {
  const { payout, asOf } = report;
  const sums = payoutSums(contentsOf(report).parts, payout);
  const breaks = found(report.breaks).map((one) => `${breakClause(one)} (${one.id})`);
  const troubles = [
    // A break says the same with its number.
    ...(breaks.length > 0 ? breaks : sums.flatMap(differenceText)),
    ...found(report.atBank).flatMap((trace) => landingTrouble(trace) ?? []),
  ];
  const booked = payoutSums(valueOf(report.contents) ?? [], null);
  const where = payout ? payoutSentence(payout, asOf) : bookedSentence(booked);
  const isWell = troubles.length === 0 && !(payout && isBack(payout));
  return { mark: isWell ? ':bank:' : ':red_circle:', text: [where, ...troubles].join('; ') };
}

/** What was paid, else what it should come to. */
function amountsOf({ payout, contents }: PayoutReport): string {
  if (payout) return formatMoney(payout.amount);
  return payoutSums(valueOf(contents) ?? [], null)
    .map(({ currency, expectedMinor, paidMinor }) => amountText(paidMinor ?? expectedMinor, currency))
    .join(' + ');
}

function bookedSentence(sums: readonly PayoutSum[]): string {
  const isPaid = sums.some(({ paidMinor }) => paidMinor !== null);
  return isPaid ? 'Payout booked, per our books' : 'Not paid out yet, per our books';
}

/** Nothing to compare where no payout is booked. */
function differenceText({ currency, expectedMinor, paidMinor }: PayoutSum): string[] {
  const difference = paidMinor === null ? 0n : paidMinor - expectedMinor;
  if (difference === 0n) return [];
  const size = amountText(difference < 0n ? -difference : difference, currency);
  return [`${size} ${difference < 0n ? 'less' : 'more'} than its contents`];
}

function factsOf({ id, payout, partner }: PayoutReport, links: Links): [string, string][] {
  const pairs: [string, string][] = [['Payout', reference(links, 'payout', id)]];
  if (partner !== null) pairs.push(['Partner', escape(partner)]);
  if (payout === null) return pairs;
  pairs.push(
    ['Amount', formatMoney(payout.amount)],
    ['Status', escape(payout.status.replaceAll('_', ' '))],
    ['Arrival', calendarDate(payout.arrivalDate)],
    ['Kind', payout.automatic ? 'automatic' : 'manual'],
  );
  if (payout.traceId !== null) pairs.push(['Bank trace', code(payout.traceId)]);
  return pairs;
}

/** “213 captures: 36,473.87 USD” for each kind, then what they come to and what was paid. */
function contentLines(report: PayoutReport): string[] {
  const { payout } = report;
  const { of, parts } = contentsOf(report);
  if (parts.length === 0) return report.contents.state === 'known' ? [nothingListed(payout)] : [];
  return [
    `*What it contains, per ${of === 'report' ? 'the partner’s report' : 'our books'}*`,
    ...partsOf(parts).map(
      ({ kind, currency, entries, minor }) =>
        `• ${plural(entries, escape(kind.replaceAll('_', ' ')))}: ${amountText(minor, currency)}`,
    ),
    ...payoutSums(parts, payout).map((sum) => sumLine(sum, payout !== null && isBack(payout))),
  ];
}

const nothingListed = (payout: Payout | null): string =>
  payout?.automatic === false
    ? '*What it contains:* a manual payout isn’t tied to single payments'
    : '*What it contains:* not listed by our books or a report of the partner';

function sumLine(sum: PayoutSum, isBack: boolean): string {
  const { currency, expectedMinor, paidMinor } = sum;
  const expected = `expected ${amountText(expectedMinor, currency)}`;
  if (paidMinor === null && isBack) return `:red_circle: ${expected}, not paid: the money came back`;
  if (paidMinor === null) return `:hourglass_flowing_sand: ${expected}, not paid out yet`;
  const [difference] = differenceText(sum);
  const paid = `paid ${amountText(paidMinor, currency)}`;
  return joined(
    `${difference ? ':red_circle:' : ':white_check_mark:'} ${expected}, ${paid}`,
    difference ?? null,
  );
}

const silentLines = ({ contents, atBank, breaks, reported }: PayoutReport): string[] =>
  [
    ['books', contents] as const,
    ['statements', atBank] as const,
    ['breaks', breaks] as const,
    ['the partner’s report', reported] as const,
  ].flatMap(([source, finding]) =>
    finding?.state === 'failed' ? [`:grey_question: ${source}: ${escape(finding.why)}`] : [],
  );

/** An arrival is a date on the bank's calendar; it is late once that day has ended. */
function payoutSentence({ status, amount, arrivalDate, failure, reversedBy }: Payout, asOf: Date): string {
  const arrival = calendarDate(arrivalDate);
  if (reversedBy !== null) return `Payout of ${arrival} reversed by ${code(reversedBy)}`;
  // A negative payout collects what the balance owes from the bank account.
  const isDebit = amount.minor < 0n;
  if (status === 'paid') {
    const verb = arrivalDate > asOf ? 'paid, arrives' : 'arrived';
    return isDebit ? `Debit of the bank account, ${arrival}` : `Payout ${verb} ${arrival}`;
  }
  if (status === 'failed' || status === 'canceled') {
    const why = failure?.message ?? failure?.code?.replaceAll('_', ' ');
    if (isDebit)
      return `Debit of the bank account ${status === 'failed' ? 'failed' : 'cancelled'}${why ? `: ${escape(why)}` : ''}`;
    return `Payout ${status === 'failed' ? 'failed' : 'cancelled'}; the money is back on the balance${why ? `: ${escape(why)}` : ''}`;
  }
  if (status !== 'pending' && status !== 'in_transit')
    return `Payout in a state unknown here: “${escape(status.replaceAll('_', ' '))}”, dated ${arrival}`;
  const daysLate = Math.floor(asOf.getTime() / dayMs) - Math.floor(arrivalDate.getTime() / dayMs);
  const late = daysLate > 0 ? ` (overdue by ${daysLate} d)` : '';
  const what = isDebit ? 'Debit of the bank account' : 'Payout';
  return `${what} ${escape(status.replaceAll('_', ' '))}, expected ${arrival}${late}`;
}
