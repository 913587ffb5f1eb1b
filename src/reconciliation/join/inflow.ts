/**
 * A table that comes in chunks, scanned while it comes.
 *
 * Invariant: the bytes stay in one piece, so that rows are places in them.
 */
import { OpsError } from '../../kernel/errors.js';
import { readHeader, type TableName } from '../tables.js';
import { columnsOf, expectedRows, type Side } from './join.js';
import { mostBytes, recordAt, Scanner } from './scan.js';

/** Most days fit. */
const firstBytes = 1 << 20;
/** Memory that nothing was written to costs nothing, and copying a sixteenth of it next to nothing. */
const growth = 16;

export class Inflow {
  private buffer = Buffer.allocUnsafeSlow(firstBytes);
  private length = 0;
  private side: (Side & { scan: Scanner }) | null = null;

  /** `apart`: rows of this type are left to the rules. */
  constructor(
    private readonly name: TableName,
    private readonly apart?: string,
  ) {}

  /** Throws `invalid` for a header that lacks a column, and for 4 GiB or more. */
  add(chunk: Buffer): void {
    if (this.length + chunk.length > this.buffer.length) this.grow(chunk.length);
    chunk.copy(this.buffer, this.length);
    this.length += chunk.length;
    this.scan(false);
  }

  /** The whole table. */
  end(): Side {
    this.scan(true);
    return { ...this.sideOf(this.bytes()), bytes: this.bytes() };
  }

  private bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private scan(isWhole: boolean): void {
    const bytes = this.bytes();
    const hasHeader = this.side !== null || isWhole || bytes.includes('\n');
    if (!hasHeader) return;
    this.side = this.sideOf(bytes);
    this.side.scan.scan(bytes, isWhole);
  }

  private sideOf(bytes: Buffer): Side & { scan: Scanner } {
    if (this.side) return this.side;
    const header = recordAt(bytes, 0);
    const reader = readHeader(header?.record, this.name);
    const type = reader.place('type');
    const apart =
      this.apart === undefined || type === undefined
        ? undefined
        : { column: type, text: Buffer.from(this.apart) };
    const columns = columnsOf(reader, ['id'], apart);
    return { bytes, reader, scan: new Scanner(header?.next ?? 0, columns, expectedRows(firstBytes)) };
  }

  private grow(extra: number): void {
    const wanted = Math.max(this.buffer.length * growth, this.length + extra);
    if (this.length + extra > mostBytes)
      throw new OpsError('invalid', 'The table is larger than 4 GiB.', {
        hint: 'Run the unit on the SQL engine.',
      });
    const larger = Buffer.allocUnsafeSlow(Math.min(wanted, mostBytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
