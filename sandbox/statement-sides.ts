/**
 * How the company of the sandbox describes its partners’ and banks’ statements in `paydesk.yaml`, as a person would who
 * reads their contracts: by when a file comes, when money settles, and which ledger account it is held against.
 */
import { BANKS, type Bank } from './world/banks.js';
import type { Partner } from './world/partners.js';

/** Files come within forty minutes of their usual hour; after an hour one is late. */
const GRACE_HOURS = 1;

export const settlementSide = ({
  id,
  name,
  kind,
  timeZone,
  payoutDelayDays,
  statementLagHours,
}: Partner): object => ({
  id,
  name,
  kind,
  timeZone,
  statements: {
    files: [`${id}_*`],
    settles: `T+${payoutDelayDays}`,
    calendar: 'weekdays',
    cutOff: clock(statementLagHours + GRACE_HOURS),
  },
});

export const bankSide = ({
  id,
  name,
  utcOffsetHours,
  statementLagHours,
}: (typeof BANKS)[number] & Bank): object => ({
  id,
  name,
  kind: 'bank',
  timeZone: BANK_ZONES[utcOffsetHours] ?? 'UTC',
  statements: {
    files: [`${id}_*`],
    ledgerAccount: `cash:${id}`,
    calendar: 'weekdays',
    cutOff: clock(statementLagHours + GRACE_HOURS),
  },
});

const BANK_ZONES: Readonly<Record<number, string>> = {
  0: 'Europe/London',
  1: 'Europe/Berlin',
  [-5]: 'America/New_York',
  9: 'Asia/Tokyo',
  3: 'Asia/Kuwait',
};

const clock = (hours: number): string => `${String(hours % 24).padStart(2, '0')}:00`;
