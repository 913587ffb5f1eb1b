/**
 * Builds the company's own queries: where their files are, and connections of their own, so that a slow query never takes the
 * place of a lookup.
 */
import { join } from 'node:path';
import type { QueryDeps } from '../../commands/query.js';
import { openDatabase, type Database } from '../adapters/postgres/database.js';
import { queryRunner } from '../adapters/postgres/named-queries.js';
import { queryFolder } from '../adapters/queries/folder.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { QueryFiles } from '../ports/queries.js';

interface QueryFacts {
  environment: Environment;
  config: Config;
  clock: Clock;
  log: Log;
}

const queriesAtOnce = 3;

/** Null where no books are connected. */
export function openQueriesDatabase({ environment, config, clock, log }: QueryFacts): Database | null {
  const url = environment.BOOKS_DATABASE_URL;
  if (!url) return null;
  return openDatabase({
    url,
    clock,
    log,
    applicationName: 'paydesk queries',
    readOnly: true,
    statementTimeoutMs: config.queries.timeout,
    connectTimeoutMs: 3000,
    queueTimeoutMs: 3000,
    maxConnections: queriesAtOnce,
    setting: 'BOOKS_DATABASE_URL',
  });
}

export function queriesFrom(
  { environment, config }: Pick<QueryFacts, 'environment' | 'config'>,
  database: Database | null,
): QueryDeps['queries'] {
  if (!database) return null;
  return { files: queryFilesFrom({ environment, config }), runner: queryRunner(database) };
}

export const queryFilesFrom = ({
  environment,
  config,
}: Pick<QueryFacts, 'environment' | 'config'>): QueryFiles =>
  queryFolder(config.queries.folder ?? join(environment.PAYDESK_HOME, 'queries'));
