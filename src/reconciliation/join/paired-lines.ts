/**
 * What is kept of a line that is taken out with its entry: what that entry does not say as well, in case another line
 * turns out to have the same reference.
 */
import type { Day } from '../../kernel/calendar-day.js';
import { KeptText, mostRowBytes } from './kept-text.js';
import type { Scan } from './scan.js';

const cellsPerLine = 3;
const [textStart, labelAndDay, lineNumber] = [0, 1, 2];

export class PairedLines {
  private readonly cells: Uint32Array;
  private count = 0;
  private readonly text = new KeptText();

  /** `most`: how many there may be. Memory that nothing was written to costs nothing. */
  constructor(most: number) {
    this.cells = new Uint32Array(most * cellsPerLine);
  }

  /** The number under which it is kept. */
  add({ rows, text, lineNumberOf }: Scan, row: number): number {
    const start = this.text.begin(mostRowBytes);
    this.text.addRow(text, rows.textStart(row) + rows.referenceLength(row) + 1);
    const at = this.count * cellsPerLine;
    this.cells[at + textStart] = start;
    this.cells[at + labelAndDay] = (rows.label(row) << 16) | rows.day(row);
    this.cells[at + lineNumber] = lineNumberOf(row);
    return this.count++;
  }

  at(line: number): { others: string[]; label: number; day: Day; line: number } {
    const at = line * cellsPerLine;
    const both = this.cells[at + labelAndDay]!;
    return {
      others: this.text.fieldsAt(this.cells[at + textStart]!),
      label: both >>> 16,
      day: both & 0xffff,
      line: this.cells[at + lineNumber]!,
    };
  }
}
