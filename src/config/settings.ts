/**
 * Environment and configuration together, so that a start tells the faults of both in one go.
 */
import { OpsError, toOpsError } from '../kernel/errors.js';
import { botEnvironmentSchema, parseEnvironment, type Environment } from './environment.js';
import { loadConfig } from './load.js';
import type { Config } from './schema.js';

/** For running the bot. Throws `misconfigured` with every fault of both. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): {
  environment: Environment;
  config: Config;
} {
  const environment = attempt(() => parseEnvironment(variables, botEnvironmentSchema));
  const path = variables.PAYDESK_CONFIG?.trim() ?? '';
  const config = attempt(() => loadConfig(path === '' ? 'paydesk.yaml' : path));
  if (environment instanceof OpsError && config instanceof OpsError) throw both(environment, config);
  if (environment instanceof OpsError) throw environment;
  if (config instanceof OpsError) throw config;
  return { environment, config };
}

function attempt<Value>(work: () => Value): Value | OpsError {
  try {
    return work();
  } catch (thrown) {
    return toOpsError(thrown);
  }
}

const both = (first: OpsError, second: OpsError): OpsError =>
  new OpsError('misconfigured', `${first.publicMessage}\n${second.publicMessage}`, {
    hint: [first.hint, second.hint].filter((hint) => hint !== undefined).join('\n→ '),
  });
