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
  type Finding,
  type LedgerEntry,
  type StatementLine,
} from '../findings.js';

const implied = 'implied_';

/** The type of ledger entry that says what a partner paid out. */
export const payoutType = 'payout';

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
    const payout = ofBatch.find(({ type }) => type === payoutType);
    const fees = feesOf(ofBatch);
    const { fx: _ofOneLine, ...plain } = first;
    const sum = { ...plain, reference: payout?.reference ?? first.batch, feeMinor: 0n, order: '' };
    const feeLine = { ...sum, amountMinor: -fees, type: payout ? 'fee' : `${implied}fee` };
    const payoutLine = { ...sum, amountMinor: fees - sumOf(ofBatch), type: `${implied}payout` };
    return [...(fees === 0n ? [] : [feeLine]), ...(payout ? [] : [payoutLine])];
  });
  return [...lines.map((line) => (line.batch === '' ? line : { ...line, feeMinor: 0n })), ...sums];
}

/** A line of a batch that pays out what the ledger booked. */
export interface Payout {
  entry: LedgerEntry;
  line: StatementLine;
}

/** Payouts that are booked as the report says, one per batch; whether its lines come to that is another question. */
export function payoutsOf(entries: readonly LedgerEntry[], lines: readonly StatementLine[]): Payout[] {
  const keyOf = (row: LedgerEntry | StatementLine): string =>
    `${row.currency} ${row.amountMinor} ${row.reference}`;
  const booked = groupBy(
    entries.filter(({ type }) => type === payoutType),
    keyOf,
  );
  const paying = lines.filter(
    (line) => !isImplied(line) && line.type !== 'fee' && line.reference !== '' && booked.has(keyOf(line)),
  );
  const batches = groupBy(paying, ({ file, batch, currency }) => `${file} ${batch} ${currency}`);
  return [...batches.values()].flatMap((ofBatch): Payout[] => {
    // Another batch with this reference, as of a file that was sent again, is not paid by the same booking.
    for (const line of ofBatch) {
      const entry = booked.get(keyOf(line))?.shift();
      if (entry) return [{ entry, line }];
    }
    return [];
  });
}

/** Payouts as a report has them, by batch and currency, each on its first line: what was paid out less what came back. */
export function reportedPayouts(lines: readonly StatementLine[], booked: readonly Payout[]): StatementLine[] {
  const known = new Set(booked.map(({ line }) => line));
  const paying = lines.filter((line) => known.has(line) || payoutTypes.has(line.type));
  const batches = groupBy(paying, ({ batch, reference, currency }) => `${batch || reference} ${currency}`);
  return [...batches.values()].flatMap((ofBatch): StatementLine[] => {
    const [first] = [...ofBatch].sort((a, b) => a.file - b.file || a.line - b.line);
    const amountMinor = sumOf(ofBatch);
    return first === undefined || amountMinor === 0n ? [] : [{ ...first, amountMinor }];
  });
}

const payoutTypes: ReadonlySet<string> = new Set([payoutType, `${implied}${payoutType}`, 'payout_reversal']);

/** A payout that differs from its batch. Negative: less was paid than the sum of the lines. */
export interface Residue extends Payout {
  minor: bigint;
}

/** `sums`: what the lines of each batch come to, the payout among them, in the order of the payouts. */
export const residuesOf = (payouts: readonly Payout[], sums: readonly bigint[]): Residue[] =>
  payouts.map((payout, at) => ({ ...payout, minor: -(sums[at] ?? 0n) })).filter(({ minor }) => minor !== 0n);

/**
 * A residue as a break, or as a match where other findings explain all of it: a line that is left out or short is a break
 * of its own, and one that came late is paid out with its batch. `isLate`: the entry should have come in an earlier unit;
 * `lateMinor`: what lines of such entries come to that matched before there were findings.
 */
export function judgedResidue(
  { entry, line, minor }: Residue,
  findings: readonly Finding[],
  isLate: (entry: LedgerEntry) => boolean,
  lateMinor: (currency: string) => bigint,
): Finding {
  const explained = findings.reduce(
    (sum, other) => sum + explainedBy(other, line.currency, isLate),
    lateMinor(line.currency),
  );
  return minor + explained === 0n
    ? matched('exact', [entry], [line])
    : { ...broken('batch_residue', [entry], [line]), minor };
}

function explainedBy(finding: Finding, currency: string, isLate: (entry: LedgerEntry) => boolean): bigint {
  if (finding.type === 'match')
    return finding.entries.some(isLate) && finding.lines[0]?.currency === currency
      ? sumOf(finding.lines)
      : 0n;
  if (finding.type !== 'break' || !['missing_at_partner', 'amount', 'fee', 'fx'].includes(finding.kind))
    return 0n;
  const difference = differenceOf(finding);
  return difference.currency === currency ? difference.minor : 0n;
}
