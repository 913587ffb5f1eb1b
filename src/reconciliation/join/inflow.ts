/**
 * A table that comes in chunks, scanned while it comes.
 *
 * Invariant: of the bytes only those of a line that is not over yet are kept; what is needed of the others is in the scan.
 */
import { readHeader, type TableName } from '../tables.js';
import { columnsOf, expectedRows, type Side } from './join.js';
import { headerIn, Scanner, type Header } from './scan.js';

/** Most days have fewer rows. */
const usualBytes = 1 << 20;

interface InflowOptions {
  /** Rows of this type are left to the rules. */
  apart?: string | undefined;
  /** Whether the database takes plain lines as they are: numbers filled in, lines that end with a newline alone. */
  isStaged?: boolean;
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
  ) {}

  /**
   * UTF-8. The plain lines of what has come, byte for byte, parts of the chunk among them. Throws `invalid` for a header
   * that lacks a column.
   */
  add(chunk: Buffer): Buffer[] {
    // The line that was cut first, so that only it is copied.
    const lineEnd = this.rest.length === 0 ? 0 : chunk.indexOf('\n') + 1;
    const cut = lineEnd > 0 ? this.scan(chunk.subarray(0, lineEnd), false) : [];
    return [...cut, ...this.scan(chunk.subarray(lineEnd), false)];
  }

  /** The plain lines that still waited for more; nothing comes behind them. */
  last(): Buffer[] {
    return this.scan(none, true);
  }

  /** The whole table. */
  end(): Side {
    this.last();
    return (this.side ??= this.begin(null, none));
  }

  private scan(more: Buffer, isWhole: boolean): Buffer[] {
    const bytes = this.rest.length === 0 ? more : Buffer.concat([this.rest, more]);
    const header = this.side === null ? headerIn(bytes) : null;
    if (this.side === null && !isWhole && !isOver(header, bytes)) {
      this.rest = Buffer.from(bytes);
      return [];
    }
    const { scan } = (this.side ??= this.begin(header, bytes));
    const plain = scan.scan(bytes, isWhole);
    this.rest = Buffer.from(bytes.subarray(scan.at));
    scan.at = 0;
    return plain;
  }

  private begin(header: Header | null, bytes: Buffer): Side & { scan: Scanner } {
    const reader = readHeader(header?.record, this.name);
    const type = reader.place('type');
    const { apart, isStaged = false, expectedBytes = usualBytes } = this.options;
    const columns = columnsOf(reader, isStaged ? ['line_no', 'fee_minor'] : ['id'], {
      apart:
        apart === undefined || type === undefined ? undefined : { column: type, text: Buffer.from(apart) },
      isUnix: isStaged,
    });
    const at = header?.next ?? bytes.length;
    return { reader, scan: new Scanner(at, columns, expectedRows(expectedBytes), header?.line) };
  }
}

/** Whether the header's line has come whole, with both bytes of its break. */
const isOver = (header: Header | null, bytes: Buffer): boolean =>
  header !== null && (header.next < bytes.length || bytes[header.next - 1] === newline);
