/**
 * Tables of counts in CSV: any dimension columns plus `attempts` and `failures`, with or without a `bucket` column first in time.
 *
 * Invariants: the file is read piece by piece, so its size does not matter; a row is read whole or is a problem with its line.
 */
import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { OpsError } from '../kernel/errors.js';
import { csvRecords, type CsvFault, type CsvRecord } from '../reconciliation/formats/csv-records.js';
import { decodeText } from '../reconciliation/formats/text.js';
import { problem, quoted, type Problem } from '../reconciliation/problems.js';

export interface CountLine {
  type: 'count';
  line: number;
  /** Null in a table without buckets. */
  bucketMs: number | null;
  values: string[];
  attempts: number;
  failures: number;
}

export interface CountHeader {
  dimensions: string[];
  width: number;
  bucket: number | null;
  places: number[];
  attempts: number;
  failures: number;
}

const mostDimensions = 16;

/** Yields the header first. Throws `invalid` for a file that cannot be read or whose header lacks a column. */
export async function* readCounts(
  path: string,
  { hasBuckets }: { hasBuckets: boolean },
): AsyncGenerator<CountHeader | CountLine | Problem, void, undefined> {
  let header: CountHeader | null = null;
  let firstLine = 1;
  const bucketReader = instantReader();
  for await (const piece of wholeRecords(path)) {
    for (const record of csvRecords(piece)) {
      const line = record.line + firstLine - 1;
      if (header === null) {
        header = readHeader(record, path, hasBuckets);
        yield header;
      } else yield readLine({ ...record, line }, header, bucketReader);
    }
    firstLine += linesIn(piece);
  }
  if (header === null)
    throw new OpsError('invalid', `The file ${path} is empty.`, { hint: columnsHint(hasBuckets) });
}

const columnsHint = (hasBuckets: boolean): string =>
  `The first line must name the columns: ${hasBuckets ? 'bucket, ' : ''}the dimensions, attempts, failures.`;

function readHeader(record: CsvRecord | CsvFault, path: string, hasBuckets: boolean): CountHeader {
  const names = 'fields' in record ? record.fields.map((field) => field.trim()) : [];
  const lower = names.map((name) => name.toLowerCase());
  const required = ['attempts', 'failures', ...(hasBuckets ? ['bucket'] : [])];
  const fault = (message: string): OpsError =>
    new OpsError('invalid', message, { hint: columnsHint(hasBuckets) });
  const missing = required.filter((name) => !lower.includes(name));
  if (missing.length > 0) throw fault(`The first line of ${path} lacks ${missing.join(', ')}.`);
  const twice = lower.find((name, at) => lower.indexOf(name) !== at);
  if (twice !== undefined) throw fault(`The first line of ${path} names ${quoted(twice)} twice.`);
  // A table of counts that has buckets may be compared as a whole: then they are no dimension.
  const places = names.flatMap((_, at) =>
    ['attempts', 'failures', 'bucket'].includes(lower[at] ?? '') ? [] : [at],
  );
  if (places.some((at) => names[at] === '')) throw fault(`A column of ${path} has no name.`);
  if (places.length > mostDimensions)
    throw fault(`${path} has ${places.length} dimension columns; at most ${mostDimensions} can be searched.`);
  return {
    dimensions: places.map((at) => names[at] ?? ''),
    width: names.length,
    bucket: hasBuckets ? lower.indexOf('bucket') : null,
    places,
    attempts: lower.indexOf('attempts'),
    failures: lower.indexOf('failures'),
  };
}

function readLine(
  record: CsvRecord | CsvFault,
  header: CountHeader,
  readBucket: (text: string) => number | null,
): CountLine | Problem {
  if ('fault' in record) return problem(record.line, `csv_${record.fault}`, record.message);
  const { line, fields } = record;
  if (fields.length !== header.width)
    return problem(line, 'csv_width', `${fields.length} fields, but the header has ${header.width}`);
  const bucketText = header.bucket === null ? '' : (fields[header.bucket] ?? '');
  const bucketMs = header.bucket === null ? null : readBucket(bucketText);
  if (header.bucket !== null && bucketMs === null)
    return problem(
      line,
      'bad_bucket',
      `${quoted(bucketText)} is not a time such as 2026-11-27T08:05:00Z or a Unix time`,
      'bucket',
    );
  const attempts = readCount(fields[header.attempts] ?? '');
  const failures = readCount(fields[header.failures] ?? '');
  if (attempts === null) return badCount(line, 'attempts', fields[header.attempts] ?? '');
  if (failures === null) return badCount(line, 'failures', fields[header.failures] ?? '');
  if (failures > attempts)
    return problem(
      line,
      'failures_exceed_attempts',
      `${failures} failures of ${attempts} attempts`,
      'failures',
    );
  const values = header.places.map((at) => (fields[at] ?? '').trim());
  return { type: 'count', line, bucketMs, values, attempts, failures };
}

function badCount(line: number, field: string, text: string): Problem {
  if (text.trim().startsWith('-'))
    return problem(
      line,
      'negative_count',
      `${quoted(text)} is below zero; counts per bucket are expected`,
      field,
    );
  const reason = /^\s*\d{16,}/.test(text) ? 'has more than 15 digits' : 'is not a whole number';
  return problem(line, 'bad_count', `${quoted(text)} ${reason}`, field);
}

/** Whole numbers, also as spreadsheets write them: `12` or `12.0`. */
const readCount = (text: string): number | null =>
  /^\s*\d{1,15}(?:\.0+)?\s*$/.test(text) ? Number(text) : null;

/** Rows of one bucket follow each other, so the last answer is nearly always the next one. */
function instantReader(): (text: string) => number | null {
  let [lastText, last]: [string, number | null] = ['', null];
  return (text) => {
    if (text !== lastText) [lastText, last] = [text, readInstant(text.trim())];
    return last;
  };
}

const isoPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d{2}:?\d{2})?)?$/;
/** Above this a Unix time is in milliseconds: as seconds it would be in the year 5138. */
const mostSeconds = 100_000_000_000;

/** ISO 8601, in UTC where no zone is given, or a Unix time. */
function readInstant(text: string): number | null {
  if (/^\d{9,14}(?:\.0+)?$/.test(text)) return Number(text) * (Number(text) > mostSeconds ? 1 : 1000);
  const [, day, time = '00:00', zone = 'Z'] = isoPattern.exec(text) ?? [];
  if (day === undefined) return null;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const at = Date.parse(`${day}T${time}${offset}`);
  return Number.isNaN(at) || at < 0 ? null : at;
}

const pieceBytes = 1 << 20;
/** A quote that never closes may hold back no more than this. */
const mostHeld = 4 << 20;

/** The text of a file in pieces that end with a line, and not inside a quoted field. */
async function* wholeRecords(path: string): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | null = null;
  let held = '';
  try {
    for await (const bytes of createReadStream(path, {
      highWaterMark: pieceBytes,
    }) as AsyncIterable<Buffer>) {
      decoder ??= decoderFor(bytes);
      held += decoder.decode(bytes, { stream: true });
      const end = held.lastIndexOf('\n') + 1;
      const piece = held.slice(0, end);
      if (end === 0 || (isOpen(piece) && held.length < mostHeld)) continue;
      yield piece;
      held = held.slice(end);
    }
  } catch (error) {
    if (error instanceof OpsError || (error as { code?: unknown }).code === undefined) throw error;
    throw new OpsError('invalid', `The file ${path} cannot be read.`, {
      hint: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
  held += decoder?.decode() ?? '';
  if (held !== '') yield held;
}

const decoderFor = (head: Buffer): TextDecoder => {
  const { encoding } = decodeText(head.subarray(0, 200));
  return new TextDecoder(encoding.startsWith('utf-16') ? encoding : 'utf-8');
};

function isOpen(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 1;
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
