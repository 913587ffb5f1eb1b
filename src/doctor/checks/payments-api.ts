/** Whether the payments API accepts the key. */
import { silentLog } from '../../kernel/log.js';
import { paymentsApiFrom } from '../../wiring/desk.js';
import type { Check, ConfiguredFacts } from '../check.js';

export function checkOfPaymentsApi(facts: ConfiguredFacts): Check {
  const what = 'payments API';
  const api = paymentsApiFrom({ ...facts, log: silentLog });
  return api
    ? { what, look: () => api.check().then(() => 'the key is accepted') }
    : { what, absent: 'STRIPE_API_KEY or paymentsApi is not set: payments are looked up in the books only' };
}
