/**
 * Rows of a table as numbers: 24 bytes each, because many millions of them must fit into memory, and side by side, because
 * a reader of one part of a row reads the others too and should wait for memory once.
 *
 * Invariant: a full page stays where it is, so that rows are never moved and memory is what there are rows for.
 */
const cellsPerRow = 6;
const [textStart, labelAndLength, hash, currencyAndDay] = [0, 1, 2, 3];
/** The amount fills the last two cells. */
const amountsPerRow = 3;
const amount = 2;

const pageBits = 16;
const pageRows = 1 << pageBits;
const rowMask = pageRows - 1;

export class PlainRows {
  count = 0;
  private readonly cells: Uint32Array[] = [];
  /** The same memory. */
  private readonly amounts: Float64Array[] = [];
  /** How many rows there is room for. */
  private room = 0;

  constructor(expected: number) {
    this.addPage(Math.min(expected, pageRows));
  }

  /**
   * `start`: where the text of the row is kept. Label and length of the reference have 16 bits; a length of 0 is none. An
   * amount has at most 15 digits, a currency 8 bits, a day 16.
   */
  add(
    start: number,
    label: number,
    referenceLength: number,
    referenceHash: number,
    minor: number,
    currency: number,
    day: number,
  ): void {
    if (this.count === this.room) this.grow();
    const row = this.count++;
    const cells = this.cells[row >>> pageBits]!;
    const at = (row & rowMask) * cellsPerRow;
    cells[at + textStart] = start;
    cells[at + labelAndLength] = (label << 16) | referenceLength;
    cells[at + hash] = referenceHash;
    cells[at + currencyAndDay] = (currency << 16) | day;
    this.amounts[row >>> pageBits]![(row & rowMask) * amountsPerRow + amount] = minor;
  }

  /** Those that are added from now on take the place of those before. */
  clear(): void {
    this.count = 0;
  }

  textStart(row: number): number {
    return this.cell(row, textStart);
  }

  label(row: number): number {
    return this.cell(row, labelAndLength) >>> 16;
  }

  referenceLength(row: number): number {
    return this.cell(row, labelAndLength) & 0xffff;
  }

  hash(row: number): number {
    return this.cell(row, hash);
  }

  currency(row: number): number {
    return this.cell(row, currencyAndDay) >>> 16;
  }

  day(row: number): number {
    return this.cell(row, currencyAndDay) & 0xffff;
  }

  amount(row: number): number {
    return this.amounts[row >>> pageBits]![(row & rowMask) * amountsPerRow + amount]!;
  }

  private cell(row: number, part: number): number {
    return this.cells[row >>> pageBits]![(row & rowMask) * cellsPerRow + part]!;
  }

  /** Most tables are small, so the first page becomes a whole one before there is another. */
  private grow(): void {
    const [first] = this.cells;
    if (first === undefined || this.room >= pageRows) return this.addPage(pageRows);
    this.cells.pop();
    this.amounts.pop();
    const { room } = this;
    this.room = 0;
    this.addPage(Math.min(pageRows, Math.max(1, room * 4)));
    this.cells[0]?.set(first);
  }

  private addPage(rows: number): void {
    const cells = new Uint32Array(rows * cellsPerRow);
    this.cells.push(cells);
    this.amounts.push(new Float64Array(cells.buffer));
    this.room += rows;
  }
}
