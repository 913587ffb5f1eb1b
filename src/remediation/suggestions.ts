/**
 * What could be meant in the fields of a form, as far as the world says so at once: a form must open within the three
 * seconds that a click lives. Where nothing comes in time, people type.
 */
import { once } from 'node:events';
import { toOpsError } from '../kernel/errors.js';
import type { About, Brief, Choice, Field } from './action.js';
import type { RemediationDeps } from './deps.js';
import { actionOf } from './transitions.js';

const patienceMs = 1000;

export async function suggestions(
  deps: RemediationDeps,
  actionId: string,
  about: About | null,
): Promise<Readonly<Record<string, readonly Choice[]>>> {
  const fields = Object.entries(actionOf(deps, actionId).fields);
  const found = await Promise.all(
    fields.map(async ([name, field]) => [name, await suggest(deps, field, about)] as const),
  );
  return Object.fromEntries(found.filter(([, choices]) => choices.length > 0));
}

async function suggest(
  { world, log }: RemediationDeps,
  field: Pick<Field<unknown>, 'suggest'>,
  about: About | null,
): Promise<readonly Choice[]> {
  if (!field.suggest) return [];
  const late = AbortSignal.timeout(patienceMs);
  const asked = field.suggest(world, about, late).catch((thrown: unknown) => {
    log.warn({ reference: toOpsError(thrown).reference }, 'nothing can be suggested');
    return [];
  });
  return Promise.race([asked, once(late, 'abort').then(() => [])]);
}

/** Null where there is nothing to say, or nothing came in time. */
export async function brief(deps: RemediationDeps, actionId: string, id: string): Promise<Brief | null> {
  const { world, log } = deps;
  const action = actionOf(deps, actionId);
  const [[name] = []] = Object.entries(action.fields);
  const isId = name !== undefined && action.faultsOf({ [name]: id }).every(({ field }) => field !== name);
  if (!action.brief || !isId) return null;
  const asked = action.brief(id, world).catch((thrown: unknown) => {
    log.warn({ reference: toOpsError(thrown).reference }, 'nothing can be said before a form');
    return null;
  });
  const late = AbortSignal.timeout(patienceMs);
  return Promise.race([asked, once(late, 'abort').then(() => null)]);
}
