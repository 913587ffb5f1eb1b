/**
 * Whether a declined card may be tried again: every row of the tables, which advice wins, and the page about them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { adviceOnCharge, retryAdvice, type DeclineFacts } from '../../src/payments/retry-advice.js';
import { retryCodes, type RetryAction, type RetryTable } from '../../src/payments/retry-codes.js';
import type { Charge } from '../../src/ports/payments-api.js';
import { aCharge } from '../support/payment-objects.js';

const at = new Date('2026-12-02T10:00:00Z');
const facts = (given: Partial<DeclineFacts>): DeclineFacts => ({
  network: null,
  declineCode: null,
  networkDeclineCode: null,
  networkAdviceCode: null,
  adviceCode: null,
  at,
  ...given,
});

const asked: Readonly<Record<RetryTable, (code: string) => Partial<DeclineFacts>>> = {
  visa: (code) => ({ network: 'visa', networkDeclineCode: code }),
  mastercard: (code) => ({ network: 'mastercard', networkAdviceCode: code }),
  providerAdvice: (code) => ({ adviceCode: code }),
  declineCodes: (code) => ({ declineCode: code }),
};
const rows = (Object.keys(retryCodes) as RetryTable[]).flatMap((table) =>
  retryCodes[table].map((row) => ({ table, ...row })),
);

describe('every row', () => {
  it.each(rows)('$table $code is found, has a plain meaning and a source, and is there once', (row) => {
    const { table, code, meaning, action, afterMs, source } = row;
    expect(retryAdvice(facts(asked[table](code)))).toMatchObject({
      action,
      notBefore: afterMs === undefined ? null : new Date(at.getTime() + afterMs),
    });
    expect(meaning).toMatch(/^\p{L}.*[^.]$/u);
    expect(source).toMatch(/^https:\/\//);
    expect(action === 'retry_after').toBe(afterMs !== undefined);
    expect(rows.filter((other) => other.table === table && other.code === code)).toHaveLength(1);
  });
});

describe('docs/retries.md', () => {
  const page = readFileSync(join(packageRoot, 'docs/retries.md'), 'utf8').replace(/ +/g, ' ');
  const does: Readonly<Record<RetryAction, string>> = {
    never: '**never again**',
    retry_after: 'wait',
    retry_later: 'later',
    correct_data: 'correct the details',
    update_card: 'new card details',
    authenticate: 'authenticate the customer',
    ask_issuer: 'ask the issuer, or pay another way',
  };
  it.each(rows)('lists $table $code as the table has it', ({ code, meaning, action }) => {
    expect(page).toContain(`| \`${code}\` | ${meaning} | ${action === null ? '–' : does[action]} |`);
  });
  it.each([...new Set(rows.map(({ source }) => source))])('names the source %s', (source) => {
    expect(page).toContain(source);
  });
});

describe('which advice wins', () => {
  it.each([
    [
      { network: 'visa', declineCode: 'stolen_card', networkDeclineCode: '43' },
      { action: 'never', by: 'visa', meaning: 'the card is stolen', code: '43' },
      'Visa’s category 1',
    ],
    [
      {
        network: 'mastercard',
        declineCode: 'insufficient_funds',
        networkDeclineCode: '51',
        networkAdviceCode: '30',
      },
      { action: 'retry_after', by: 'mastercard', notBefore: new Date(at.getTime() + 10 * dayMs) },
      'the network’s span before “later” of the provider',
    ],
    [
      {
        network: 'mastercard',
        declineCode: 'insufficient_funds',
        networkAdviceCode: '24',
        adviceCode: 'do_not_try_again',
      },
      { action: 'never', by: 'provider', notBefore: null },
      '“never” wins, whoever says it',
    ],
    [
      {
        network: 'mastercard',
        declineCode: 'authentication_required',
        networkDeclineCode: '65',
        networkAdviceCode: '01',
      },
      { action: 'authenticate', by: 'provider' },
      'a soft decline comes with “update the card”',
    ],
    [
      { network: 'visa', declineCode: 'do_not_honor', networkDeclineCode: '05' },
      { action: 'ask_issuer', by: 'provider', meaning: 'declined without a reason' },
      'a reasonless code leaves it to the provider',
    ],
    [
      { network: 'amex', declineCode: 'expired_card', networkDeclineCode: '43' },
      { action: 'update_card', by: 'provider', meaning: 'the card has expired', code: '43' },
      'another network’s codes are not read as Visa’s',
    ],
    [
      { network: 'mastercard', declineCode: 'insufficient_funds', networkAdviceCode: '41' },
      { action: 'ask_issuer', remark: 'a single-use virtual card number' },
      'a fact about the card is a remark',
    ],
    [
      { network: 'visa', networkDeclineCode: 'ZZ', networkAdviceCode: '03' },
      { action: null, by: null, meaning: null, code: 'ZZ', remark: 'network advice code 03' },
      'what is not listed is no advice, and is shown as it came',
    ],
    [{}, { action: null, by: null, meaning: null, code: null, remark: null }, 'nothing is known'],
  ] satisfies [Partial<DeclineFacts>, object, string][])('%j', (given, advice, why) => {
    expect(retryAdvice(facts(given)), why).toMatchObject(advice);
  });
});

describe('a charge', () => {
  const outcome: NonNullable<Charge['outcome']> = {
    type: 'issuer_declined',
    networkStatus: 'declined_by_network',
    reason: 'insufficient_funds',
    sellerMessage: null,
    adviceCode: null,
    networkAdviceCode: '24',
    networkDeclineCode: '51',
  };
  const card = { ...aCharge().card!, brand: 'mastercard' };
  const failed = aCharge({ status: 'failed', outcome, card, createdAt: at });

  it('that failed is advised on from its own time', () => {
    expect(adviceOnCharge(failed)).toMatchObject({ notBefore: new Date(at.getTime() + hourMs) });
  });
  it('over another network than the card’s brand follows that network', () => {
    const visa = { ...card, brand: 'visa', network: 'cartes_bancaires' };
    const stolen = { ...outcome, networkAdviceCode: null, networkDeclineCode: '43' };
    expect(adviceOnCharge({ ...failed, card: visa, outcome: stolen })).toMatchObject({
      action: null,
      code: '43',
    });
    expect(adviceOnCharge({ ...failed, card: { ...visa, network: 'visa' }, outcome: stolen })).toMatchObject({
      action: 'never',
    });
  });
  it.each([
    ['that succeeded', { status: 'succeeded' }],
    ['without a card', { card: null }],
    ['that the provider blocked', { outcome: { ...outcome, networkStatus: 'not_sent_to_network' } }],
  ] satisfies [string, Partial<Charge>][])('%s has none', (_what, changed) => {
    expect(adviceOnCharge({ ...failed, ...changed })).toBeNull();
  });
});
