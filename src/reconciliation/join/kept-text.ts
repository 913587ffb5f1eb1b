/**
 * What is kept of the text of plain rows, so that neither file has to stay in memory: the reference, and behind it the
 * other fields that are not kept as numbers.
 *
 * Invariant: a row lies within one page, so that reading it is reading one array.
 */
import { OpsError } from '../../kernel/errors.js';
import { hashedOn, hashSeed, stirred } from './fields.js';

const pageBits = 22;
const pageBytes = 1 << pageBits;
const placeMask = pageBytes - 1;

/** Most tables are small. */
const firstPageBytes = 1 << 17;

/** Places are 32 bits wide. */
const mostPages = 1 << (32 - pageBits);

const none = Buffer.alloc(0);
const comma = 0x2c;
const newline = 0x0a;

/** So that a row fits well within a page. */
export const mostRowBytes = 1 << 16;

export class KeptText {
  private readonly pages: Buffer[] = [];
  private page: Buffer = none;
  private at = 0;

  /** Where the next row begins. `most`: what it may take, `mostRowBytes` at most. Throws `invalid` at 4 GiB. */
  begin(most: number): number {
    if (this.at + most > this.page.length) {
      if (this.pages.length === mostPages)
        throw new OpsError('invalid', 'The table has more than 4 GiB of references.', {
          hint: 'Split it by business day, or run the unit on the SQL engine.',
        });
      this.page = Buffer.allocUnsafeSlow(this.pages.length === 0 ? firstPageBytes : pageBytes);
      this.pages.push(this.page);
      this.at = 0;
    }
    return (this.pages.length - 1) * pageBytes + this.at;
  }

  /** Adds a row of these fields, the first of which is its reference; the hash of that. */
  addFields(bytes: Buffer, starts: Int32Array, ends: Int32Array, columns: readonly number[]): number {
    const { page } = this;
    let { at } = this;
    let hash = hashSeed;
    for (let field = 0; field < columns.length; field++) {
      const column = columns[field]!;
      const end = ends[column]!;
      if (field === 0)
        for (let from = starts[column]!; from < end; from++)
          hash = hashedOn(hash, (page[at++] = bytes[from]!));
      else for (let from = starts[column]!; from < end; from++) page[at++] = bytes[from]!;
      page[at++] = comma;
    }
    page[at++] = newline;
    this.at = at;
    return stirred(hash);
  }

  /** Adds what another text has from a place to the end of the row there. */
  addRow(other: KeptText, from: number): void {
    const theirs = other.pageOf(from);
    const { page } = this;
    let [at, read] = [this.at, from & placeMask];
    do page[at++] = theirs[read]!;
    while (theirs[read++] !== newline);
    this.at = at;
  }

  /** The rows that begin from now on take the place of those before. */
  clear(): void {
    // The largest is the last.
    this.pages.splice(0, this.pages.length - 1);
    this.at = 0;
  }

  /** The fields of the row that begins there: every comma ends one. */
  fieldsAt(start: number): string[] {
    const page = this.pageOf(start);
    const from = start & placeMask;
    return page.toString('utf8', from, page.indexOf(newline, from) - 1).split(',');
  }

  /** Whether so many bytes are the same, from a place here and from one in another text. */
  isSame(start: number, other: KeptText, otherStart: number, length: number): boolean {
    const [ours, theirs] = [this.pageOf(start), other.pageOf(otherStart)];
    const [a, b] = [start & placeMask, otherStart & placeMask];
    for (let at = 0; at < length; at++) if (ours[a + at] !== theirs[b + at]) return false;
    return true;
  }

  /** Reads a byte of the row: the processor then has it when it is needed. */
  touch(start: number): number {
    return this.pageOf(start)[start & placeMask]!;
  }

  private pageOf(start: number): Buffer {
    return this.pages[Math.floor(start / pageBytes)]!;
  }
}
