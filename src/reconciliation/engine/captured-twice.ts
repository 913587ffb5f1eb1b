/**
 * Payments that the books lack beside another one of the same order and amount: the partner captured twice.
 *
 * Deliberately absent: counting the lines of an order. Most of them matched and are kept where the statement is.
 */
import { broken, type Finding, type StatementLine } from '../findings.js';

export interface OrderCount extends Pick<StatementLine, 'type' | 'currency' | 'amountMinor'> {
  order: string;
  lines: number;
}

/** Orders of which there may be a second payment. */
export const ordersInQuestion = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.flatMap((finding) => unknownPayment(finding)?.order ?? []).filter(Boolean)),
];

const keyOf = ({ order, type, currency, amountMinor }: Omit<OrderCount, 'lines'>): string =>
  `${type} ${currency} ${amountMinor} ${order}`;

export function asDuplicates(findings: readonly Finding[], counts: readonly OrderCount[]): Finding[] {
  const linesOf = new Map(counts.map((count) => [keyOf(count), count.lines]));
  return findings.map((finding) => {
    const line = unknownPayment(finding);
    if (!line?.order) return finding;
    return (linesOf.get(keyOf({ ...line, order: line.order })) ?? 0) > 1
      ? broken('duplicate_at_partner', [], [line])
      : finding;
  });
}

function unknownPayment(finding: Finding): StatementLine | null {
  const [line] = finding.lines as StatementLine[];
  const isUnknown = finding.type === 'break' && finding.kind === 'missing_in_ledger';
  return isUnknown && line?.type === 'payment' ? line : null;
}
