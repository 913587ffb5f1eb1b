/**
 * Names for rows and breaks that survive a file which is sent again, corrected or with more in it.
 *
 * Invariant: a line is named by what it says and by how many equal lines stand before it in its unit, never by where it
 * stands; a break by its kind and the rows that it is about.
 */
import { hash } from 'node:crypto';
import { groupBy, type Break, type StatementLine } from '../findings.js';
import type { KeptLine } from '../../ports/reconciliation.js';

/** 32 hexadecimal digits: 128 bits, so that no two of a company's rows ever share one. */
const digest = (parts: readonly (string | number | null | readonly string[])[]): string =>
  hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);

const contentOf = (line: StatementLine): (string | number | null)[] => [
  line.reference,
  String(line.amountMinor),
  line.currency,
  line.day,
  line.type,
  String(line.feeMinor),
  line.batch,
];

/** Each line with its name. Lines that equal each other must all be among `lines`, or be left out together. */
export function withIdentities(
  partner: string,
  businessDay: number,
  lines: StatementLine[],
): Map<StatementLine, KeptLine> {
  const named = new Map<StatementLine, KeptLine>();
  for (const [content, equal] of groupBy(lines, (line) => digest(contentOf(line)))) {
    if (equal.length > 1) equal.sort((a, b) => a.file - b.file || a.line - b.line);
    equal.forEach((line, at) =>
      named.set(line, withIdentity(line, digest([partner, businessDay, content, at]))),
    );
  }
  return named;
}

/** By name, because there may be many and a spread takes several times as long. */
function withIdentity(line: StatementLine, identity: string): KeptLine {
  const { file, reference, amountMinor, currency, day, type, feeMinor, batch, order, fx } = line;
  const kept: KeptLine = {
    file,
    line: line.line,
    reference,
    amountMinor,
    currency,
    day,
    type,
    feeMinor,
    batch,
    identity,
  };
  if (order !== undefined) kept.order = order;
  if (fx !== undefined) kept.fx = fx;
  return kept;
}

/** `lines`: those of the break, by their names. */
export const breakIdentity = (
  partner: string,
  { kind, entries }: Break,
  lines: readonly KeptLine[],
): string =>
  digest([partner, kind, entries.map(({ id }) => id).sort(), lines.map(({ identity }) => identity).sort()]);
