/**
 * What `/alerts` and its buttons work with.
 */
import type { AlertService } from '../../src/alerts/alerts.js';
import type { Clock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Alert } from '../../src/ports/alerts.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import type { Surroundings } from '../../src/views/alerts/surroundings.js';
import type { LookupDoor } from '../door.js';

export interface AlertsDeps extends LookupDoor {
  /** Null while no books are connected. */
  alerts: AlertService | null;
  surroundingsOf: (alert: Alert) => Promise<Surroundings>;
  clock: Clock;
  remediation: Pick<RemediationService, 'actions'> | null;
}

export function connected({ alerts }: AlertsDeps): AlertService {
  if (alerts) return alerts;
  throw new OpsError('misconfigured', 'Metrics can’t be watched: no books are connected.', {
    hint: 'Ask your Paydesk admin to set BOOKS_DATABASE_URL.',
  });
}
