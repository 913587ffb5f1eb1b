/**
 * What Paydesk's own records say is wrong: statements that are late, value that nobody explains, payouts that failed.
 *
 * Invariant: each of these has a card of its own where people handle it, so its alert sends nothing there or elsewhere: it stands in
 * `/alerts`, with the place where it is handled. Only where no such channel is configured is it told like any other.
 */
import { currencyCodes, currencyExponent } from '../../kernel/currency.js';
import type { Invariant } from '../../ports/invariants.js';

interface OwnRecord extends Invariant {
  /** Whose channel has the card. */
  handledBy: 'reconciliation' | 'provider';
}

const codesWith = (digits: number): string =>
  currencyCodes
    .filter((code) => currencyExponent(code) === digits)
    .map((code) => `'${code}'`)
    .join(', ');

/** Before the first comma of a key. */
const subject = `split_part($1, ',', 1)`;

export const ownRecords: readonly OwnRecord[] = [
  {
    id: 'statement-lateness',
    name: 'Statements on time',
    handledBy: 'reconciliation',
    rule: { kind: 'nothing' },
    sources: [
      {
        name: 'late statements',
        // What is older was said when it was young, and is looked for no more.
        sql: `select partner || ', late files' as key, count(*) as value from paydesk.recon_days
          where late_at is not null and business_day >= ($1::timestamptz at time zone 'UTC')::date - 7 group by 1`,
      },
    ],
    movedSql: `
      select business_day, late_at as late_since from paydesk.recon_days
      where partner = ${subject} and late_at is not null order by business_day desc limit 5`,
  },
  {
    id: 'unexplained-value',
    name: 'Value explained',
    handledBy: 'reconciliation',
    rule: { kind: 'nothing' },
    sources: [
      {
        name: 'breaks that no one has taken',
        sql: `select partner || ' ' || currency || ', unexplained for more than a day' as key,
            round(sum(abs(difference_minor)) / case
              when currency in (${codesWith(0)}) then 1 when currency in (${codesWith(3)}) then 1000 else 100 end, 3) as value
          from paydesk.breaks where state = 'open' and material and opened_at < $1::timestamptz - interval '1 day'
          group by partner, currency`,
      },
    ],
    movedSql: `
      select 'BRK-' || number as break, kind, opened_at from paydesk.breaks
      where partner || ' ' || currency = ${subject} and state = 'open' and material
      order by abs(difference_minor) desc limit 5`,
  },
  {
    id: 'failed-payouts',
    name: 'Payouts arrive',
    handledBy: 'provider',
    rule: { kind: 'nothing' },
    sources: [
      {
        name: 'payouts that failed',
        sql: `select coalesce(object, id) || ', failed payout' as key, count(*) as value from paydesk.provider_events
          where type = 'payout.failed' and happened_at >= $1::timestamptz - interval '1 day' group by 1`,
      },
    ],
    movedSql: null,
  },
];
