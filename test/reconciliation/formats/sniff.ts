/** The format that the content of a file is recognised as, profiles last. */
import type { StatementFormat } from '../../../src/reconciliation/formats/format.js';
import { formats, profiles, recognise } from '../../../src/reconciliation/formats/index.js';

export function sniffFormat(text: string): StatementFormat {
  const found = recognise(Buffer.from(text), [...formats, ...profiles]);
  if (!found) throw new Error('not recognised');
  return found.format;
}
