/**
 * `paydesk detect`: scores the rows of any metric from the standard input, without Slack and without a database.
 *
 * Invariants: one score per row and in its order, also for a row that cannot be read, written before a later row is looked
 * at; a pipe that delivers one line at a time gets one score at a time. Memory does not grow with the number of rows.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { NoveltyDetector } from '../anomalies/novelty/detector.js';
import { OpsError } from '../kernel/errors.js';
import { isHeader, readTimedRow } from './timed-rows.js';

export interface DetectOptions {
  alertsPerWeek: string;
}

/** Scores every row of the input; true when all of them could be read. */
export async function detectRows(
  { alertsPerWeek }: DetectOptions,
  input: Readable,
  output: Writable,
  tell: (line: string) => void,
): Promise<boolean> {
  const scorer = new RowScorer(budgetOf(alertsPerWeek), tell);
  const lines = new LineReader();
  const faults: NodeJS.ErrnoException[] = [];
  output.on('error', (error: NodeJS.ErrnoException) => void faults.push(error));
  const print = async (scores: string): Promise<void> => {
    if (scores === '' || faults.length > 0 || output.write(scores)) return;
    // An error ends the wait as well, and is kept above.
    await once(output, 'drain').catch(() => undefined);
  };
  for await (const chunk of input) {
    if (faults.length > 0) break;
    await print(scorer.scoresOf(lines.add(chunk as Buffer)));
  }
  if (faults.length === 0) await print(scorer.scoresOf(lines.end()));
  const [fault] = faults;
  if (fault) throwUnlessClosed(fault);
  else scorer.close();
  return scorer.isClean;
}

/** Another program, such as head, may have read enough. */
function throwUnlessClosed(fault: NodeJS.ErrnoException): void {
  if (fault.code === 'EPIPE') return;
  throw new OpsError('unavailable', `The scores cannot be written: ${fault.message}`, { cause: fault });
}

function budgetOf(text: string): number {
  const budget = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (budget > 0 && budget <= 1_000) return budget;
  throw new OpsError('invalid', `“${text.slice(0, 40)}” is not a number of alerts per week.`, {
    hint: 'Write a number above 0 and up to 1000, such as 1 or 0.25.',
  });
}

const mostTold = 20;

class RowScorer {
  private readonly detector: NoveltyDetector;
  private line = 0;
  private rows = 0;
  private problems = 0;
  private isFirst = true;

  constructor(
    alertsPerWeek: number,
    private readonly tell: (line: string) => void,
  ) {
    this.detector = new NoveltyDetector(alertsPerWeek);
  }

  get isClean(): boolean {
    return this.problems === 0 && this.rows > 0;
  }

  /** The scores of these lines as text, one a line. */
  scoresOf(lines: readonly string[]): string {
    let scores = '';
    for (const line of lines) {
      this.line++;
      if (line.trim() === '') continue;
      const isNames = this.isFirst && isHeader(line);
      this.isFirst = false;
      if (!isNames) scores += `${scoreText(this.score(line))}\n`;
    }
    return scores;
  }

  close(): void {
    if (this.problems > mostTold) this.tell(`… and ${this.problems - mostTold} more problems.`);
    if (this.rows === 0)
      this.tell('The input has no rows.\n→ Pass timestamp,value rows on the standard input.');
  }

  private score(line: string): number {
    this.rows++;
    const { wallTimeMs, value, problems } = readTimedRow(line);
    for (const { message, hint } of problems) {
      this.problems++;
      if (this.problems <= mostTold) this.tell(`Line ${this.line}: ${message}.\n→ ${hint}`);
    }
    return value === null ? 0 : this.detector.score({ wallTimeMs, value });
  }
}

/** Rounded down, so that a row below a threshold is never printed as one that reaches it. */
function scoreText(score: number): string {
  const millionths = Math.floor(score * 1e6);
  if (millionths === 0) return '0';
  return millionths === 1e6 ? '1' : `0.${String(millionths).padStart(6, '0')}`;
}

/** A line that is longer than this is not a row; the rest of it is skipped. */
const longestLine = 65_536;

class LineReader {
  private decoder: TextDecoder | null = null;
  private rest = '';

  add(chunk: Buffer): string[] {
    this.decoder ??= new TextDecoder(encodingOf(chunk));
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > longestLine) this.rest = this.rest.slice(0, longestLine);
    return lines;
  }

  end(): string[] {
    const last = this.rest + (this.decoder?.decode() ?? '');
    return last === '' ? [] : [last];
  }
}

/** Spreadsheets and some shells write UTF-16, which begins with its mark. */
function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
