/**
 * Runs of business days: what is compared, by which terms, and by when.
 *
 * Invariant: a run reads every file of its day again, so that a corrected file, or another way to read it, changes what it
 * should.
 */
import type { Clock } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Secret } from '../../kernel/secret.js';
import type { Reconciler, ReconciliationResults } from '../../ports/reconciliation.js';
import { runUnit } from './run.js';
import { tablesOf, type TableDeps } from './tables.js';
import { dueBefore, matchSettings, type PartnerTerms } from './terms.js';

export interface ReconcilerDeps extends TableDeps {
  database: Secret;
  books: Secret;
  termsOf: (partner: string) => PartnerTerms;
  results: Pick<ReconciliationResults, 'unit'>;
  clock: Clock;
}

/** A run has few statements, and each may read a million rows. */
const statementTimeoutMs = 600_000;
/** How far back a partner's first day looks for entries whose money is still to come. */
const firstDays = 12;

export const createReconciler = (deps: ReconcilerDeps): Reconciler => ({
  run: async ({ onProgress, ...request }) => {
    const terms = deps.termsOf(request.partner);
    const plan = {
      ...request,
      account: terms.account,
      isClearing: terms.isClearing,
      isPaidInto: terms.isPaidInto,
      startDay: request.businessDay - firstDays,
      isBefore: dueBefore(terms, request.businessDay),
      settings: matchSettings(terms, request.asOf),
      now: deps.clock.now(),
    };
    const stale = await runUnit(plan, {
      database: deps.database,
      books: deps.books,
      statementTimeoutMs,
      tableOf: tablesOf(deps, terms.references),
      progress: (stage) => onProgress?.(stage),
    });
    const unit = await deps.results.unit(request);
    if (unit === null) throw new OpsError('internal', 'A run left no record of its day.');
    return { unit, stale };
  },
});
