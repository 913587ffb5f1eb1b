/**
 * Payouts: create, retrieve, list, cancel. Invariant: only a payout that is pending and not automatic can be canceled.
 */
import { currencyParam } from '../currencies.js';
import { addBusinessDays, dayOf, startOfDay } from '../../world/calendar.js';
import type { Api, Call } from '../api.js';
import { invalidParameter, missingResource, refused } from '../errors.js';
import { listParams, listPage } from '../lists.js';
import { numberOf, seconds, textOf, type ApiObject } from '../objects/api-object.js';
import { destinationOf } from '../objects/balance.js';
import { payoutTemplate } from '../objects/templates.js';
import {
  allowOnly,
  choiceParam,
  isForm,
  mergedMetadata,
  requiredText,
  textParam,
  wholeParam,
} from '../params.js';
import { addTransaction } from './ledger.js';

const statuses = ['paid', 'pending', 'in_transit', 'canceled', 'failed'] as const;

function findPayout(api: Api, id: string): ApiObject {
  const payout = api.store.find(id);
  if (payout?.object !== 'payout') throw missingResource('payout', id, 'payout');
  return payout;
}

export function createPayoutByHand({ api, form }: Call): ApiObject {
  allowOnly(form, [
    'amount',
    'currency',
    'description',
    'destination',
    'metadata',
    'method',
    'source_type',
    'statement_descriptor',
  ]);
  requiredText(form, 'amount');
  const currency = currencyParam(form) ?? requiredText(form, 'currency');
  const amount = wholeParam(form, 'amount', 1) ?? 0;
  const id = api.newId('payout');
  const payout: ApiObject = {
    ...payoutTemplate,
    id,
    amount,
    arrival_date: seconds(startOfDay(addBusinessDays(dayOf(api.nowMs(), 0), 2), 0)),
    automatic: false,
    balance_transaction: addTransaction(api, {
      source: { id, object: 'payout', currency },
      type: 'payout',
      category: 'payout',
      amountMinor: -amount,
      description: 'STRIPE PAYOUT',
    }),
    created: api.now(),
    currency,
    description: textParam(form, 'description') ?? null,
    destination:
      textParam(form, 'destination') ?? destinationOf(api.store.archive.ids, currency.toUpperCase()),
    metadata: mergedMetadata(form, {}),
    method: choiceParam(form, 'method', ['standard', 'instant']) ?? 'standard',
    reconciliation_status: 'not_applicable',
    statement_descriptor: textParam(form, 'statement_descriptor') ?? null,
    status: 'pending',
    trace_id: { status: 'pending', value: null },
  };
  api.publish('payout.created', payout);
  return payout;
}

export function retrievePayout({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  return findPayout(api, id);
}

export function cancelPayout({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  const payout = findPayout(api, id);
  if (payout.automatic === true)
    throw refused('payout_not_cancelable', 'Automatic payouts cannot be canceled.');
  if (payout.status !== 'pending')
    throw refused(
      'payout_not_cancelable',
      `Payouts with a status of ${textOf(payout, 'status') ?? ''} cannot be canceled.`,
    );
  const canceled = {
    ...payout,
    status: 'canceled',
    failure_balance_transaction: addTransaction(api, {
      source: payout,
      type: 'payout_cancel',
      category: 'payout_reversal',
      amountMinor: numberOf(payout, 'amount'),
      description: 'STRIPE PAYOUT CANCEL',
    }),
  };
  api.publish('payout.canceled', canceled);
  return canceled;
}

export function listPayouts({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'arrival_date', 'destination', 'status']);
  const status = choiceParam(form, 'status', statuses);
  const destination = textParam(form, 'destination');
  const arrives = arrivalTest(form);
  return listPage(api.store, {
    type: 'payout',
    url: path,
    form: createdSoonBefore(form),
    test: (payout) =>
      (status === undefined || payout.status === status) &&
      (destination === undefined || textOf(payout, 'destination') === destination) &&
      arrives(payout),
  });
}

/** Every payout arrives within a week of its creation, so that older ones need not be made to be looked at. */
function createdSoonBefore(form: Call['form']): Call['form'] {
  const given = form.arrival_date;
  const earliest = isForm(given) ? (given.gte ?? given.gt) : given;
  if (form.created !== undefined || typeof earliest !== 'string' || !/^\d+$/.test(earliest)) return form;
  return { ...form, created: { gte: String(Math.max(0, Number(earliest) - 7 * 86_400)) } };
}

/** `arrival_date` as one day or as gt, gte, lt, lte. */
function arrivalTest(form: Call['form']): (payout: ApiObject) => boolean {
  const given = form.arrival_date;
  if (given === undefined) return () => true;
  const range = isForm(given) ? given : { gte: given, lte: given };
  const bound = (name: string): number | undefined => wholeParam(range, name, 0, Number.MAX_SAFE_INTEGER);
  const [gt, gte, lt, lte] = [bound('gt'), bound('gte'), bound('lt'), bound('lte')];
  if ([gt, gte, lt, lte].every((value) => value === undefined))
    throw invalidParameter('arrival_date', 'Invalid arrival_date');
  return ({ arrival_date: at }) =>
    typeof at === 'number' &&
    at > (gt ?? -Infinity) &&
    at >= (gte ?? -Infinity) &&
    at < (lt ?? Infinity) &&
    at <= (lte ?? Infinity);
}
