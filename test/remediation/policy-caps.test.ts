/**
 * Caps hold however a sum is split, named, rounded, ordered or timed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { money, type Money } from '../../src/kernel/money.js';
import type { CapEntry } from '../../src/ports/remediations.js';
import type { Cap, Policy } from '../../src/remediation/policy/policy.js';
import { capsOn, longestWindowMs } from '../../src/remediation/policy/caps.js';
import { reportingOf } from '../../src/remediation/policy/rates.js';
import { cap, noon, policy } from './policies.js';

const after = (durationMs: number): Date => new Date(noon.getTime() + durationMs);

const entry = (changes: Partial<CapEntry> = {}): CapEntry => ({
  remediationId: 'REM-1',
  action: 'refund-payment',
  requesterId: 'U1',
  partner: 'northpay',
  merchant: 'Acme',
  minor: 6000n,
  at: noon,
  ...changes,
});

const asked = (changes: Partial<CapEntry> = {}): CapEntry => entry({ remediationId: 'REM-2', ...changes });

describe('an entry counts', () => {
  const perMerchant = { per: 'merchant' as const };
  it.each<[string, Partial<Cap>, Partial<CapEntry>, Partial<CapEntry>, boolean]>([
    ['of the same requester', {}, {}, {}, true],
    ['not of another requester', {}, {}, { requesterId: 'U2' }, false],
    ['whatever the action', {}, {}, { action: 'cancel-payout' }, true],
    [
      'not where the cap names other actions',
      { actions: ['refund-payment'] },
      { action: 'cancel-payout' },
      {},
      false,
    ],
    ['and then nothing is asked of it either', { actions: ['cancel-payout'] }, {}, {}, false],
    ['of the same action', { per: 'action' }, {}, { requesterId: 'U2', partner: 'x' }, true],
    ['not of another action', { per: 'action' }, {}, { action: 'cancel-payout' }, false],
    ['of the same partner', { per: 'partner' }, {}, { requesterId: 'U2' }, true],
    ['not of another partner', { per: 'partner' }, {}, { partner: 'rheinbank' }, false],
    ['of the same merchant', perMerchant, {}, { requesterId: 'U2' }, true],
    ['in another case', perMerchant, {}, { merchant: 'ACME' }, true],
    ['with blanks around it', perMerchant, {}, { merchant: '  Acme\n' }, true],
    ['in wide letters', perMerchant, {}, { merchant: 'Ａｃｍｅ' }, true],
    ['with an invisible letter', perMerchant, {}, { merchant: 'Ac\u200Bme' }, true],
    ['not of another merchant', perMerchant, {}, { merchant: 'Acme 2' }, false],
    ['without a name as well', perMerchant, { merchant: null }, { merchant: null }, true],
    ['an empty name is none', perMerchant, { merchant: null }, { merchant: ' ' }, true],
    ['a name that only says so is none', perMerchant, { merchant: null }, { merchant: 'unknown' }, true],
    ['to the last instant of the window', {}, { at: after(-hourMs + 1) }, {}, true],
    ['and not after', {}, { at: after(-hourMs) }, {}, false],
    ['from a clock that runs ahead', {}, { at: after(minuteMs) }, {}, true],
    ['what was given back like what was given', {}, { minor: -6000n }, {}, true],
    ['not when it is the request itself', {}, { remediationId: 'REM-2' }, {}, false],
  ])('%s', (_why, changes, kept, wanted, counts) => {
    const ruling = capsOn(policy({ caps: [cap(changes)] }), asked(wanted), [entry(kept)], noon);
    expect(ruling.ok).toBe(!counts);
  });
});

describe('a cap says', () => {
  const given = policy({ caps: [cap({ id: 'daily', within: dayMs, limit: '1000' }), cap()] });

  it('which, how much, and when enough is free again', () => {
    const entries = [
      entry({ remediationId: 'a', minor: 3000n, at: after(-50 * minuteMs) }),
      entry({ remediationId: 'b', minor: 1000n, at: after(-40 * minuteMs) }),
      entry({ remediationId: 'c', minor: 5000n, at: after(-30 * minuteMs) }),
    ];
    expect(capsOn(given, asked({ minor: 5000n }), entries, noon)).toEqual({
      ok: false,
      cap: 'hourly',
      message:
        'Cap “hourly” for this requester: 90.00 EUR of 100.00 EUR used within 1 h, 50.00 EUR requested, above the cap. ' +
        'Enough room again at 2026-11-20 11:50 UTC unless another request uses it first.',
      freeAt: after(20 * minuteMs),
      trail: [
        'Cap “daily” for this requester: 90.00 EUR of 1,000.00 EUR used within 1 d, 50.00 EUR requested.',
        'Cap “hourly” for this requester: 90.00 EUR of 100.00 EUR used within 1 h, 50.00 EUR requested, above the cap.',
      ],
    });
  });

  it('that waiting does not help where the limit itself is too small', () => {
    expect(capsOn(given, asked({ minor: 10_001n }), [], noon)).toMatchObject({ ok: false, freeAt: null });
    expect(capsOn(given, asked({ minor: 10_000n }), [], noon)).toMatchObject({ ok: true });
  });

  it('nothing about what moves no money, even over a limit that was lowered', () => {
    expect(capsOn(given, asked({ minor: 0n }), [entry({ minor: 99_999n })], noon).ok).toBe(true);
  });

  it('how far back entries matter', () => {
    expect([longestWindowMs(given), longestWindowMs(policy())]).toEqual([dayMs, 0]);
  });
});

/** Asks for one after the other, and keeps what fits. */
function kept(given: Policy, requests: readonly CapEntry[]): CapEntry[] {
  return requests.reduce<CapEntry[]>(
    (entries, request) => (capsOn(given, request, entries, request.at).ok ? [...entries, request] : entries),
    [],
  );
}

const sumOf = (entries: readonly CapEntry[]): bigint => entries.reduce((sum, { minor }) => sum + minor, 0n);

const numbered = (requests: readonly Partial<CapEntry>[]): CapEntry[] =>
  requests.map((request, index) => entry({ remediationId: `REM-${index}`, ...request }));

describe('a cap cannot be slipped under', () => {
  const minor = fc.bigInt({ min: 1n, max: 6000n });

  it('by any burst: no window of its length holds more, wherever it begins, even where clocks disagree', () => {
    const given = policy({ caps: [cap()] });
    const request = fc.record({ minor, at: fc.nat(3 * hourMs).map(after) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 25 }), (requests) => {
        const entries = kept(given, numbered(requests));
        for (const { at: start } of entries) {
          const end = start.getTime() + hourMs;
          const inside = entries.filter(({ at }) => at >= start && at.getTime() < end);
          expect(sumOf(inside) <= 10_000n).toBe(true);
        }
      }),
    );
  });

  it('and at the time it names there is room', () => {
    const given = policy({ caps: [cap()] });
    const request = fc.record({ minor, at: fc.nat(hourMs - 1).map(after) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 25 }), minor, (requests, wanted) => {
        const entries = kept(given, numbered(requests));
        const ruling = capsOn(
          given,
          asked({ remediationId: 'new', minor: wanted }),
          entries,
          after(hourMs - 1),
        );
        if (ruling.ok || ruling.freeAt === null) return;
        const later = (atMs: number): boolean =>
          capsOn(given, asked({ remediationId: 'new', minor: wanted }), entries, new Date(atMs)).ok;
        expect([later(ruling.freeAt.getTime() - 1), later(ruling.freeAt.getTime())]).toEqual([false, true]);
      }),
    );
  });

  const part = fc.record({
    minor: fc.bigInt({ min: 1n, max: 3000n }),
    currency: fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'),
  });
  /** In ten-millionths of a euro cent: fine enough for every rate here, so that this sum is exact. */
  const exactly = { EUR: 10_000_000n, USD: 8_672_000n, JPY: 5_600_000n, KWD: 2_812_300n };
  const exact = (parts: readonly Money[]): bigint =>
    parts.reduce((sum, each) => sum + each.minor * exactly[each.currency as keyof typeof exactly], 0n);
  const reportingMinor = (amount: Money): bigint => {
    const converted = reportingOf(policy(), amount, noon);
    return converted.ok ? converted.value.reporting.minor : -1n;
  };

  it('by splitting into parts of any currency, in any order', () => {
    const given = policy({ caps: [cap()] });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const requests = numbered(parts.map((each) => ({ minor: reportingMinor(each) })));
        const through = new Set(kept(given, requests).map(({ remediationId }) => remediationId));
        const taken = parts.filter((_, index) => through.has(`REM-${index}`));
        expect(exact(taken) <= 10_000n * 10_000_000n).toBe(true);
        const backwards = kept(given, requests.toReversed());
        if (through.size === parts.length) expect(backwards).toHaveLength(parts.length);
      }),
    );
  });

  it('by splitting one amount: where the whole does not fit, not all of its parts do', () => {
    const given = policy({ caps: [cap()] });
    const parts = fc.array(fc.bigInt({ min: 1n, max: 5000n }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(parts, fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'), (minors, currency) => {
        const whole = money(
          minors.reduce((sum, each) => sum + each, 0n),
          currency,
        );
        const fits = capsOn(given, asked({ minor: reportingMinor(whole) }), [], noon).ok;
        const requests = numbered(minors.map((each) => ({ minor: reportingMinor(money(each, currency)) })));
        if (!fits) expect(kept(given, requests).length).toBeLessThan(minors.length);
      }),
    );
  });

  it.each([
    ['a merchant', ['Straße', 'STRASSE', 'straße ', 'Stra\u00ADße', 'ＳＴＲＡＳＳＥ']],
    ['no merchant', [null, '', ' ', 'unknown', 'UNKNOWN', '\u200B']],
  ])('by writing the name of %s differently', (_what, names) => {
    const given = policy({ caps: [cap({ per: 'merchant' })] });
    const request = fc.record({ minor, merchant: fc.constantFrom(...names) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 25 }), (requests) => {
        expect(sumOf(kept(given, numbered(requests))) <= 10_000n).toBe(true);
      }),
    );
  });
});
