/**
 * What branches off a payment: refunds, disputes and early fraud warnings, one line each.
 */
import { formatMoney } from '../kernel/money.js';
import { valueOf, type Findings } from '../payments/findings.js';
import type { Dispute, EarlyFraudWarning, Refund } from '../ports/payments-api.js';
import { code, escape, instant } from './blocks.js';
import { joined, reference, type Links } from './links.js';

/** More branches than this do not fit a card; what is left out is counted. */
const mostLines = 12;

export function branchLines(findings: Findings, links: Links): string[] {
  const lines = [
    ...(valueOf(findings.disputes) ?? []).map((dispute) => disputeLine(dispute, links)),
    ...(valueOf(findings.warnings) ?? []).map((warning) => warningLine(warning, links)),
    ...(valueOf(findings.refunds) ?? []).map((refund) => refundLine(refund, links)),
  ];
  const rest = lines.length - mostLines;
  return rest > 0 ? [...lines.slice(0, mostLines), `… and ${rest} more`] : lines;
}

const words = (text: string): string => escape(text.replaceAll('_', ' '));

function refundLine(refund: Refund, links: Links): string {
  const reason = refund.failureReason ?? refund.reason;
  return joined(
    `:leftwards_arrow_with_hook: *Refund* ${words(refund.status)}`,
    formatMoney(refund.amount),
    instant(refund.createdAt),
    reference(links, 'refund', refund.id),
    refund.reference === null ? null : `reference ${code(refund.reference)}`,
    reason === null ? null : words(reason),
  );
}

function disputeLine(dispute: Dispute, links: Links): string {
  return joined(
    `:rotating_light: *Dispute* ${words(dispute.status)}`,
    formatMoney(dispute.amount),
    `${words(dispute.reason)}${dispute.networkReasonCode === null ? '' : ` (${escape(dispute.networkReasonCode)})`}`,
    dispute.respondBy ? `respond by ${instant(dispute.respondBy)}` : null,
    reference(links, 'dispute', dispute.id),
  );
}

function warningLine(warning: EarlyFraudWarning, links: Links): string {
  return joined(
    `:triangular_flag_on_post: *Early fraud warning* ${warning.actionable ? 'actionable' : 'not actionable'}`,
    words(warning.fraudType),
    instant(warning.createdAt),
    reference(links, 'early_fraud_warning', warning.id),
  );
}
