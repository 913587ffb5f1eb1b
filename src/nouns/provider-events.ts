/**
 * Which of a provider's events Paydesk works with, and what each is about. The provider need send no others.
 *
 * Source: Stripe's list of event types (https://docs.stripe.com/api/events/types) and its health alerts
 * (https://docs.stripe.com/health-alerts), whose events begin with `v2.core.health.`.
 */
export type EventSubject = 'dispute' | 'warning' | 'payout' | 'refund' | 'health';

const subjects: Readonly<Record<string, EventSubject>> = {
  'charge.dispute.created': 'dispute',
  'charge.dispute.updated': 'dispute',
  'charge.dispute.closed': 'dispute',
  'charge.dispute.funds_withdrawn': 'dispute',
  'charge.dispute.funds_reinstated': 'dispute',
  'radar.early_fraud_warning.created': 'warning',
  'payout.failed': 'payout',
  'refund.failed': 'refund',
  'refund.updated': 'refund',
  'charge.refund.updated': 'refund',
};

/** What is asked for when polling. Health alerts are asked for elsewhere. */
export const polledEventTypes: readonly string[] = Object.keys(subjects);

/** Null for a type that nothing here is about. */
export function subjectOf(type: string): EventSubject | null {
  if (type.startsWith('v2.core.health.')) return 'health';
  return Object.hasOwn(subjects, type) ? (subjects[type] ?? null) : null;
}
