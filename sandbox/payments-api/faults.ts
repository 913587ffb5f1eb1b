/** How calls of the payments API can be made to fail. */
import { createFaults, type Fault, type Faults } from '../faults.js';

/**
 * `status`: answers that status in Stripe's shape. `slow`: waits first. `garbage`: answers something that is not JSON.
 * `drop`: closes the connection before anything happens. `crash_after_effect`: does a write, then closes unanswered.
 */
type PaymentsFaultKind = 'status' | 'slow' | 'garbage' | 'drop' | 'crash_after_effect';
export type PaymentsFault = Fault<PaymentsFaultKind>;
export type PaymentsFaults = Faults<PaymentsFaultKind>;

export const createPaymentsFaults = (): PaymentsFaults =>
  createFaults(['status', 'slow', 'garbage', 'drop', 'crash_after_effect']);

/** A read has no effect that could come before or after. */
export const faultsOfReads: readonly PaymentsFaultKind[] = ['status', 'slow', 'garbage', 'drop'];
