/** Whether what the world must not read answers on a port of its own. */
import { isPortPublic } from '../../wiring/http.js';
import type { Check, EnvironmentFacts } from '../check.js';

export function checkOfOperationsPort({ environment }: EnvironmentFacts): Check {
  const { PORT, OPERATIONS_PORT } = environment;
  const isShared = OPERATIONS_PORT === undefined;
  const isOpen = isShared && isPortPublic(environment);
  const found = {
    state: isOpen ? ('warning' as const) : ('ok' as const),
    says: `/healthz, /readyz and /metrics answer on port ${OPERATIONS_PORT ?? PORT}${isShared ? ', like everything else' : ''}`,
    hint: isOpen
      ? 'Other hosts must reach PORT: set OPERATIONS_PORT so that they can’t reach these pages.'
      : null,
  };
  return { what: 'operations', look: () => Promise.resolve(found) };
}
