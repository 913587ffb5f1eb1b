/** Whether the identity provider that confirms votes can be reached. */
import { callbackAddress } from '../../adapters/http/confirmations.js';
import { silentLog } from '../../kernel/log.js';
import { identityProviderFrom, publicUrlOf } from '../../wiring/confirmations.js';
import type { Check, EnvironmentFacts } from '../check.js';

export function checkOfIdentityProvider({ environment, clock }: EnvironmentFacts): Check {
  const what = 'identity provider';
  const provider = identityProviderFrom(environment, clock, silentLog);
  if (!provider) return { what, absent: 'OIDC_ISSUER is not set: votes cannot be confirmed outside Slack' };
  const callback = callbackAddress(publicUrlOf(environment, environment.PORT));
  return {
    what,
    look: () => provider.check().then(() => `reachable; it must allow redirects to ${callback}`),
  };
}
