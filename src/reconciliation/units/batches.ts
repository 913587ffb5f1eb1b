/**
 * What a settlement report says of its batches as a whole: the fees kept from them, and whether what was paid out is what
 * the lines come to.
 *
 * Invariant: a line that a report only implies is marked as implied: it is held against the ledger and is never a break
 * while the booking may still come.
 */
import {
  broken,
  differenceOf,
  feesOf,
  groupBy,
  matched,
  sumOf,
  type Break,
  type Finding,
  type LedgerEntry,
  type StatementLine,
} from '../findings.js';

const implied = 'implied_';

export const isImplied = ({ type }: StatementLine): boolean => type.startsWith(implied);

/** The lines, the fees of each batch as one line as a ledger books them, and the payout where the report has none. */
export function withBatchLines(lines: StatementLine[]): StatementLine[] {
  const batches = groupBy(
    lines.filter(({ batch }) => batch !== ''),
    ({ batch, currency }) => `${batch} ${currency}`,
  );
  const sums = [...batches.values()].flatMap((ofBatch): StatementLine[] => {
    const [first] = ofBatch;
    if (first === undefined) return [];
    const payout = ofBatch.find(({ type }) => type === 'payout');
    const fees = feesOf(ofBatch);
    const sum = { ...first, reference: payout?.reference ?? first.batch, feeMinor: 0n, order: '' };
    const feeLine = { ...sum, amountMinor: -fees, type: payout ? 'fee' : `${implied}fee` };
    const payoutLine = { ...sum, amountMinor: fees - sumOf(ofBatch), type: `${implied}payout` };
    return [...(fees === 0n ? [] : [feeLine]), ...(payout ? [] : [payoutLine])];
  });
  return [...lines.map((line) => (line.batch === '' ? line : { ...line, feeMinor: 0n })), ...sums];
}

/** A payout that is booked as it was paid, in a report whose lines come to something else. */
export interface Residue {
  found: Break;
  /** Negative: less was paid than the lines come to. */
  minor: bigint;
}

export function residuesOf(entries: readonly LedgerEntry[], lines: readonly StatementLine[]): Residue[] {
  const payouts = new Map(
    entries.filter(({ type }) => type === 'payout').map((entry) => [entry.reference, entry]),
  );
  const groups = groupBy(lines, ({ file, batch, currency }) => `${file} ${batch} ${currency}`);
  return [...groups.values()].flatMap((group): Residue[] => {
    const line = group.find(
      (one) =>
        !isImplied(one) && one.type !== 'fee' && payouts.get(one.reference)?.amountMinor === one.amountMinor,
    );
    const entry = line && payouts.get(line.reference);
    const rest = sumOf(group);
    if (!line || !entry) return [];
    // Another batch with this reference, as of a file that was sent again, is not paid by the same booking.
    payouts.delete(line.reference);
    if (rest === 0n) return [];
    return [{ found: broken('batch_residue', [entry], [line]), minor: -rest }];
  });
}

/**
 * A residue, or a match where other findings explain all of it: a line that is left out or short is a break of its own, and
 * one that came late is paid out with its batch. `isLate`: the entry was a break of an earlier day.
 */
export function judgedResidue(
  { found, minor }: Residue,
  findings: readonly Finding[],
  isLate: (entry: LedgerEntry) => boolean,
): Finding {
  const currency = found.lines[0]?.currency;
  const explained = findings.reduce((sum, other) => sum + explainedBy(other, currency, isLate), 0n);
  return minor + explained === 0n ? matched('exact', found.entries, found.lines) : found;
}

function explainedBy(
  finding: Finding,
  currency: string | undefined,
  isLate: (entry: LedgerEntry) => boolean,
): bigint {
  if (finding.type === 'match')
    return finding.entries.some(isLate) && finding.lines[0]?.currency === currency
      ? sumOf(finding.lines)
      : 0n;
  if (finding.type !== 'break' || !['missing_at_partner', 'amount', 'fee'].includes(finding.kind)) return 0n;
  const difference = differenceOf(finding);
  return difference.currency === currency ? difference.minor : 0n;
}

/** A payment that the books lack, beside another one of the same order and amount: it was captured twice. */
export function asDuplicates(findings: readonly Finding[], lines: readonly StatementLine[]): Finding[] {
  const keyOf = ({ order, type, currency, amountMinor }: StatementLine): string =>
    `${order ?? ''} ${type} ${currency} ${amountMinor}`;
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
  return findings.map((finding) => {
    const [line] = finding.lines as StatementLine[];
    if (finding.type !== 'break' || finding.kind !== 'missing_in_ledger' || line === undefined)
      return finding;
    const isTwin = line.type === 'payment' && Boolean(line.order) && (counts.get(keyOf(line)) ?? 0) > 1;
    return isTwin ? broken('duplicate_at_partner', [], [line]) : finding;
  });
}
