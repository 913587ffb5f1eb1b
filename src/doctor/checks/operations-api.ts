/** Whether the platform's operations API accepts the token. */
import { silentLog } from '../../kernel/log.js';
import { operationsFrom } from '../../wiring/desk.js';
import type { Check, ConfiguredFacts } from '../check.js';

export function checkOfOperationsApi(facts: ConfiguredFacts): Check {
  const what = 'operations API';
  const operations = operationsFrom({ ...facts, log: silentLog });
  return operations
    ? { what, look: () => operations.check().then(() => 'the token is accepted') }
    : {
        what,
        absent:
          'OPERATIONS_API_TOKEN or operationsApi is not set: no actions on routes, events or statements',
      };
}
