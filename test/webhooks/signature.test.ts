/**
 * Whose request it is: signed by Stripe's own library, with any secret that is valid, within minutes of its time.
 */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.js';
import { verdictOn } from '../../src/webhooks/signature.js';

const now = new Date('2026-11-20T12:00:00Z');
const atSeconds = now.getTime() / 1000;
const body = Buffer.from('{"id":"evt_1","note":"größe"}');
const [old, current] = ['whsec_old_secret', 'whsec_current_secret'];
const secrets = [new Secret(old), new Secret(current)];

const hmac = (secret: string, at: number, signed = body): string =>
  createHmac('sha256', secret).update(`${at}.`).update(signed).digest('hex');
const header = (secret: string, at = atSeconds, signed = body): string =>
  `t=${at},v1=${hmac(secret, at, signed)}`;

describe('a signature', () => {
  it.each<[string, string | undefined, string]>([
    [header(current), undefined, 'the present secret'],
    [header(old), undefined, 'the secret that is being replaced'],
    [`t=${atSeconds},v1=${'0'.repeat(64)},v1=${hmac(current, atSeconds)}`, undefined, 'one of several'],
    [`t=${atSeconds}, v1=${hmac(current, atSeconds)}`, undefined, 'a blank after the comma'],
    [header(current, atSeconds - 299), undefined, 'five minutes old, nearly'],
    [header(current, atSeconds + 299), undefined, 'from a clock that is ahead'],
    [header(current, atSeconds - 301), 'out_of_time', 'recorded and sent again later'],
    [header(current, atSeconds + 301), 'out_of_time', 'from the future'],
    [header('whsec_stolen'), 'forged', 'another secret'],
    [header(current, atSeconds, Buffer.from('{}')), 'forged', 'another body'],
    [`t=${atSeconds - 9},v1=${hmac(current, atSeconds)}`, 'forged', 'the time was changed'],
    [`t=${atSeconds},v0=${hmac(current, atSeconds)}`, 'no_signature', 'a scheme that is not v1'],
    [`v1=${hmac(current, atSeconds)}`, 'no_signature', 'no time'],
    [`t=soon,v1=${hmac(current, atSeconds)}`, 'no_signature', 'a time that is none'],
    [`t=${atSeconds},v1=${hmac(current, atSeconds).slice(2)}`, 'no_signature', 'too short'],
    ['x'.repeat(5000), 'no_signature', 'a header beyond all lengths'],
    ['', 'no_signature', 'an empty header'],
  ])('%s → %s: %s', (given, reason) => {
    const verdict = verdictOn(given, body, secrets, now);
    expect(verdict.genuine ? undefined : verdict.reason).toBe(reason);
  });

  it('is what Stripe’s own library makes', () => {
    const text = body.toString('utf8');
    const given = Stripe.webhooks.generateTestHeaderString({
      payload: text,
      secret: current,
      timestamp: atSeconds,
    });
    expect(verdictOn(given, body, secrets, now)).toEqual({ genuine: true });
  });

  it('does not hold for any other body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const other = Buffer.from(bytes);
        expect(verdictOn(header(current), other, secrets, now).genuine).toBe(other.equals(body));
      }),
    );
  });
});
