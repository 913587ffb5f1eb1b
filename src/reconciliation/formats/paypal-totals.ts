/** The sums and counts that a PayPal report states of itself, held against its rows. */
import { problem, type Problem } from '../problems.js';
import type { StatementRow } from './format.js';

interface Sums {
  grossCredits: bigint;
  grossDebits: bigint;
  feeCredits: bigint;
  feeDebits: bigint;
}

const noSums = (): Sums => ({ grossCredits: 0n, grossDebits: 0n, feeCredits: 0n, feeDebits: 0n });

/** The parts of a footer behind the currency, in its order. */
const parts = ['grossCredits', 'grossDebits', 'feeCredits', 'feeDebits'] as const;

function addFee(sums: Sums, feeMinor: bigint): void {
  if (feeMinor < 0n) sums.feeCredits -= feeMinor;
  else sums.feeDebits += feeMinor;
}

/** The two sums of fees come in either order: the specification and real reports differ. */
function partsIn([, , first, second]: string[], sums: Sums): readonly (keyof Sums)[] {
  const isReversed = first === String(sums.feeDebits) && second === String(sums.feeCredits);
  return isReversed ? ['grossCredits', 'grossDebits', 'feeDebits', 'feeCredits'] : parts;
}

class Tally {
  rows = 0;
  readonly sums = new Map<string, Sums>();

  add({ amountMinor, feeMinor = 0n, foreignFee, currency }: StatementRow): void {
    this.rows++;
    const sums = this.of(currency);
    if (amountMinor < 0n) sums.grossDebits -= amountMinor;
    else sums.grossCredits += amountMinor;
    addFee(sums, feeMinor);
    if (foreignFee?.amountMinor !== undefined) addFee(this.of(foreignFee.currency), foreignFee.amountMinor);
  }

  private of(currency: string): Sums {
    const sums = this.sums.get(currency) ?? noSums();
    this.sums.set(currency, sums);
    return sums;
  }
}

export class PaypalTotals {
  private section = new Tally();
  private report = new Tally();
  private hasFooter = false;

  add(row: StatementRow): void {
    this.section.add(row);
    this.report.add(row);
  }

  *check(
    tag: 'SF' | 'RF' | 'SC' | 'RC' | 'FF',
    fields: string[],
    line: number,
  ): Generator<Problem, void, undefined> {
    const tally = tag.startsWith('S') ? this.section : this.report;
    if (tag === 'RF') this.hasFooter = true;
    if (tag === 'SF' || tag === 'RF') yield* checkSums(tally, fields, line, tag);
    else {
      if (tag !== 'FF') yield* checkCount(tally, fields, line, tag);
      if (tag === 'SC') this.section = new Tally();
      if (tag === 'RC') this.report = new Tally();
      if (tag !== 'SC') this.hasFooter = true;
    }
  }

  /** The first beginning and end behind the sums of a section footer between which its rows lead; null where none does. */
  balances([currency = '', ...amounts]: string[]): Balances | null {
    const sums = this.section.sums.get(currency) ?? noSums();
    const moved = sums.grossCredits - sums.grossDebits + sums.feeCredits - sums.feeDebits;
    const found = pairsIn(amounts.slice(parts.length));
    return found.find(({ openingMinor, closingMinor }) => openingMinor + moved === closingMinor) ?? null;
  }

  /** A report that was cut off ends without its footer. */
  *end(line: number): Generator<Problem, void, undefined> {
    if (!this.hasFooter) yield problem(line, 'truncated', 'the report ends without a footer (RC or FF)');
  }
}

interface Balances {
  openingMinor: bigint;
  closingMinor: bigint;
}

/** A flag and an amount each, in pairs of beginning and end: of the whole balance, of what is available, of what is payable. */
function pairsIn(fields: string[]): Balances[] {
  const balances: bigint[] = [];
  for (let at = 0; /^(?:CR|DR)$/.test(fields[at] ?? '') && /^\d{1,26}$/.test(fields[at + 1] ?? ''); at += 2)
    balances.push(BigInt(fields[at + 1] ?? 0) * (fields[at] === 'DR' ? -1n : 1n));
  return balances.flatMap((openingMinor, at) => {
    const closingMinor = balances[at + 1];
    return at % 2 === 1 || closingMinor === undefined ? [] : [{ openingMinor, closingMinor }];
  });
}

function* checkSums(
  tally: Tally,
  [currency = '', ...amounts]: string[],
  line: number,
  tag: string,
): Generator<Problem, void, undefined> {
  const sums = tally.sums.get(currency) ?? noSums();
  for (const [at, part] of partsIn(amounts, sums).entries()) {
    const stated = amounts[at];
    if (stated === undefined || stated === '' || stated === String(sums[part])) continue;
    const message = `${tag} states ${stated} ${currency} of ${part}, the rows add up to ${sums[part]}`;
    yield problem(line, 'total_mismatch', message, part);
  }
}

function* checkCount(
  tally: Tally,
  [stated = '']: string[],
  line: number,
  tag: string,
): Generator<Problem, void, undefined> {
  if (stated !== String(tally.rows))
    yield problem(
      line,
      'total_mismatch',
      `${tag} states ${stated} rows, ${tally.rows} could be read`,
      'count',
    );
}
