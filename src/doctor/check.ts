/**
 * What one check of `paydesk doctor` is: what it looks at, and what it can find.
 */
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';

export interface Finding {
  what: string;
  /** A warning is true of a Paydesk that works. */
  state: 'ok' | 'warning' | 'fault' | 'absent';
  /** What was found, or what is wrong. */
  says: string;
  /** What to do about it. */
  hint: string | null;
}

/** A text when all is well. Throws OpsError for a fault. */
export type Look = () => Promise<string | Pick<Finding, 'state' | 'says' | 'hint'>>;

/** `absent`: why there is nothing to look at. */
export type Check = { what: string } & ({ look: Look } | { absent: string });

export interface EnvironmentFacts {
  environment: Environment;
  clock: Clock;
}

export interface ConfiguredFacts extends EnvironmentFacts {
  config: Config;
}

export const missing = (variable: string): OpsError =>
  new OpsError('misconfigured', `${variable} is missing.`, {
    hint: 'See “Connecting a real workspace” in README.md.',
  });

export async function findingOf(check: Check): Promise<Finding> {
  const { what } = check;
  if ('absent' in check) return { what, state: 'absent', says: check.absent, hint: null };
  const result = await attempt(check.look);
  if ('fault' in result) return faultOf(what, result.fault);
  const { value } = result;
  return { what, ...(typeof value === 'string' ? { state: 'ok', says: value, hint: null } : value) };
}

export async function attempt<Value>(
  work: () => Promise<Value> | Value,
): Promise<{ value: Value } | { fault: OpsError }> {
  try {
    return { value: await work() };
  } catch (thrown) {
    return { fault: toOpsError(thrown) };
  }
}

export const faultOf = (what: string, error: OpsError): Finding => ({
  what,
  state: 'fault',
  says: error.code === 'internal' && error.cause instanceof Error ? error.cause.message : error.publicMessage,
  hint: error.hint ?? null,
});
