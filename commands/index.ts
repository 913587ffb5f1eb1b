/**
 * The registry of commands: one line each. The manifest, the help and the README's table follow from it.
 */
import type { Command } from '../src/ports/command.js';
import { alertsCommand, type AlertsDeps } from './alerts/index.js';
import { auditCommand, type AuditDeps } from './audit.js';
import { disputeCommand, type DisputeDeps } from './dispute/index.js';
import { partnerCommand, type PartnerDeps } from './partner/index.js';
import { paydeskCommand, withHelp, type HelpDeps } from './paydesk.js';
import { paymentCommand, type PaymentDeps } from './payment.js';
import { queryCommand, type QueryDeps } from './query.js';
import { reconCommand, type ReconDeps } from './recon/index.js';
import { remediateCommand, type RemediateDeps } from './remediate/index.js';

import type { UnfurlDeps } from './home/unfurl.js';

export { home } from './home/index.js';
export { unfurl } from './home/unfurl.js';

export type CommandDeps = AlertsDeps &
  PaymentDeps &
  DisputeDeps &
  PartnerDeps &
  QueryDeps &
  ReconDeps &
  AuditDeps &
  RemediateDeps &
  UnfurlDeps &
  HelpDeps;

export const commands: readonly Command<CommandDeps>[] = [
  withHelp(paymentCommand),
  withHelp(disputeCommand),
  withHelp(partnerCommand),
  withHelp(alertsCommand),
  withHelp(reconCommand),
  withHelp(queryCommand),
  withHelp(remediateCommand),
  withHelp(auditCommand),
  paydeskCommand,
];
