/** Whether the company's own queries can be run; one that cannot is named, and the others work. */
import { isBad, readQuery } from '../../queries/definition.js';
import { queryFilesFrom } from '../../wiring/queries.js';
import type { QueryFiles } from '../../ports/queries.js';
import type { Check, ConfiguredFacts, Look } from '../check.js';

export const checkOfQueries = (facts: ConfiguredFacts): Check => ({
  what: 'queries',
  look: () => lookAt(queryFilesFrom(facts), Object.keys(facts.config.roles)),
});

async function lookAt(files: QueryFiles, roles: readonly string[]): ReturnType<Look> {
  const all = (await files.list()).map((file) => readQuery(file, roles));
  const bad = all.filter(isBad);
  if (all.length === 0)
    return { state: 'absent', says: 'no .sql files: /query has nothing to run', hint: null };
  if (bad.length === 0) return `${all.length} of ${all.length} can be run`;
  return {
    state: 'warning',
    says: bad.map(({ name, faults }) => `${name}.sql: ${faults.join(' ')}`).join('; '),
    hint: 'Correct the files as docs/queries.md says; the others work.',
  };
}
