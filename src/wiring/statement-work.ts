/**
 * The heavy work of reconciliation: reading the files that have arrived, and comparing business days. What is decided and
 * said of it is `reconciliation.ts`.
 *
 * Invariant: facts and answers are plain data, so that the work can be done in a thread of its own.
 */
import { join } from 'node:path';
import type { Database } from '../adapters/postgres/database.js';
import { createResults } from '../adapters/postgres/recon-results.js';
import { createStatementArrivals } from '../adapters/postgres/statement-arrivals.js';
import { unpack } from '../adapters/statements/unpack.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import { OpsError } from '../kernel/errors.js';
import type { Secret } from '../kernel/secret.js';
import type { Reconciler } from '../ports/reconciliation.js';
import { todayOf, type ReconciledPartner } from '../reconciliation/days/partner.js';
import { csvProfile } from '../reconciliation/formats/csv-profile.js';
import { formats, profiles } from '../reconciliation/formats/index.js';
import { documentsOf } from '../reconciliation/intake/documents.js';
import type { IntakeDeps } from '../reconciliation/intake/intake.js';
import { placeSettings, placesOf, type PlaceSettings } from './statement-places.js';
import { calendarOf } from './calendars.js';
import { createReconciler } from './reconciliation-engine/reconciler.js';
import { termsOf } from './reconciliation-engine/terms.js';

export type StatementWork = Pick<IntakeDeps, 'documentsOf'> & Reconciler;

/** What paydesk.yaml and the environment say of statements. */
export interface StatementSettings {
  partners: Config['partners'];
  reconciliation: Config['reconciliation'];
  statementProfiles: Config['statementProfiles'];
  folder: string;
  places: readonly PlaceSettings[];
}

export interface StatementWorkFacts {
  settings: StatementSettings;
  database: Database;
  databaseUrl: Secret;
  booksUrl: Secret;
  clock: Clock;
}

export function statementWork({
  settings,
  database,
  databaseUrl,
  booksUrl,
  clock,
}: StatementWorkFacts): StatementWork {
  const arrivals = createStatementArrivals(database);
  const own = settings.statementProfiles.map((profile) => csvProfile(profile));
  const known = [...formats, ...profiles, ...own];
  const documentDeps = {
    unpack,
    arrivals,
    transactions: database,
    senders: reconciledPartners(settings),
    formats: known,
    today: () => todayOf({ timeZone: 'UTC' }, clock.now()),
  };
  const places = placesOf(settings);
  const reconciler = createReconciler({
    database: databaseUrl,
    books: booksUrl,
    arrivals,
    results: createResults(database),
    formats: known,
    termsOf: (id) => termsOf(settings, id),
    clock,
  });
  return {
    documentsOf: async (placeId, file) => {
      const place = places.find(({ id }) => id === placeId);
      if (!place) throw new OpsError('internal', `There is no place ${placeId} for statements.`);
      return documentsOf(place, file, documentDeps);
    },
    run: (request) => reconciler.run(request),
  };
}

export const statementSettings = (
  {
    PAYDESK_HOME,
    statementSecrets = {},
  }: Pick<Environment, 'PAYDESK_HOME'> & Partial<Pick<Environment, 'statementSecrets'>>,
  { partners, reconciliation, statementProfiles, statements }: Config,
): StatementSettings => ({
  partners,
  reconciliation,
  statementProfiles,
  folder: statements.folder ?? join(PAYDESK_HOME, 'inbox'),
  places: placeSettings(statements, statementSecrets),
});

export const reconciledPartners = ({ partners }: Pick<Config, 'partners'>): ReconciledPartner[] =>
  partners.flatMap(({ id, name, timeZone, statements }) =>
    statements === undefined
      ? []
      : [
          {
            partner: id,
            name,
            timeZone,
            files: statements.files,
            accounts: statements.accounts,
            format: statements.format ?? null,
            calendar: calendarOf(statements.calendar),
            cutOff: statements.cutOff ?? null,
            cutOffDays: statements.cutOffDays,
          },
        ],
  );
