/** A statement file as a table for staging. Throws `invalid` for a format that does not exist. */
import { csvProfile, type CsvProfile } from '../../reconciliation/formats/csv-profile.js';
import { formatNamed, formats, parseStatement, profiles } from '../../reconciliation/formats/index.js';
import { decodeText } from '../../reconciliation/formats/text.js';
import { readStatementTable } from '../../reconciliation/tables.js';
import { isStagingTable, plainTable, statementTable } from '../../reconciliation/engine/statement-table.js';
import type { EngineFile, TableFile } from './common.js';

/** The plain table of minor units that `paydesk reconcile` reads. */
const plainFormat = 'table';

export function tableOf({ id, bytes, format }: EngineFile, own: readonly CsvProfile[]): TableFile {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === plainFormat && isStagingTable(whole)) return { id, bytes: whole, problems: [] };
  const { text } = decodeText(bytes);
  const table =
    format === plainFormat
      ? plainTable(readStatementTable(text))
      : statementTable(
          parseStatement(formatNamed(format, [...formats, ...profiles, ...own.map(csvProfile)]), text),
        );
  const problems = table.problems.map(({ line, code, message }) => ({ file: id, line, code, message }));
  return { id, bytes: table.bytes, problems };
}
