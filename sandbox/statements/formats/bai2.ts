/**
 * BAI2 cash management file: one group, one account record per account, details with a continuation for references.
 * Source: the BAI2 specification, version 2. Invariant: control totals add up every amount below them as it is
 * written, record counts count every record below and themselves. Amounts are in minor units.
 */
import type { AccountEntry, AccountStatement } from '../accounts.js';
import { shortDay, sumOf } from '../text.js';

/** Type codes of credit and debit: 1xx and 4xx or 6xx. */
const codes: Record<AccountEntry['kind'], [credit: string, debit: string]> = {
  capture: ['165', '465'],
  refund: ['165', '455'],
  dispute: ['257', '555'],
  dispute_reversal: ['257', '555'],
  fee: ['399', '698'],
  payout: ['142', '451'],
};

interface Part {
  records: string[];
  totalMinor: number;
}

export function bai2(statements: readonly AccountStatement[]): string {
  const [first] = statements;
  if (!first) return '';
  const { owner, day } = first;
  const sender = owner.id.toUpperCase();
  const accounts = statements.map(accountPart);
  const totalMinor = sumOf(accounts, (part) => part.totalMinor);
  const inAccounts = sumOf(accounts, ({ records }) => records.length);
  return (
    [
      `01,${sender},LARKSPUR,${shortDay(day + 1)},0400,${day % 1_000},,,2/`,
      `02,LARKSPUR,${sender},1,${shortDay(day)},2359,,2/`,
      ...accounts.flatMap(({ records }) => records),
      `98,${totalMinor},${accounts.length},${inAccounts + 2}/`,
      `99,${totalMinor},1,${inAccounts + 4}/`,
    ].join('\n') + '\n'
  );
}

function accountPart({ account, currency, openingMinor, closingMinor, entries }: AccountStatement): Part {
  const credits = entries.filter(({ amountMinor }) => amountMinor >= 0);
  const debits = entries.filter(({ amountMinor }) => amountMinor < 0);
  const creditMinor = sumOf(credits, ({ amountMinor }) => amountMinor);
  const debitMinor = -sumOf(debits, ({ amountMinor }) => amountMinor);
  const records = [
    `03,${account},${currency},010,${openingMinor},,,015,${closingMinor},,/`,
    `88,100,${creditMinor},${credits.length},,400,${debitMinor},${debits.length},/`,
    ...entries.flatMap(detail),
  ];
  const totalMinor =
    openingMinor +
    closingMinor +
    creditMinor +
    debitMinor +
    sumOf(entries, ({ amountMinor }) => Math.abs(amountMinor));
  return { totalMinor, records: [...records, `49,${totalMinor},${records.length + 1}/`] };
}

const detail = (entry: AccountEntry): string[] => [
  `16,${codes[entry.kind][entry.amountMinor < 0 ? 1 : 0]},${Math.abs(entry.amountMinor)},Z,${entry.reference},${entry.endToEndId},${entry.text}`,
  `88,EREF: ${entry.endToEndId}${entry.paymentId === null ? '' : ` PREF: ${entry.paymentId}`}`,
];
