/** How calls of the operations API can be made to fail. */
import { createFaults, type Fault, type Faults } from '../faults.js';

/**
 * `timeout_after_effect`: a write is done and never answered. `error_before_effect`: a write is answered with 500 and not
 * done. `slow`: any call waits first. `unavailable`: any call is answered with 503.
 */
type OperationsFaultKind = 'timeout_after_effect' | 'error_before_effect' | 'slow' | 'unavailable';
export type OperationsFault = Fault<OperationsFaultKind>;
export type OperationsFaults = Faults<OperationsFaultKind>;

export const createOperationsFaults = (): OperationsFaults =>
  createFaults(['timeout_after_effect', 'error_before_effect', 'slow', 'unavailable']);

/** A read has no effect that could come before or after. */
export const faultsOfReads: readonly OperationsFaultKind[] = ['slow', 'unavailable'];
