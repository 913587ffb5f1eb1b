/**
 * Faults on demand: the next so many matching calls or deliveries go wrong in the way that was asked for.
 * Invariant: a fault is used up by exactly the calls it touched. Deliberately absent: chance.
 */
import { ControlError } from './errors.js';
import type { FaultRequest } from './wire.js';

type FaultKind = Exclude<FaultRequest['kind'], 'reset' | 'disconnect'>;

interface Fault {
  kind: FaultKind;
  count: number;
  method?: string | undefined;
  amount?: number | undefined;
  error?: string | undefined;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** Uses up one fault of this kind, if there is one for this method. */
  take(kind: FaultKind, method?: string): Fault | undefined;
}

const kinds: readonly string[] = [
  'rate_limit',
  'server_error',
  'refuse',
  'slow',
  'drop_ack',
  'duplicate',
  'reorder',
  'disconnect',
  'reset',
] satisfies FaultRequest['kind'][];

/** Checks the request's shape. @throws ControlError naming what is wrong. */
export function readFault(body: Record<string, unknown>): FaultRequest {
  const { kind, count, method, amount, reason, error } = body;
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    throw new ControlError(`kind must be one of ${kinds.join(', ')}`);
  }
  if (count !== undefined && !(Number.isInteger(count) && (count as number) > 0)) {
    throw new ControlError('count must be a whole number above 0');
  }
  if (method !== undefined && typeof method !== 'string') throw new ControlError('method must be a string');
  if (amount !== undefined && !(typeof amount === 'number' && amount >= 0)) {
    throw new ControlError('amount must be a number, 0 or more');
  }
  if (reason !== undefined && reason !== 'refresh_requested' && reason !== 'warning') {
    throw new ControlError('reason must be refresh_requested or warning');
  }
  const isNamed = typeof error === 'string' && /^[a-z][a-z0-9_]{0,99}$/.test(error);
  if (error !== undefined && !isNamed) throw new ControlError('error must be a name as Slack writes them');
  if (kind === 'refuse' && error === undefined) throw new ControlError('refuse needs an error');
  return body as unknown as FaultRequest;
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => void faults.push({ ...fault }),
    clear: () => void (faults = []),
    list: () => faults.map((fault) => ({ ...fault })),
    take(kind, method) {
      const fault = faults.find(
        (other) => other.kind === kind && (other.method === undefined || other.method === method),
      );
      if (fault === undefined) return undefined;
      fault.count -= 1;
      faults = faults.filter((other) => other.count > 0);
      return fault;
    },
  };
}
