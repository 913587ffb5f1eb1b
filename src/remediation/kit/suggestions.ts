/**
 * What could be meant in a field of a form, as far as the world says so at once: a menu waits three seconds for its
 * options. Where nothing comes in time, people type.
 */
import { once } from 'node:events';
import { toOpsError } from '../../kernel/errors.js';
import type { Brief, Choice, Hints } from './action.js';
import type { RemediationDeps } from '../life/deps.js';
import { actionOf } from '../life/transitions.js';

const patienceMs = 2000;

/** None for a field that has nothing to choose from, and while the source is down. */
export async function suggestions(
  deps: RemediationDeps,
  actionId: string,
  field: string,
  hints: Hints,
): Promise<readonly Choice[]> {
  const { fields } = actionOf(deps, actionId);
  const suggest = Object.hasOwn(fields, field) ? fields[field]?.suggest : undefined;
  if (!suggest) return [];
  const late = AbortSignal.timeout(patienceMs);
  const asked = suggest(deps.world, hints, late).catch((thrown: unknown) => {
    deps.log.warn({ errorId: toOpsError(thrown).errorId }, 'suggestions could not be loaded');
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
    log.warn({ errorId: toOpsError(thrown).errorId }, 'the checks before a form could not run');
    return null;
  });
  const late = AbortSignal.timeout(patienceMs);
  return Promise.race([asked, once(late, 'abort').then(() => null)]);
}
