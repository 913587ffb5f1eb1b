/** A file of the archive as a table for staging. Throws `invalid` for a format that does not exist. */
import { OpsError } from '../../kernel/errors.js';
import type { UnitFile } from '../../ports/reconciliation.js';
import type { StatementArrivals } from '../../ports/statement-inbox.js';
import { isStagingTable, plainTable, statementTable } from '../../reconciliation/engine/statement-table.js';
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
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    if (format === plainFormat && isStagingTable(bytes)) return { id, bytes, problems: [] };
    const { text } = decodeText(bytes);
    const table =
      format === plainFormat
        ? plainTable(readStatementTable(text))
        : statementTable(parseStatement(formatNamed(format, formats), text), references);
    const problems = table.problems.map(({ line, code, message }) => ({ file: id, line, code, message }));
    return { id, bytes: table.bytes, problems };
  };
