/**
 * The registry of commands: one line each. The manifest, the help and the README's table follow from it.
 */
import type { Command } from '../src/ports/command.js';
import { alertsCommand, type AlertsDesk } from './alerts.js';
import { auditCommand, type AuditDesk } from './audit.js';
import { disputeCommand, type DisputeDesk } from './dispute.js';
import { partnerCommand, type PartnerDesk } from './partner.js';
import { paydeskCommand, withHelp, type HelpDesk } from './paydesk.js';
import { paymentCommand, type PaymentDesk } from './payment.js';
import { reconCommand, type ReconDesk } from './recon/index.js';
import { remediateCommand, type RemediateDesk } from './remediate/index.js';

export { home } from './home.js';

export type CommandDesk = AlertsDesk &
  PaymentDesk &
  DisputeDesk &
  PartnerDesk &
  ReconDesk &
  AuditDesk &
  RemediateDesk &
  HelpDesk;

export const commands: readonly Command<CommandDesk>[] = [
  withHelp(paymentCommand),
  withHelp(disputeCommand),
  withHelp(partnerCommand),
  withHelp(alertsCommand),
  withHelp(reconCommand),
  withHelp(remediateCommand),
  withHelp(auditCommand),
  paydeskCommand,
];
