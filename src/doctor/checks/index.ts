/**
 * The registry of checks: one line each, in the order of the report.
 */
import type { Check, ConfiguredFacts, EnvironmentFacts } from '../check.js';
import { checkOfAuditLog } from './audit-log.js';
import { checkOfBooks } from './books.js';
import { checkOfDatabaseOwner } from './database-owner.js';
import { checkOfDatabase } from './database.js';
import { checkOfGuardedActions } from './guarded-actions.js';
import { checkOfIdentityProvider } from './identity-provider.js';
import { checkOfMail } from './mail.js';
import { checkOfMessages } from './messages.js';
import { checkOfOperationsApi } from './operations-api.js';
import { checkOfOperationsPort } from './operations-port.js';
import { checkOfPaymentsApi } from './payments-api.js';
import { checkOfQueries } from './queries.js';
import { checkOfSlackConnection } from './slack-connection.js';
import { checkOfSlackToken } from './slack-token.js';

/** They need no configuration, so its faults do not hide theirs. */
export const environmentChecks: readonly ((facts: EnvironmentFacts) => Check)[] = [
  checkOfDatabase,
  checkOfDatabaseOwner,
  checkOfAuditLog,
  checkOfMessages,
  checkOfSlackToken,
  checkOfSlackConnection,
  checkOfOperationsPort,
  checkOfIdentityProvider,
];

export const configuredChecks: readonly ((facts: ConfiguredFacts) => Check)[] = [
  checkOfPaymentsApi,
  checkOfOperationsApi,
  checkOfMail,
  checkOfBooks,
  checkOfQueries,
  checkOfGuardedActions,
];
