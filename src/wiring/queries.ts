/**
 * Builds the company's own queries: where their files are, and what runs them.
 */
import { join } from 'node:path';
import type { QueryDeps } from '../../commands/query.js';
import type { BooksEngine } from '../adapters/books/engine.js';
import { queryRunner } from '../adapters/books/named-queries.js';
import { queryFolder } from '../adapters/queries/folder.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { QueryFiles } from '../ports/queries.js';

interface QueryFacts {
  environment: Environment;
  config: Config;
}

/** Null where no books are connected. */
export function queriesFrom(
  { environment, config }: QueryFacts,
  engine: BooksEngine | null,
): QueryDeps['queries'] {
  if (!engine) return null;
  return { files: queryFilesFrom({ environment, config }), runner: queryRunner(engine) };
}

export const queryFilesFrom = ({ environment, config }: QueryFacts): QueryFiles =>
  queryFolder(config.queries.folder ?? join(environment.PAYDESK_HOME, 'queries'));
