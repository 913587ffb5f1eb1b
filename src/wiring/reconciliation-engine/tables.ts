/** A file of the archive as a table for staging. Throws `invalid` for a format that does not exist. */
import { buffer } from 'node:stream/consumers';
import { OpsError } from '../../kernel/errors.js';
import type { UnitFile } from '../../ports/reconciliation.js';
import type { StatementArrivals } from '../../ports/statement-inbox.js';
import { plainTable, stagingColumns, statementTable } from '../../reconciliation/engine/statement-table.js';
import type { StatementFormat } from '../../reconciliation/formats/format.js';
import { formatNamed, parseStatement } from '../../reconciliation/formats/index.js';
import { decodeText } from '../../reconciliation/formats/text.js';
import type { ReferenceFields } from '../../reconciliation/statement-lines.js';
import { readStatementTable } from '../../reconciliation/tables.js';
import type { RunMeans } from './common.js';

export interface TableDeps {
  arrivals: Pick<StatementArrivals, 'content'>;
  formats: readonly StatementFormat[];
}

/** The plain table of minor units that `paydesk reconcile` reads. */
const plainFormat = 'table';

export const tablesOf =
  ({ arrivals, formats }: TableDeps, references: ReferenceFields): RunMeans['tableOf'] =>
  async ({ id, sha256, format }: UnitFile) => {
    const content = await arrivals.content(sha256);
    if (content === null)
      throw new OpsError('internal', 'A statement is not in the archive.', { details: { id } });
    const { start, chunks } = await withStart(content);
    const columns = format === plainFormat ? stagingColumns(firstLine(start)) : null;
    if (columns !== null) return { id, columns, chunks, balances: [], problems: [] };
    const read = format === plainFormat ? null : formatNamed(format, formats);
    const { text } = decodeText(await buffer(chunks), read?.encoding);
    const table = read
      ? statementTable(parseStatement(read, text), references)
      : plainTable(readStatementTable(text));
    const problems = table.problems.map(({ line, code, message }) => ({ file: id, line, code, message }));
    return { id, columns: table.columns, chunks: [table.bytes], balances: table.balances, problems };
  };

/** More than the header of a staging table has. */
const startBytes = 256;

interface Started {
  start: Buffer;
  /** All of it, the start too. */
  chunks: AsyncIterable<Buffer>;
}

async function withStart(content: AsyncIterable<Buffer>): Promise<Started> {
  const iterator = content[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  let isWhole = false;
  while (!isWhole && start.length < startBytes) {
    const next = await iterator.next();
    isWhole = next.done === true;
    if (next.done !== true) start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
  }
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    yield start;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { start, chunks: chunks() };
}

const firstLine = (start: Buffer): string => start.toString('latin1', 0, Math.max(0, start.indexOf('\n')));
