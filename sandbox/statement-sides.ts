/**
 * How the company of the sandbox describes its partners’ and banks’ statements in `paydesk.yaml`, as a person would who
 * reads their contracts: by when a file comes, when money settles, and which ledger account it is held against.
 */
import type { Bank } from './world/banks.js';
import { partners, type Partner, type StatementFormat } from './world/partners.js';

/** Files come within forty minutes of their usual hour; after an hour one is late. */
const graceHours = 1;

export const settlementSide = ({
  id,
  name,
  kind,
  timeZone,
  payoutDelayDays,
  statementLagHours,
  statementFormat,
  bank,
}: Partner): object => ({
  id,
  name,
  kind,
  timeZone,
  statements: {
    files: [`${id}_*`],
    settles: `T+${payoutDelayDays}`,
    paysInto: bank,
    references: references[statementFormat] ?? ['partnerRef', 'batchRef'],
    calendar: 'weekdays',
    cutOff: clock(statementLagHours + graceHours),
  },
});

export const bankSide = ({ id, name, utcOffsetHours, statementLagHours }: Bank): object => ({
  id,
  name,
  kind: 'bank',
  timeZone: bankZones[utcOffsetHours] ?? 'UTC',
  statements: {
    files: [`${id}_*`],
    ledgerAccount: `cash:${id}`,
    // A bank names a payout by our reference; the payments API’s partner pays out a day before the money arrives.
    references: ['ourRef', 'partnerRef'],
    settles: partners.some((partner) => partner.bank === id && partner.referenceStyle === 'stripe')
      ? 'T+1'
      : 'T+0',
    calendar: 'weekdays',
    cutOff: clock(statementLagHours + graceHours),
  },
});

/** What the ledger calls a movement, where that is not the partner’s own reference of the payment. */
const references: Readonly<Partial<Record<StatementFormat, readonly string[]>>> = {
  'stripe-payouts': ['balance_transaction_id'],
  'adyen-settlement': ['Modification Reference', 'Psp Reference', 'batchRef'],
};

const bankZones: Readonly<Record<number, string>> = {
  0: 'Europe/London',
  1: 'Europe/Berlin',
  [-5]: 'America/New_York',
  9: 'Asia/Tokyo',
  3: 'Asia/Kuwait',
};

const clock = (hours: number): string => `${String(hours % 24).padStart(2, '0')}:00`;
