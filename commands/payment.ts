/**
 * `/payment`: where is the money? Follows whatever was pasted to a payment and shows its trace.
 */
import type { Lookup, PaymentLookup } from '../src/payments/lookup.js';
import type { Card } from '../src/ports/card.js';
import type { ActionRequest, Answers, Command } from '../src/ports/command.js';
import type { Links } from '../src/views/links.js';
import { paymentTraceCard, shareActionId } from '../src/views/payment-trace.js';
import {
  candidatesCard, chooseActionId, nothingCard, payoutCard, refusedCard, searchingCard,
} from '../src/views/payment-search.js'; // prettier-ignore

export interface PaymentDesk {
  payments: PaymentLookup;
  links: Links;
}

export const paymentCommand: Command<PaymentDesk> = {
  name: '/payment',
  summary: 'Follow a payment through every system',
  usageHint: 'pi_… | ch_… | order | ARN | e-mail | 4242 19.99 2026-11-03',
  examples: [
    { text: '/payment pi_3Q…', does: 'the trace: last confirmed where, next expected where and when' },
    { text: '/payment ORD-10423', does: 'the same, found by an order, ARN, RRN or any other reference' },
    { text: '/payment 4242 19.99 2026-11-03', does: 'candidates for a card payment somebody remembers' },
  ],
  reads: true,
  run: ({ text, answer }, desk) => answerLookup(desk.payments.find(text), answer, desk),
  actions: {
    [chooseActionId]: ({ value, answer }, desk) => answerLookup(desk.payments.follow(value), answer, desk),
    [shareActionId]: share,
    payment_open: () => Promise.resolve(),
  },
};

async function answerLookup(
  lookups: AsyncIterable<Lookup>,
  answer: Answers,
  desk: PaymentDesk,
): Promise<void> {
  for await (const lookup of lookups) await answer.privately(cardOf(lookup, desk.links, null));
}

/** Looks again, because the world moved on since the private card was made. Only a trace is for everybody's eyes. */
async function share({ value, person, answer }: ActionRequest, desk: PaymentDesk): Promise<void> {
  let last: Lookup | null = null;
  for await (const lookup of desk.payments.follow(value)) last = lookup;
  if (last?.kind === 'trace') await answer.publicly(cardOf(last, desk.links, person.userId));
  else if (last) await answer.privately(cardOf(last, desk.links, null));
}

function cardOf(lookup: Lookup, links: Links, sharedBy: string | null): Card {
  switch (lookup.kind) {
    case 'refused':
      return refusedCard(lookup.refusal);
    case 'searching':
      return searchingCard(lookup.query);
    case 'trace':
      return paymentTraceCard({ ...lookup, links, sharedBy });
    case 'payout':
      return payoutCard(lookup.payout, lookup.asOf, links);
    case 'candidates':
      return candidatesCard(lookup.query, lookup.candidates, lookup.more);
    case 'nothing':
      return nothingCard(lookup.query, lookup.looked);
  }
}
