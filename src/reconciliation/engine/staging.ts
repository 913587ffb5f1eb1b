/**
 * A statement table on its way into staging, scanned as it goes, so that the database loads while the join prepares.
 *
 * Invariant: what is staged is what the join reads: plain lines pass byte for byte, readable others are rewritten,
 * and a line that cannot be read is not staged but reported.
 */
import { columnsOf, expectedRows, type Side } from '../join/join.js';
import { headerIn, Scanner } from '../join/scan.js';
import type { Problem } from '../problems.js';
import { readHeader, readStatementRecord } from '../tables.js';
import { rowText, tableColumns } from './statement-table.js';

/** As much as is scanned between two looks at the rest of the world. */
const stepBytes = 1 << 20;

const newline = 0x0a;

export interface Staging {
  columns: readonly string[];
  /** Bytes for the database, in steps. */
  chunks(): Generator<Buffer, void, undefined>;
  /** When all chunks were taken. */
  side(): Side;
  /** Lines that were not staged. */
  problems(): Problem[];
}

export function stagingOf(table: Buffer): Staging {
  let bytes = table;
  const header = headerIn(bytes);
  const reader = readHeader(header?.record, 'statement');
  const scanner = new Scanner(
    header?.next ?? 0,
    columnsOf(reader, ['line_no', 'fee_minor']),
    expectedRows(bytes.length),
    header?.line,
  );
  const side = { reader, scan: scanner };
  const columns = tableColumns.filter((column) => reader.place(column) !== undefined);
  return {
    columns,
    chunks: function* () {
      let sent = scanner.at;
      for (let to = sent; to < bytes.length;) {
        to = Math.min(bytes.length, to + stepBytes);
        const gapsBefore = scanner.gaps.length;
        scanner.scan(bytes.subarray(0, to), to === bytes.length);
        for (const gap of scanner.gaps.slice(gapsBefore)) {
          if (gap.start > sent) yield bytes.subarray(sent, gap.start);
          sent = gap.end;
        }
        const scanned = Math.min(scanner.at, bytes.length);
        if (scanned > sent) yield bytes.subarray(sent, scanned);
        sent = Math.max(sent, scanned);
      }
      const others = scanner.others.map((record) => readStatementRecord(record, reader));
      const rows = others.flatMap((row) => ('code' in row ? [] : [rowText(row, columns.length)]));
      const lacksEnd = bytes.at(-1) !== newline && scanner.gaps.at(-1)?.end !== bytes.length;
      if (rows.length > 0) yield Buffer.from(`${lacksEnd ? '\n' : ''}${rows.join('\n')}\n`);
      // The join needs what was scanned alone.
      bytes = Buffer.alloc(0);
    },
    side: () => side,
    problems: () =>
      scanner.others.flatMap((record) => {
        const row = readStatementRecord(record, reader);
        return 'code' in row ? [row] : [];
      }),
  };
}
