/**
 * What a person can make happen at the partner, one at a time: a dispute, a warning of fraud, a payout and a refund that fail.
 */
import { secondMs } from '../world/clock.js';
import type { Api } from './api.js';
import type { Form } from './form.js';
import { numberOf, type ApiObject } from './objects/api-object.js';
import { createIntent } from './resources/payment-intents.js';
import type { ObjectType } from './archive.js';

import type { Happening } from '../world/scenarios.js';

const lookedBackSeconds = 7 * 86_400;

async function newest(api: Api, type: ObjectType, test: (object: ApiObject) => boolean): Promise<ApiObject> {
  const to = Math.floor(api.nowMs() / secondMs);
  for await (const object of api.store.newest(type, { from: to - lookedBackSeconds, to }))
    if (test(object)) return object;
  throw new Error(`There was no ${type.replace('_', ' ')} in the last week.`);
}

/** Charges a test card whose issuer does it as soon as the payment succeeds. */
function charge(api: Api, paymentMethod: string): ApiObject {
  const form: Form = { amount: '4900', currency: 'eur', confirm: 'true', payment_method: paymentMethod };
  return createIntent({ api, form, upload: null, args: [], path: '/v1/payment_intents' });
}

export async function happen(api: Api, what: Happening): Promise<object> {
  switch (what) {
    case 'new-dispute': {
      const payment = charge(api, 'pm_card_createDisputeProductNotReceived');
      const dispute = api.store.written('dispute').find((one) => one.payment_intent === payment.id);
      return { payment: payment.id, dispute: dispute?.id };
    }
    case 'fraud-warning':
      return { payment: charge(api, 'pm_card_createIssuerFraudRecord').id };
    case 'failed-payout': {
      const payout = await newest(api, 'payout', ({ status }) => status === 'paid');
      const failure = {
        failure_code: 'account_closed',
        failure_message: 'The bank account has been closed.',
      };
      api.publish('payout.failed', { ...payout, ...failure, status: 'failed' });
      return { payout: payout.id };
    }
    case 'failed-refund': {
      const refund = await newest(
        api,
        'refund',
        (object) => object.status === 'succeeded' && numberOf(object, 'amount') > 0,
      );
      const failure = { failure_reason: 'expired_or_canceled_card' };
      api.publish('refund.failed', { ...refund, ...failure, status: 'failed' });
      return { refund: refund.id };
    }
  }
}
