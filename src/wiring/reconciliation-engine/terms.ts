/**
 * How a partner's units are compared, as data that may cross into a worker thread, and as what the rules take.
 */
import { bankCalendar } from '../../adapters/calendars/bank-holidays.js';
import type { Config } from '../../config/schema.js';
import { parseDay, type Day } from '../../kernel/calendar-day.js';
import type { BusinessCalendar } from '../../ports/calendars.js';
import { target } from '../../reconciliation/calendars/target.js';
import {
  defaultSettings,
  type MatchSettings,
  type Tolerance,
  type UserRule,
} from '../../reconciliation/matching/settings.js';
import {
  dueDays,
  dueLaterThan,
  parseSettlementRule,
  type SettlementTerms,
} from '../../reconciliation/settlement.js';

export interface MatchTerms {
  /** `T+2`, `weekly friday`; by type of ledger entry where that differs. */
  settles: string;
  settlesByType: Readonly<Record<string, string>>;
  graceDays: number;
  /** TARGET, or a country. */
  calendar: string;
  /** `YYYY-MM-DD`. */
  extraClosingDays: readonly string[];
  windowDays: number;
  tolerances: Readonly<Record<string, Tolerance>>;
  rules: readonly UserRule[];
}

export interface PartnerTerms extends MatchTerms {
  /** The ledger account in which the partner's money is. */
  account: string;
}

/** What `reconciliation` in paydesk.yaml says of a partner. */
export function termsOf(
  { reconciliation }: Pick<Config, 'reconciliation'>,
  partner: string,
  own: Pick<MatchTerms, 'calendar'>,
): MatchTerms {
  const settlement = reconciliation.settlement.filter((each) => each.partner === partner);
  const others = settlement.find(({ types }) => types.length === 0);
  const byType = settlement.flatMap(({ types, settles }) => types.map((type) => [type, settles] as const));
  return {
    ...usualTerms,
    ...own,
    ...(others && { settles: others.settles, graceDays: others.graceDays }),
    settlesByType: { ...usualTerms.settlesByType, ...Object.fromEntries(byType) },
    windowDays: reconciliation.windowDays,
    extraClosingDays: reconciliation.closingDays,
    tolerances: reconciliation.tolerances,
    rules: reconciliation.rules
      .filter(({ partners }) => partners.length === 0 || partners.includes(partner))
      .map(({ tolerances, ...rule }) => ({ ...rule, tolerances: new Map(Object.entries(tolerances)) })),
  };
}

/** Until a partner says otherwise. What it books itself is due at once; its money comes within a week. */
export const usualTerms: MatchTerms = {
  settles: 'T+0',
  settlesByType: { payout: 'T+0', fee: 'T+0' },
  graceDays: 0,
  calendar: target.id,
  extraClosingDays: [],
  windowDays: 7,
  tolerances: {},
  rules: [],
};

function calendarOf({ calendar, extraClosingDays }: MatchTerms): BusinessCalendar {
  const base = calendar.toUpperCase() === target.id ? target : bankCalendar(calendar, target);
  const extra = new Set(extraClosingDays.map((date) => parseDay(date)));
  return { id: base.id, closed: (day) => (extra.has(day) ? 'closed by configuration' : base.closed(day)) };
}

const settlementTerms = (terms: MatchTerms): SettlementTerms => ({
  rule: parseSettlementRule(terms.settles),
  byType: new Map(
    Object.entries(terms.settlesByType).map(([type, text]) => [type, parseSettlementRule(text)]),
  ),
  graceDays: terms.graceDays,
  calendar: calendarOf(terms),
});

export function matchSettings(terms: MatchTerms, asOf: Day): MatchSettings {
  return {
    ...defaultSettings,
    windowDays: terms.windowDays,
    tolerances: new Map(Object.entries(terms.tolerances)),
    rules: terms.rules,
    dueLater: dueLaterThan(asOf, settlementTerms(terms)),
  };
}

/** Whether an entry was due on a day or later. */
export function dueFrom(
  terms: MatchTerms,
  day: Day,
): (entry: Parameters<MatchSettings['dueLater']>[0]) => boolean {
  const dueOf = dueDays(settlementTerms(terms));
  return (entry) => (dueOf(entry) ?? day) >= day;
}
