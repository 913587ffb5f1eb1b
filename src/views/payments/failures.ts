/**
 * Money that did not arrive: a payout that the bank sent back, a refund that the customer did not get; and what the provider
 * reports of an object that cannot be read.
 */
import { formatMoney } from '../../kernel/money.js';
import type { Card } from '../../ports/card.js';
import type { Payout, Refund } from '../../ports/payments-api.js';
import { actions, calendarDate, cardOf, code, context, escape, instant, section } from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';

interface Surroundings {
  partner: { name: string };
  links: Links;
}

const reported: Readonly<Record<'payout' | 'refund' | 'dispute' | 'warning', string>> = {
  payout: 'a failed payout',
  refund: 'a failed refund',
  dispute: 'a dispute',
  warning: 'a fraud warning',
};

/** `why` names the object and what cannot be read of it. */
export function unreadCard(
  { subject, id, why }: { subject: keyof typeof reported; id: string; why: string },
  { partner, links }: Surroundings,
): Card {
  const title = `${escape(partner.name)} reports ${reported[subject]} that Paydesk can’t read`;
  return cardOf(title, [
    section(`:rotating_light: *${title}*`),
    section(`${escape(why)} Look at it at ${escape(partner.name)}.`),
    context(subject === 'warning' ? code(id) : reference(links, subject, id)),
  ]);
}

const because = (reason: string | null): string =>
  reason === null ? '' : `: ${escape(reason.replaceAll('_', ' '))}`;

export function failedPayoutCard(payout: Payout, { partner, links }: Surroundings): Card {
  const { id, amount, failure, createdAt, arrivalDate } = payout;
  const title = `Payout of ${formatMoney(amount)} from ${escape(partner.name)} failed${because(failure?.code ?? null)}`;
  return cardOf(title, [
    section(`:rotating_light: *${title}*`),
    section(
      `The money is back on the balance and will not be paid out again automatically.${failure?.message ? ` ${escape(failure.message)}` : ''}`,
    ),
    ...actions(lookUpButton('payout', id)),
    context(
      joined(
        reference(links, 'payout', id),
        `created ${instant(createdAt)}`,
        `was due to arrive ${calendarDate(arrivalDate)}`,
      ),
    ),
  ]);
}

export function failedRefundCard(refund: Refund, { partner, links }: Surroundings): Card {
  const { id, amount, failureReason, createdAt, paymentId, chargeId } = refund;
  const title = `Refund of ${formatMoney(amount)} at ${escape(partner.name)} failed${because(failureReason)}`;
  const payment = paymentId ?? chargeId;
  return cardOf(title, [
    section(`:rotating_light: *${title}*`),
    section(
      'The customer has not received it; the money is back on the balance. Refund the customer another way.',
    ),
    ...actions(payment === null ? null : lookUpButton('payment', payment)),
    context(joined(reference(links, 'refund', id), `created ${instant(createdAt)}`)),
  ]);
}
