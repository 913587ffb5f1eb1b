/**
 * What branches off a payment: refunds, disputes and early fraud warnings, one line each.
 */
import { formatMoney } from '../../kernel/money.js';
import { valueOf, type Findings } from '../../payments/findings.js';
import { givenBackOf } from '../../nouns/charge.js';
import { answerTo, isInquiry, type Answer } from '../../nouns/dispute.js';
import type { Dispute, EarlyFraudWarning, Refund } from '../../ports/payments-api.js';
import { code, escape, instant } from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';

/** More branches than this do not fit a card; what is left out is counted. */
const mostLines = 12;

export function branchLines(findings: Findings, links: Links, asOf: Date): string[] {
  const charge = valueOf(findings.charge);
  const refunds = valueOf(findings.refunds) ?? [];
  const released = charge ? givenBackOf(charge, refunds).released : [];
  const lines = [
    ...(valueOf(findings.disputes) ?? []).map((dispute) => disputeLine(dispute, links, asOf)),
    ...(valueOf(findings.warnings) ?? []).map((warning) => warningLine(warning, links)),
    ...refunds.map((refund) => refundLine(refund, links, released.includes(refund))),
  ];
  const rest = lines.length - mostLines;
  return rest > 0 ? [...lines.slice(0, mostLines), `… and ${rest} more`] : lines;
}

const words = (text: string): string => escape(text.replaceAll('_', ' '));

function refundLine(refund: Refund, links: Links, isRelease: boolean): string {
  const reason = refund.failureReason ?? refund.reason;
  return joined(
    isRelease
      ? ':heavy_minus_sign: *Released*, never captured'
      : `:leftwards_arrow_with_hook: *Refund* ${words(refund.status)}`,
    formatMoney(refund.amount),
    instant(refund.createdAt),
    reference(links, 'refund', refund.id),
    refund.reference === null ? null : `reference ${code(refund.reference)}`,
    reason === null ? null : words(reason),
  );
}

function disputeLine(dispute: Dispute, links: Links, asOf: Date): string {
  const inquiry = isInquiry(dispute);
  return joined(
    `:rotating_light: *${inquiry ? 'Inquiry' : 'Dispute'}* ${words(dispute.status.replace(/^warning_/, ''))}`,
    `${formatMoney(dispute.amount)}${inquiry ? ', nothing withdrawn' : ''}`,
    `${words(dispute.reason)}${dispute.networkReasonCode === null ? '' : ` (${escape(dispute.networkReasonCode)})`}`,
    answerWords(answerTo(dispute, asOf)),
    reference(links, 'dispute', dispute.id),
  );
}

function answerWords(answer: Answer): string | null {
  if (answer.kind === 'due') return `respond by ${instant(answer.by)}`;
  if (answer.kind === 'late')
    return answer.by ? `response was due by ${instant(answer.by)}` : 'response overdue';
  if (answer.kind === 'no_date') return 'response due, no date given';
  return answer.kind === 'not_allowed' ? 'no response allowed' : null;
}

function warningLine(warning: EarlyFraudWarning, links: Links): string {
  return joined(
    `:triangular_flag_on_post: *Early fraud warning* ${warning.actionable ? 'actionable' : 'not actionable'}`,
    words(warning.fraudType),
    instant(warning.createdAt),
    reference(links, 'early_fraud_warning', warning.id),
  );
}
