/**
 * A statement table on its way into staging, scanned as it goes, so that the database loads while the join prepares.
 *
 * Invariant: what is staged is what the join reads: plain lines pass byte for byte, readable others are rewritten,
 * and a line that cannot be read is not staged but reported.
 */
import { Inflow } from '../join/inflow.js';
import type { Side } from '../join/join.js';
import type { StatementLine } from '../findings.js';
import type { Problem } from '../problems.js';
import { readStatementRecord } from '../tables.js';
import { rowText } from './statement-table.js';

const newline = 0x0a;

export interface Staging {
  /** What the database gets of a part of the table. */
  add(chunk: Buffer): Buffer[];
  /** What it gets behind the last part. */
  end(): Buffer[];
  side(): Side;
  /** Lines that were not staged. */
  problems(): Problem[];
}

/** `columns`: those of the table, which are the first of `tableColumns`. */
export function stagingOf(columns: readonly string[]): Staging {
  const inflow = new Inflow('statement', { isStaged: true });
  let lastByte = newline;
  const noted = (plain: Buffer[]): Buffer[] => {
    lastByte = plain.at(-1)?.at(-1) ?? lastByte;
    return plain;
  };
  const others = (): (StatementLine | Problem)[] => {
    const { reader, scan } = inflow.end();
    return scan.others.map((record) => readStatementRecord(record, reader));
  };
  return {
    add: (chunk) => noted(inflow.add(chunk)),
    end: () => {
      const plain = noted(inflow.last());
      const rows = others().flatMap((row) => ('code' in row ? [] : [rowText(row, columns.length)]));
      if (rows.length === 0) return plain;
      return [...plain, Buffer.from(`${lastByte === newline ? '' : '\n'}${rows.join('\n')}\n`)];
    },
    side: () => inflow.end(),
    problems: () => others().flatMap((row) => ('code' in row ? [row] : [])),
  };
}
