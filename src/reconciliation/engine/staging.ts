/**
 * A statement table on its way into staging, scanned as it goes, so that the database loads while the join prepares.
 *
 * Invariant: what is staged is what the join reads, and a line that cannot be read is not staged but reported.
 */
import { Inflow } from '../join/inflow.js';
import type { Side } from '../join/join.js';
import type { RowTaker, Scan } from '../join/scan.js';
import type { StatementLine } from '../findings.js';
import type { Problem } from '../problems.js';
import { readStatementRecord } from '../tables.js';

/** Where the rows go. */
export interface StagedTable extends RowTaker {
  addLine(line: StatementLine): void;
}

export interface Staging {
  /** Takes a part of the table. */
  add(chunk: Buffer): void;
  end(): void;
  /** When it has ended. */
  side(): Side;
  /** Lines that were not staged. */
  problems(): Problem[];
}

/** `onBlock`: gets the rows too. */
export function stagingOf(rows: StagedTable, onBlock: (block: Scan) => void = () => undefined): Staging {
  const inflow = new Inflow('statement', { taker: rows, onBlock });
  const others = (): (StatementLine | Problem)[] => {
    const { reader, scan } = inflow.end();
    return scan.others.map((record) => readStatementRecord(record, reader));
  };
  return {
    add: (chunk) => inflow.add(chunk),
    end: () => {
      for (const row of others()) if (!('code' in row)) rows.addLine(row);
    },
    side: () => inflow.end(),
    problems: () => others().flatMap((row) => ('code' in row ? [row] : [])),
  };
}
