/**
 * How a partner's days are compared: what `partners[].statements` and `reconciliation` in paydesk.yaml say of it, as what
 * the rules take. The desk and `paydesk reconcile --partner` go by the same terms.
 */
import type { Config } from '../../config/schema.js';
import { clearingAccountOf, isClearingAccount } from '../../config/statements.js';
import { parseDay, type Day } from '../../kernel/calendar-day.js';
import type { BusinessCalendar } from '../../ports/calendars.js';
import type { LedgerEntry } from '../../ports/reconciliation.js';
import { payoutType } from '../../reconciliation/engine/batches.js';
import {
  defaultSettings,
  type MatchSettings,
  type Tolerance,
  type UserRule,
} from '../../reconciliation/matching/settings.js';
import type { LandingTerms } from '../../reconciliation/payouts/landing.js';
import {
  dueAsOf,
  dueDay,
  dueDays,
  parseSettlementRule,
  type SettlementTerms,
} from '../../reconciliation/settlement.js';
import { usualReferences, type ReferenceFields } from '../../reconciliation/statement-lines.js';
import { calendarOf } from '../calendars.js';

export interface PartnerTerms {
  /** The ledger account in which the partner's money is. */
  account: string;
  /** Whether payouts pass through the account, so that it comes to zero. */
  isClearing: boolean;
  /** Whether it is a bank that payouts of other partners arrive at. */
  isPaidInto: boolean;
  /** Which field of a file has the ledger's reference. */
  references: ReferenceFields;
  /** `T+2`, `weekly friday`; by type of ledger entry where that differs. */
  settles: string;
  settlesByType: Readonly<Record<string, string>>;
  graceDays: number;
  /** TARGET, WEEKDAYS, or a country. */
  calendar: string;
  /** `YYYY-MM-DD`. */
  extraClosingDays: readonly string[];
  windowDays: number;
  tolerances: Readonly<Record<string, Tolerance>>;
  rules: readonly UserRule[];
}

/** The ledger account in which a partner's money is. */
export const ledgerAccountOf = ({ partners }: Pick<Config, 'partners'>, partner: string): string =>
  partners.find(({ id }) => id === partner)?.statements?.ledgerAccount ?? clearingAccountOf(partner);

export function termsOf(
  { partners, reconciliation }: Pick<Config, 'partners' | 'reconciliation'>,
  partner: string,
): PartnerTerms {
  const statements = partners.find(({ id }) => id === partner)?.statements;
  const settlement = reconciliation.settlement.filter((each) => each.partner === partner);
  const others = settlement.find(({ types }) => types.length === 0);
  const byType = settlement.flatMap(({ types, settles }) => types.map((type) => [type, settles] as const));
  const account = ledgerAccountOf({ partners }, partner);
  const isClearing = isClearingAccount(account);
  return {
    account,
    isClearing,
    isPaidInto: partners.some((other) => other.statements?.paysInto === partner),
    references: statements?.references ?? usualReferences,
    settles: others?.settles ?? statements?.settles ?? 'T+0',
    // What the partner books itself is due on its own day; to a bank a payout comes like other money.
    settlesByType: { ...(isClearing && { [payoutType]: 'T+0', fee: 'T+0' }), ...Object.fromEntries(byType) },
    graceDays: others?.graceDays ?? 0,
    calendar: statements?.calendar ?? 'TARGET',
    extraClosingDays: reconciliation.closingDays,
    windowDays: reconciliation.windowDays,
    tolerances: reconciliation.tolerances,
    rules: reconciliation.rules
      .filter((rule) => rule.partners.length === 0 || rule.partners.includes(partner))
      .map(({ tolerances, ...rule }) => ({ ...rule, tolerances: new Map(Object.entries(tolerances)) })),
  };
}

function calendarWith({ calendar, extraClosingDays }: PartnerTerms): BusinessCalendar {
  const base = calendarOf(calendar);
  const extra = new Set(extraClosingDays.map((date) => parseDay(date)));
  return { id: base.id, closed: (day) => (extra.has(day) ? 'closed by configuration' : base.closed(day)) };
}

const settlementTerms = (terms: PartnerTerms): SettlementTerms => ({
  rule: parseSettlementRule(terms.settles),
  byType: new Map(
    Object.entries(terms.settlesByType).map(([type, text]) => [type, parseSettlementRule(text)]),
  ),
  graceDays: terms.graceDays,
  calendar: calendarWith(terms),
});

export function matchSettings(terms: PartnerTerms, asOf: Day): MatchSettings {
  return {
    ...defaultSettings,
    windowDays: terms.windowDays,
    withinBatch: !terms.isClearing,
    tolerances: new Map(Object.entries(terms.tolerances)),
    rules: terms.rules,
    ...dueAsOf(asOf, settlementTerms(terms)),
  };
}

/** When payouts that left on a day arrive at a bank with these terms. */
export function landingTerms(terms: PartnerTerms): Omit<LandingTerms, 'told'> {
  const settlement = settlementTerms(terms);
  const dueOf = dueDays(settlement);
  const { graceDays, calendar } = settlement;
  return {
    windowDays: terms.windowDays,
    dueOn: (day) => dueOf({ day, type: payoutType }) ?? day,
    lastOn: (dueOn) => dueDay(dueOn, { businessDays: graceDays }, calendar),
  };
}

/** Whether an entry was due before a day. */
export function dueBefore(
  terms: PartnerTerms,
  day: Day,
): (entry: Pick<LedgerEntry, 'day' | 'type'>) => boolean {
  const dueOf = dueDays(settlementTerms(terms));
  return (entry) => (dueOf(entry) ?? day) < day;
}
