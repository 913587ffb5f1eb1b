/**
 * A table that comes in chunks, scanned while it comes.
 *
 * Invariant: of the bytes only those of a line that is not over yet are kept; what is needed of the others is in the scan.
 */
import { readHeader, type TableName } from '../tables.js';
import { columnsOf, expectedRows, type Side } from './join.js';
import { headerIn, type Header } from './records.js';
import { Scanner, type RowTaker, type Scan } from './scan.js';

/** Most days have fewer rows. */
const usualBytes = 1 << 20;

interface InflowOptions {
  /** Rows of this type are left to the rules. */
  apart?: string | undefined;
  /** Of a table that PostgreSQL gives: the lines have no header, and a backslash before what is no data. */
  columns?: readonly string[];
  /** Gets the plain rows as well; of a statement they say which line they are. */
  taker?: RowTaker;
  /** Gets the rows in blocks, so that they need not be kept. */
  onBlock?: ((block: Scan) => void) | undefined;
  expectedBytes?: number;
}

const none = Buffer.alloc(0);
const newline = 0x0a;

export class Inflow {
  private rest: Buffer = none;
  private side: (Side & { scan: Scanner }) | null = null;

  constructor(
    private readonly name: TableName,
    private readonly options: InflowOptions = {},
  ) {
    const { columns } = options;
    if (columns !== undefined)
      this.side = this.begin({ record: { line: 1, fields: [...columns], raw: '' }, next: 0, line: 2 });
  }

  /** UTF-8. Throws `invalid` for a header that lacks a column. */
  add(chunk: Buffer): void {
    // The line that was cut first, so that only it is copied.
    const lineEnd = this.rest.length === 0 ? 0 : chunk.indexOf('\n') + 1;
    if (lineEnd > 0) this.scan(chunk.subarray(0, lineEnd), false);
    this.scan(chunk.subarray(lineEnd), false);
  }

  /** The whole table. */
  end(): Side {
    this.scan(none, true);
    return (this.side ??= this.begin(null));
  }

  private scan(more: Buffer, isWhole: boolean): void {
    const bytes = this.rest.length === 0 ? more : Buffer.concat([this.rest, more]);
    const header = this.side === null ? headerIn(bytes) : null;
    if (this.side === null && !isWhole && !isOver(header, bytes)) {
      this.rest = Buffer.from(bytes);
      return;
    }
    const { scan } = (this.side ??= this.begin(header));
    scan.scan(bytes, isWhole);
    this.rest = Buffer.from(bytes.subarray(scan.at));
    scan.at = 0;
  }

  private begin(header: Header | null): Side & { scan: Scanner } {
    const reader = readHeader(header?.record, this.name);
    const type = reader.place('type');
    const { apart, columns: given, taker, onBlock, expectedBytes = usualBytes } = this.options;
    const columns = columnsOf(reader, [this.name === 'ledger' ? 'id' : taker ? 'line_no' : ''], {
      apart:
        apart === undefined || type === undefined ? undefined : { column: type, text: Buffer.from(apart) },
      isEscaped: given !== undefined,
    });
    const scan = new Scanner(header?.next ?? 0, columns, {
      expectedRows: expectedRows(expectedBytes),
      line: header?.line ?? 1,
      taker,
      onBlock,
    });
    return { reader, scan };
  }
}

/** Whether the header's line has come whole, with both bytes of its break. */
const isOver = (header: Header | null, bytes: Buffer): boolean =>
  header !== null && (header.next < bytes.length || bytes[header.next - 1] === newline);
