/**
 * What 3-D Secure came to and who bears fraud, row by row, and in the line that people read.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/kernel/package-root.js';
import { authenticationOf, indicatorsOf, threeDSecureResults } from '../../src/payments/three-d-secure.js';
import type { Charge, ThreeDSecure } from '../../src/ports/payments-api.js';
import { authenticationLine } from '../../src/views/payments/authentication.js';
import { aCharge } from '../support/payment-objects.js';

const facts = (changed: Partial<ThreeDSecure>): ThreeDSecure => ({
  result: null,
  resultReason: null,
  flow: null,
  eci: null,
  exemption: null,
  version: null,
  ...changed,
});
const chargeWith = (threeDSecure: ThreeDSecure | null, brand = 'visa', status = 'succeeded'): Charge =>
  aCharge({ status, card: { ...aCharge().card!, brand, threeDSecure } });

describe('the table', () => {
  const page = readFileSync(join(packageRoot, 'docs/retries.md'), 'utf8').replace(/ +/g, ' ');
  const bearer = { issuer: 'issuer', merchant: 'us', unclear: 'unclear' } as const;
  it.each(threeDSecureResults)('$result', ({ result, meaning, liability }) => {
    expect(authenticationOf(chargeWith(facts({ result })))).toMatchObject({ meaning, liability });
    expect(page).toContain(`| \`${result}\` | ${meaning} | ${bearer[liability]} |`);
  });
  it.each(
    ['mastercard', 'visa'].flatMap((brand) =>
      Object.entries(indicatorsOf(brand)).map(([eci, shifts]) => ({ brand, eci, shifts })),
    ),
  )('$brand ECI $eci', ({ brand, eci, shifts }) => {
    const liabilityOf = (result: string) => authenticationOf(chargeWith(facts({ result, eci }), brand));
    expect(liabilityOf('authenticated')).toMatchObject({ liability: shifts ? 'issuer' : 'unclear' });
    expect(liabilityOf('exempted')).toMatchObject({ liability: shifts ? 'unclear' : 'merchant' });
    const others = brand === 'mastercard' ? 'Mastercard' : 'others';
    expect(page).toContain(`| ${others} | \`${eci}\` | ${shifts ? 'yes' : 'no'} |`);
  });
});

describe('the line', () => {
  it.each([
    [
      'a challenge',
      chargeWith(facts({ result: 'authenticated', flow: 'challenge', eci: '05', version: '2.2.0' })),
      '3-D Secure 2.2.0: challenge, authenticated, ECI 05 · fraud liability with the issuer',
    ],
    [
      'Mastercard’s own indicator',
      chargeWith(facts({ result: 'authenticated', flow: 'frictionless', eci: '02' }), 'mastercard'),
      '3-D Secure: frictionless, authenticated, ECI 02 · fraud liability with the issuer',
    ],
    [
      'attempted',
      chargeWith(facts({ result: 'attempt_acknowledged', eci: '06' })),
      '3-D Secure: attempted, ECI 06 · fraud liability with the issuer',
    ],
    [
      'exempted',
      chargeWith(facts({ result: 'exempted', exemption: 'low_risk', eci: '07' })),
      '3-D Secure: exempted, low-risk exemption, ECI 07 · fraud liability with us',
    ],
    [
      'failed',
      chargeWith(facts({ result: 'failed', resultReason: 'canceled' })),
      '3-D Secure: failed, canceled · fraud liability with us',
    ],
    [
      'not supported',
      chargeWith(facts({ result: 'not_supported' })),
      '3-D Secure: not supported · fraud liability with us',
    ],
    [
      'result and indicator disagree',
      chargeWith(facts({ result: 'authenticated', eci: '07' })),
      '3-D Secure: authenticated, ECI 07 · fraud liability unclear: result and ECI disagree',
    ],
    [
      'an unknown result, raw and without a claim',
      chargeWith(facts({ result: 'delegated_v3', eci: '99', flow: 'decoupled' })),
      '3-D Secure: decoupled, delegated_v3, ECI 99',
    ],
    ['no result', chargeWith(facts({})), '3-D Secure: no result'],
    [
      'declined: nobody bears anything',
      chargeWith(facts({ result: 'failed', resultReason: 'rejected' }), 'visa', 'failed'),
      '3-D Secure: failed, rejected',
    ],
    ['none', chargeWith(null), '3-D Secure: none'],
  ])('%s', (_what, charge, line) => {
    expect(authenticationLine(charge)).toBe(`:closed_lock_with_key: ${line}`);
  });

  it.each([
    ['no charge', null],
    ['no card', aCharge({ card: null })],
    ['declined without it', chargeWith(null, 'visa', 'failed')],
  ])('%s: no line', (_what, charge) => {
    expect(authenticationLine(charge)).toBeNull();
  });
});
