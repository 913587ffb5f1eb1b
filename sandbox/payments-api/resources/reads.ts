/**
 * Resources that are only read: charges, balance, balance transactions, events, early fraud warnings, customers.
 * Invariant: a filter that names one payment, payout or person looks at that one only, never at the whole history.
 */
import { hourOf, secondMs } from '../../world/clock.js';
import type { Api, Call } from '../api.js';
import { missingResource } from '../errors.js';
import { listParams, listPage } from '../lists.js';
import { numberOf, textOf, type ApiObject } from '../objects/api-object.js';
import { allowOnly, textParam } from '../params.js';
import { amongCustomer } from './payment-intents.js';
import { amongRelated } from './refunds.js';

/** A handler that answers one object of a type, be it of the world or imported. */
export const retrieve =
  (type: string) =>
  ({ api, form, args: [id = ''] }: Call): ApiObject => {
    allowOnly(form, []);
    const object = api.store.find(id);
    if (object?.object !== type) throw missingResource(type, id);
    return object;
  };

export function listCharges({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'customer', 'payment_intent', 'transfer_group']);
  const customer = textParam(form, 'customer');
  return listPage(api.store, {
    type: 'charge',
    url: path,
    form,
    among: amongRelated(api, 'charge', form) ?? amongCustomer(api, 'charge', form),
    test: (charge) => customer === undefined || textOf(charge, 'customer') === customer,
  });
}

export function listWarnings({ api, form, path }: Call): unknown {
  const type = 'radar.early_fraud_warning';
  allowOnly(form, [...listParams, 'charge', 'payment_intent']);
  return listPage(api.store, { type, url: path, form, among: amongRelated(api, type, form) });
}

export function listEvents({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'type', 'types']);
  const type = textParam(form, 'type');
  const given = Array.isArray(form.types) ? form.types : [type];
  const types = given.filter((wanted) => typeof wanted === 'string');
  const test = ({ type: of }: ApiObject): boolean =>
    types.length === 0 || (typeof of === 'string' && types.some((wanted) => matches(of, wanted)));
  return listPage(api.store, { type: 'event', url: path, form, test });
}

/** `charge.*` stands for all events about charges. */
const matches = (type: string, wanted: string): boolean =>
  wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

export function listTransactions({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'currency', 'payout', 'source', 'type']);
  const [currency, type] = [textParam(form, 'currency'), textParam(form, 'type')];
  return listPage(api.store, {
    type: 'balance_transaction',
    url: path,
    form,
    among: transactionsAmong(api, textParam(form, 'payout'), textParam(form, 'source')),
    test: (transaction) =>
      (currency === undefined || transaction.currency === currency) &&
      (type === undefined || transaction.type === type),
  });
}

function transactionsAmong(
  api: Api,
  payout: string | undefined,
  source: string | undefined,
): ApiObject[] | undefined {
  const { archive } = api.store;
  const bySource = (transaction: ApiObject): boolean =>
    source === undefined || textOf(transaction, 'source') === source;
  if (payout === undefined) {
    if (source === undefined) return undefined;
    return api.store.overlay(
      'balance_transaction',
      worldTransactions(api, source).filter(bySource),
      bySource,
    );
  }
  if (api.store.find(payout)?.object !== 'payout') throw missingResource('payout', payout, 'payout');
  const ownOfPayout = (transaction: ApiObject): boolean =>
    (textOf(transaction, 'source') === payout ||
      (api.world.written.has(transaction.id) && archive.carries(payout, transaction, api.nowMs()))) &&
    bySource(transaction);
  const carried =
    source === undefined
      ? archive.ofPayout(payout, api.nowMs())
      : worldTransactions(api, source)
          .filter(bySource)
          .filter((transaction) => archive.carries(payout, transaction, api.nowMs()));
  return api.store.overlay('balance_transaction', carried, ownOfPayout);
}

/** The world's transactions of the payment that a source belongs to. */
function worldTransactions(api: Api, source: string): ApiObject[] {
  const object = api.store.find(source);
  if (!object) return [];
  if (object.object === 'payout') return api.store.archive.ofPayout(source, api.nowMs()).slice(0, 1);
  return api.store.archive.ofPayment(
    'balance_transaction',
    textOf(object, 'payment_intent') ?? '',
    api.nowMs(),
  );
}

export function listCustomers({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'email']);
  const email = textParam(form, 'email');
  const same = (customer: ApiObject): boolean => textOf(customer, 'email') === email;
  const among =
    email === undefined
      ? undefined
      : // Stripe compares addresses exactly, so one in other letters is not found.
        api.store.overlay('customer', api.store.archive.customersOfEmail(email).filter(same), same);
  return listPage(api.store, { type: 'customer', url: path, form, among });
}

/**
 * Pending is what has moved and not left yet. Everything that is available is paid out, but what no payout carries: a
 * payout made by hand, or money in a currency that the company does not trade in.
 */
export function retrieveBalance({ api, form }: Call): ApiObject | Record<string, unknown> {
  allowOnly(form, []);
  const pending = new Map<string, number>();
  const available = new Map<string, number>();
  const add = (sums: Map<string, number>, currency: string, amount: number): void => {
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  };
  for (const payout of api.store.archive.comingPayouts(api.nowMs()))
    add(pending, payout.currency.toLowerCase(), payout.netMinor);
  // Coming payouts count what moved before this hour.
  const isCounted = ({ id, created }: ApiObject): boolean =>
    api.world.written.has(id) && hourOf(Number(created) * secondMs) < hourOf(api.nowMs());
  const loose = api.store.written('balance_transaction').filter((transaction) => !isCounted(transaction));
  for (const transaction of loose)
    add(
      transaction.status === 'available' ? available : pending,
      textOf(transaction, 'currency') ?? 'usd',
      numberOf(transaction, 'net'),
    );
  for (const currency of pending.keys()) add(available, currency, 0);
  const shown = (sums: Map<string, number>): unknown[] =>
    [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
  return { object: 'balance', available: shown(available), livemode: false, pending: shown(pending) };
}
