/**
 * The registry of commands: one line each. The desk that they need, the manifest, the help and the README's table follow
 * from it.
 */
import type { Command } from '../src/ports/command.js';
import type { DeskFor } from '../src/ports/desk-for.js';
import type { UnfurlDeps } from './home/unfurl.js';
import { alertsCommand } from './alerts/index.js';
import { auditCommand } from './audit.js';
import { disputeCommand } from './dispute/index.js';
import { partnerCommand } from './partner/index.js';
import { paydeskCommand, withHelp, type HelpDeps } from './paydesk.js';
import { paymentCommand } from './payment.js';
import { queryCommand } from './query.js';
import { reconCommand } from './recon/index.js';
import { remediateCommand } from './remediate/index.js';

export { home } from './home/index.js';
export { unfurl } from './home/unfurl.js';

const registry = [
  paymentCommand,
  disputeCommand,
  partnerCommand,
  alertsCommand,
  reconCommand,
  queryCommand,
  remediateCommand,
  auditCommand,
];

export type CommandDeps = DeskFor<(typeof registry)[number]> & HelpDeps & UnfurlDeps;

/** `/paydesk` is the help for all of them. */
export const commands: readonly Command<CommandDeps>[] = [
  ...registry.map(withHelp<CommandDeps>),
  paydeskCommand,
];
