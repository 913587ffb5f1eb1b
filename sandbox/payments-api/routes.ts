/** The table of routes: method, path with `:id` parts, handler. Invariant: a fixed part wins over an id by order. */
import { listHealthAlerts, retrieveHealthEvent } from './health.js';
import { decoded } from '../http.js';
import type { Handler } from './api.js';
import { closeDispute, listDisputes, retrieveDispute, updateDispute } from './resources/disputes.js';
import { createFile, retrieveFile } from './resources/files.js';
import {
  cancelIntent,
  captureIntent,
  confirmIntent,
  createIntent,
  listIntents,
  retrieveIntent,
  updateIntent,
} from './resources/payment-intents.js';
import { cancelPayout, createPayoutByHand, listPayouts, retrievePayout } from './resources/payouts.js';
import {
  listCharges,
  listCustomers,
  listEvents,
  listTransactions,
  listWarnings,
  retrieve,
  retrieveBalance,
} from './resources/reads.js';
import { createRefund, listRefunds, retrieveRefund, updateRefund } from './resources/refunds.js';
import { search } from './resources/search.js';

type Row = readonly [method: 'GET' | 'POST', path: string, handler: Handler];

const routes: readonly Row[] = [
  ['POST', '/v1/payment_intents', createIntent],
  ['GET', '/v1/payment_intents', listIntents],
  ['GET', '/v1/payment_intents/search', search('payment_intent')],
  ['GET', '/v1/payment_intents/:id', retrieveIntent],
  ['POST', '/v1/payment_intents/:id', updateIntent],
  ['POST', '/v1/payment_intents/:id/confirm', confirmIntent],
  ['POST', '/v1/payment_intents/:id/capture', captureIntent],
  ['POST', '/v1/payment_intents/:id/cancel', cancelIntent],
  ['GET', '/v1/charges', listCharges],
  ['GET', '/v1/charges/search', search('charge')],
  ['GET', '/v1/charges/:id', retrieve('charge')],
  ['POST', '/v1/refunds', createRefund],
  ['GET', '/v1/refunds', listRefunds],
  ['GET', '/v1/refunds/:id', retrieveRefund],
  ['POST', '/v1/refunds/:id', updateRefund],
  ['GET', '/v1/disputes', listDisputes],
  ['GET', '/v1/disputes/:id', retrieveDispute],
  ['POST', '/v1/disputes/:id', updateDispute],
  ['POST', '/v1/disputes/:id/close', closeDispute],
  ['POST', '/v1/files', createFile],
  ['GET', '/v1/files/:id', retrieveFile],
  ['POST', '/v1/payouts', createPayoutByHand],
  ['GET', '/v1/payouts', listPayouts],
  ['GET', '/v1/payouts/:id', retrievePayout],
  ['POST', '/v1/payouts/:id/cancel', cancelPayout],
  // The world makes none of these: they are there once somebody imports them.
  ['GET', '/v1/checkout/sessions/:id', retrieve('checkout.session')],
  ['GET', '/v1/subscriptions/:id', retrieve('subscription')],
  ['GET', '/v1/invoices/:id', retrieve('invoice')],
  ['GET', '/v1/setup_intents/:id', retrieve('setup_intent')],
  ['GET', '/v1/payment_methods/:id', retrieve('payment_method')],
  ['GET', '/v1/balance', retrieveBalance],
  ['GET', '/v1/balance_transactions', listTransactions],
  ['GET', '/v1/balance_transactions/:id', retrieve('balance_transaction')],
  ['GET', '/v1/events', listEvents],
  ['GET', '/v1/events/:id', retrieve('event')],
  ['GET', '/v2/core/events/:id', retrieveHealthEvent],
  ['GET', '/v2/core/health/alerts', listHealthAlerts],
  ['GET', '/v1/radar/early_fraud_warnings', listWarnings],
  ['GET', '/v1/radar/early_fraud_warnings/:id', retrieve('radar.early_fraud_warning')],
  ['GET', '/v1/customers', listCustomers],
  ['GET', '/v1/customers/:id', retrieve('customer')],
];

export interface Match {
  handler: Handler;
  args: string[];
}

/** The handler of a request, or null. */
export function matchRoute(method: string, path: string): Match | null {
  const parts = path.split('/');
  for (const [rowMethod, rowPath, handler] of routes) {
    const wanted = rowPath.split('/');
    if (rowMethod !== method || wanted.length !== parts.length) continue;
    if (!wanted.every((part, i) => part === parts[i] || (part === ':id' && parts[i] !== ''))) continue;
    const args = parts.filter((_, i) => wanted[i] === ':id').map(decoded);
    return { handler, args };
  }
  return null;
}
