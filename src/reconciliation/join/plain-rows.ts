/**
 * Rows of a table as numbers: 24 bytes each, because many millions of them must fit into memory, and side by side, because
 * a reader of one part of a row reads the others too and should wait for memory once.
 */
const cellsPerRow = 6;
const [textStart, labelAndLength, hash, currencyAndDay] = [0, 1, 2, 3];
/** Memory that nothing was written to costs nothing. */
const growth = 16;
/** The amount fills the last two cells. */
const amountsPerRow = 3;
const amount = 2;

export class PlainRows {
  count = 0;
  private cells: Uint32Array;
  private amounts: Float64Array;

  constructor(expected: number) {
    this.cells = new Uint32Array(expected * cellsPerRow);
    this.amounts = new Float64Array(this.cells.buffer);
  }

  /** `start`: where the text of the row is kept. Label and length of the reference have 16 bits; a length of 0 is none. */
  add(start: number, label: number, referenceLength: number, referenceHash: number): void {
    if (this.count * cellsPerRow === this.cells.length) this.grow();
    const at = this.count++ * cellsPerRow;
    this.cells[at + textStart] = start;
    this.cells[at + labelAndLength] = (label << 16) | referenceLength;
    this.cells[at + hash] = referenceHash;
  }

  /** Of the row that was added last. An amount has at most 15 digits, a currency 8 bits, a day 16. */
  setMoney(minor: number, currency: number, day: number): void {
    const row = this.count - 1;
    this.cells[row * cellsPerRow + currencyAndDay] = (currency << 16) | day;
    this.amounts[row * amountsPerRow + amount] = minor;
  }

  /** Those that are added from now on take the place of those before. */
  clear(): void {
    this.count = 0;
  }

  textStart(row: number): number {
    return this.cells[row * cellsPerRow + textStart]!;
  }

  label(row: number): number {
    return this.cells[row * cellsPerRow + labelAndLength]! >>> 16;
  }

  referenceLength(row: number): number {
    return this.cells[row * cellsPerRow + labelAndLength]! & 0xffff;
  }

  hash(row: number): number {
    return this.cells[row * cellsPerRow + hash]!;
  }

  currency(row: number): number {
    return this.cells[row * cellsPerRow + currencyAndDay]! >>> 16;
  }

  day(row: number): number {
    return this.cells[row * cellsPerRow + currencyAndDay]! & 0xffff;
  }

  amount(row: number): number {
    return this.amounts[row * amountsPerRow + amount]!;
  }

  private grow(): void {
    const cells = new Uint32Array(Math.max(cellsPerRow, this.cells.length * growth));
    cells.set(this.cells);
    this.cells = cells;
    this.amounts = new Float64Array(cells.buffer);
  }
}
