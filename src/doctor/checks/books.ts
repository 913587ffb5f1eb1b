/** Whether the company's books can be read. */
import { createBooks } from '../../adapters/postgres/books.js';
import { evidenceColumns } from '../../adapters/postgres/evidence-views.js';
import { lackingIn } from '../../adapters/postgres/view-faults.js';
import { OpsError } from '../../kernel/errors.js';
import { silentLog } from '../../kernel/log.js';
import { openBooksDatabase } from '../../wiring/desk.js';
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
  const database = openBooksDatabase(environment, clock, silentLog);
  if (!database) throw new OpsError('internal', 'no books');
  try {
    await createBooks(database).check();
    const lacking = await lackingIn(database, evidenceColumns);
    const optional = lacking.length === 0 ? '' : `; for draft evidence they lack ${lacking.join(', ')}`;
    return `the views payment_attempts and ledger_entries are readable${optional}`;
  } finally {
    await database.close();
  }
}
