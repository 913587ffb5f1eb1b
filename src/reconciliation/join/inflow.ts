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

  /** UTF-8; the chunk may be written over afterwards. Throws `invalid` for a header that lacks a column. */
  add(chunk: Buffer): void {
    // The line that was cut first, so that only it is copied.
    const lineEnd = this.rest.length === 0 ? 0 : chunk.indexOf('\n') + 1;
    if (lineEnd > 0) this.scan(chunk.subarray(0, lineEnd), false);
    this.scan(chunk.subarray(lineEnd), false);
  }

  /** The whole table. */
  end(): Side {
    this.scan(none, true);
    return (this.side ??= this.begin(null, none));
  }

  private scan(more: Buffer, isWhole: boolean): void {
    const bytes = this.rest.length === 0 ? more : Buffer.concat([this.rest, more]);
    let from = 0;
    const header = this.side === null ? headerIn(bytes) : null;
    if (this.side !== null || isWhole || isOver(header, bytes)) {
      this.side ??= this.begin(header, bytes);
      this.side.scan.scan(bytes, isWhole);
      from = this.side.scan.at;
      this.side.scan.at = 0;
    }
    this.rest = Buffer.from(bytes.subarray(from));
  }

  private begin(header: Header | null, bytes: Buffer): Side & { scan: Scanner } {
    const reader = readHeader(header?.record, this.name);
    const type = reader.place('type');
    const { apart, expectedBytes = usualBytes } = this.options;
    const columns = columnsOf(
      reader,
      ['id'],
      apart === undefined || type === undefined ? undefined : { column: type, text: Buffer.from(apart) },
    );
    const at = header?.next ?? bytes.length;
    return { reader, scan: new Scanner(at, columns, expectedRows(expectedBytes), header?.line) };
  }
}

/** Whether the header's line has come whole, with both bytes of its break. */
const isOver = (header: Header | null, bytes: Buffer): boolean =>
  header !== null && (header.next < bytes.length || bytes[header.next - 1] === newline);
