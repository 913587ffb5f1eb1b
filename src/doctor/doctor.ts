/**
 * `paydesk doctor`: looks at everything a running Paydesk depends on, and says what to do about each fault.
 *
 * Invariants: one fault does not hide another; nothing is changed anywhere; no secret is printed.
 * What is looked at is in `checks/`: one file and one line of its registry each.
 */
import { plural } from '../kernel/counts.js';
import { jobs } from '../../jobs/index.js';
import { parseEnvironment } from '../config/environment.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import { attempt, faultOf, findingOf, type Finding } from './check.js';
import { checksOfChannels } from './checks/channels.js';
import { configuredChecks, environmentChecks } from './checks/index.js';
import { checksOfPlaces } from './checks/statement-places.js';

export async function examine(
  variables: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Finding[]> {
  const parsed = await attempt(() => parseEnvironment(variables));
  if ('fault' in parsed) return [faultOf('environment', parsed.fault)];
  const { value: environment } = parsed;
  const path = environment.PAYDESK_CONFIG;
  const loaded = await attempt(() => requireConfig(path));
  const facts = { environment, clock };
  const configured = 'fault' in loaded ? null : { ...facts, config: loaded.value };
  const [findings, channels] = await Promise.all([
    Promise.all(
      [
        ...environmentChecks.map((checkOf) => checkOf(facts)),
        ...(configured ? configuredChecks.map((checkOf) => checkOf(configured)) : []),
        ...(configured ? checksOfPlaces(configured) : []),
      ].map(findingOf),
    ),
    Promise.all((configured ? checksOfChannels(configured) : []).map(findingOf)),
  ]);
  const ofConfiguration: Finding =
    'fault' in loaded
      ? faultOf('configuration', loaded.fault)
      : {
          what: 'configuration',
          state: 'ok',
          says: `${path}, ${plural(loaded.value.partners.length, 'partner')}`,
          hint: null,
        };
  return [ofConfiguration, ...findings, ...alikeOnce(channels)];
}

/** Throws `misconfigured`, also for the schedule of a job that does not exist. */
function requireConfig(path: string): Config {
  const config = loadConfig(path);
  jobs(config.schedules);
  return config;
}

/** What is said of several channels alike, such as that Slack cannot be reached, is said once. */
function alikeOnce(findings: readonly Finding[]): Finding[] {
  const first = (says: string): Finding | undefined => findings.find((other) => other.says === says);
  return findings
    .filter((finding) => first(finding.says) === finding)
    .map((finding) => {
      const others = findings.filter((other) => other !== finding && other.says === finding.says);
      const names = others.map(({ what }) => what.replace('channel ', ', '));
      return { ...finding, what: finding.what + names.join('') };
    });
}
