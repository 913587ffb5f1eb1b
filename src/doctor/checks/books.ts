/** Whether the company's books can be read. */
import { createBooks } from '../../adapters/books/books.js';
import { evidenceColumns } from '../../adapters/books/evidence-views.js';
import { lackingIn } from '../../adapters/books/view-faults.js';
import { OpsError } from '../../kernel/errors.js';
import { silentLog } from '../../kernel/log.js';
import { openBooksDatabase } from '../../wiring/books.js';
import type { Check, ConfiguredFacts } from '../check.js';

export function checkOfBooks(facts: ConfiguredFacts): Check {
  const what = 'books';
  return facts.environment.BOOKS_DATABASE_URL
    ? { what, look: () => stateOf(facts) }
    : {
        what,
        absent: 'BOOKS_DATABASE_URL is not set: order ids, ARNs and e-mail addresses cannot be looked up',
      };
}

async function stateOf({ environment, clock }: ConfiguredFacts): Promise<string> {
  const engine = openBooksDatabase(environment, clock, silentLog);
  if (!engine) throw new OpsError('internal', 'no books');
  try {
    await createBooks(engine).check();
    const lacking = await lackingIn(engine, evidenceColumns);
    const optional = lacking.length === 0 ? '' : `; for draft evidence they lack ${lacking.join(', ')}`;
    const missing = engine.dialect.runsShippedSql
      ? ''
      : '; through Trino there are no shipped alerts and no reconciliation';
    return `the views payment_attempts and ledger_entries are readable${optional}${missing}`;
  } finally {
    await engine.close();
  }
}
