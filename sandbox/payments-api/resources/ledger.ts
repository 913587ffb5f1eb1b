/** Balance transactions of what is done through the API. Invariant: one for each movement of money, with Stripe's fee. */
import { addBusinessDays, dayOf, startOfDay } from '../../world/calendar.js';
import type { Api } from '../api.js';
import { numberOf, seconds, textOf, type ApiObject } from '../objects/api-object.js';
import { feeDetails } from '../objects/balance.js';
import { balanceTransactionTemplate } from '../objects/templates.js';

/** Weekdays until money is available, as for the world's own payments. */
const delayDays = 2;

interface NewTransaction {
  source: ApiObject;
  type: string;
  category: string;
  amountMinor: number;
  feeMinor?: number;
  description: string;
}

/** Saves a balance transaction and returns its id. */
export function addTransaction(api: Api, entry: NewTransaction): string {
  const { source, type, category, amountMinor, feeMinor = 0, description } = entry;
  const currency = textOf(source, 'currency') ?? 'usd';
  const availableMs = startOfDay(addBusinessDays(dayOf(api.nowMs(), 0), delayDays), 0);
  const transaction = {
    ...balanceTransactionTemplate,
    id: api.newId('balance_transaction'),
    amount: amountMinor,
    available_on: seconds(availableMs),
    created: api.now(),
    currency,
    description,
    fee: feeMinor,
    fee_details: feeDetails(feeMinor, currency, 'Stripe processing fees'),
    net: amountMinor - feeMinor,
    reporting_category: category,
    source: source.id,
    status: 'pending',
    type,
  };
  api.store.save(transaction);
  return transaction.id;
}

/** 1.5 % and 25 minor units, never more than the amount. */
export const captureFee = (amountMinor: number): number =>
  Math.min(amountMinor, Math.round(amountMinor * 0.015) + 25);

/** What is left to give back of a captured charge; what its capture released counts as given back. */
export const refundable = (charge: ApiObject): number =>
  numberOf(charge, 'amount') - numberOf(charge, 'amount_refunded');
