/** Whether the role that Paydesk works with could change the audit log. */
import { readAuditGuard } from '../../adapters/postgres/roles.js';
import type { Secret } from '../../kernel/secret.js';
import type { Check, EnvironmentFacts, Look } from '../check.js';

export function checkOfAuditLog({ environment: { DATABASE_URL: url } }: EnvironmentFacts): Check {
  const what = 'audit log';
  return url
    ? { what, look: () => stateOf(url) }
    : { what, absent: 'guarded: Paydesk uses a separate role in the embedded database' };
}

async function stateOf(url: Secret): ReturnType<Look> {
  const guard = await readAuditGuard(url);
  if (!guard) return 'will be created at start';
  if (!guard.couldRemove) return `guarded: the role ${guard.role} can only add to it`;
  return {
    state: 'warning',
    says: `the role ${guard.role} owns the audit table and could drop the trigger that guards it`,
    hint: 'Set DATABASE_OWNER_URL to that role and DATABASE_URL to another one: see docs/audit.md.',
  };
}
