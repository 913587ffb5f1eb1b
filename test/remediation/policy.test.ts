/**
 * Which rule decides, on what terms, and that it says why.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { currencyCodes } from '../../src/kernel/currency.js';
import { OpsError } from '../../src/kernel/errors.js';
import { money } from '../../src/kernel/money.js';
import type { Ask, Policy, RefusalReason, Rule, Ruling } from '../../src/remediation/policy/policy.js';
import { breakGlassOn, ruleOn } from '../../src/remediation/policy/ruling.js';
import { readRuling, rulingText } from '../../src/remediation/policy/ruling-text.js';
import { root } from '../house/source-tree.js';
import { allowed, ask, policy, rule } from './policies.js';

const small = rule({ id: 'small', upTo: '50.00' });
const large = rule({ id: 'large', request: ['leads'], approve: ['treasury'], approvals: 2 });
const office = { days: ['mon', 'tue'] as const, from: '09:00', to: '18:00', timeZone: 'Europe/Amsterdam' };

describe('the first rule about a request decides', () => {
  const banded = policy({ rules: [small, large] });
  const leads = new Set(['leads']);
  it.each<[string, Policy, Partial<Ask>, string]>([
    ['within the band', banded, {}, 'small'],
    ['exactly the band', banded, { value: money(5000, 'EUR') }, 'small'],
    ['a cent above', banded, { value: money(5001, 'EUR'), requesterGroups: leads }, 'large'],
    ['no money matches every band', banded, { value: null }, 'small'],
    ['another currency, by its rate', banded, { value: money(5765, 'USD') }, 'small'],
    ['rounded up over the band', banded, { value: money(5766, 'USD'), requesterGroups: leads }, 'large'],
    [
      'money that comes back counts as much',
      banded,
      { value: money(-5001, 'EUR'), requesterGroups: leads },
      'large',
    ],
    [
      'any action',
      policy({ rules: [rule({ id: 'all', actions: 'any' })] }),
      { action: 'pause-route' },
      'all',
    ],
    ['its risk', policy({ rules: [rule({ risks: ['low'] }), rule({ id: 'rest' })] }), {}, 'rest'],
    ['its channel', policy({ rules: [rule({ channels: ['C0DESK000'] })] }), {}, 'refunds'],
    ['its hours', policy({ rules: [rule({ hours: { ...office, days: ['fri'] } })] }), {}, 'refunds'],
    ['one group of several', policy({ rules: [rule({ request: ['leads', 'agents'] })] }), {}, 'refunds'],
  ])('%s', (_why, given, changes, expected) => {
    expect(ruleOn(given, ask(changes))).toMatchObject({ kind: 'allowed', rule: expected });
  });

  it('and its terms are the ruling’s', () => {
    const terms = { approvals: 2, coolingOff: 15 * minuteMs, typeAmount: true, confirmOutside: true };
    const ruling = ruleOn(policy({ rules: [rule(terms)] }), ask({ value: money(1000, 'USD') }));
    expect(ruling).toEqual(
      allowed({
        approvals: 2,
        coolingOffMs: 15 * minuteMs,
        typeAmount: true,
        confirmOutside: true,
        reporting: money(868, 'EUR'),
        trail: [
          'At stake: 10.00 USD = 8.68 EUR (1 USD = 0.8672 EUR as of 2026-11-01).',
          '“refunds” applies: 2 approvals by leads, 15 min cooling-off, approvers type the amount, ' +
            'votes confirmed outside Slack.',
        ],
      }),
    );
  });

  it('no amount is typed where there is none', () => {
    expect(ruleOn(policy({ rules: [rule({ typeAmount: true })] }), ask({ value: null }))).toMatchObject({
      typeAmount: false,
      reporting: null,
    });
  });

  it('the trail lists every rule that was tried', () => {
    const rules = [
      rule({ id: 'routes', actions: ['pause-route'] }),
      rule({ id: 'low', risks: ['low'] }),
      small,
      large,
    ];
    const { trail } = ruleOn(policy({ rules }), ask({ value: money(5001, 'EUR') }));
    expect(trail).toEqual([
      'At stake: 50.01 EUR.',
      '“routes” doesn’t apply: it does not cover refund-payment.',
      '“low” doesn’t apply: it covers low risk, this is medium.',
      '“small” doesn’t apply: its limit is 50.00 EUR, this is 50.01 EUR.',
      '“large” applies and refuses: Only leads can request this. Ask one of them.',
    ]);
  });
});

describe('a request is refused with its reason', () => {
  it.each<[string, Partial<Policy>, Partial<Ask>, RefusalReason, string | null, RegExp]>([
    [
      'nothing is about it',
      {},
      { action: 'cancel-payout' },
      'no_rule',
      null,
      /No rule allows cancel-payout of 25\.00 EUR at medium risk/,
    ],
    ['above every band', { rules: [small] }, { value: money(5001, 'EUR') }, 'no_rule', null, /of 50\.01 EUR/],
    ['a stranger', {}, { requesterGroups: new Set() }, 'not_requester', 'refunds', /Only agents can request/],
    [
      'no falling through to a laxer rule',
      { rules: [rule({ request: ['leads'] }), rule({ id: 'lax' })] },
      {},
      'not_requester',
      'refunds',
      /Only leads/,
    ],
    [
      'elsewhere',
      { rules: [rule({ channels: ['C0OTHER00'] })] },
      {},
      'wrong_channel',
      'refunds',
      /only be requested in C0OTHER00/,
    ],
    [
      'no channel falls through either',
      { rules: [rule({ channels: ['C0OTHER00'] }), rule({ id: 'lax' })] },
      {},
      'wrong_channel',
      'refunds',
      /only be requested in/,
    ],
    [
      'out of hours',
      { rules: [rule({ hours: office })] },
      {},
      'outside_hours',
      'refunds',
      /mon, tue 09:00–18:00 \(Europe\/Amsterdam\)/,
    ],
    [
      'a currency without a rate',
      {},
      { value: money(1, 'CHF') },
      'no_rate',
      null,
      /No exchange rate from CHF to EUR/,
    ],
    [
      'a rate of tomorrow',
      { rates: [{ date: '2026-11-21', currency: 'USD', rate: '1' }] },
      { value: money(1, 'USD') },
      'no_rate',
      null,
      /No exchange rate from USD/,
    ],
    [
      'a rate too old',
      { ratesMaxAge: 19 * dayMs },
      { value: money(1, 'USD') },
      'no_rate',
      null,
      /dated 2026-11-01, maximum age 19 d/,
    ],
  ])('%s', (_why, changes, asked, reason, decidedBy, message) => {
    const ruling = ruleOn(policy(changes), ask(asked));
    expect(ruling).toMatchObject({ kind: 'refused', reason, rule: decidedBy });
    expect(ruling.kind === 'refused' && ruling.message).toMatch(message);
  });

  it('all conditions at once, the first as the reason', () => {
    const strict = rule({ request: ['leads'], channels: ['C0OTHER00'], hours: office });
    const ruling = ruleOn(policy({ rules: [strict] }), ask());
    expect(ruling).toMatchObject({ kind: 'refused', reason: 'not_requester' });
    expect(ruling.kind === 'refused' && ruling.message).toMatch(/Only leads.*C0OTHER00.*09:00–18:00/);
  });
});

describe('break-glass', () => {
  const glass = {
    groups: ['treasury'],
    reviewWithin: 24 * hourMs,
    actions: ['refund-payment'],
    upTo: '50.00',
  };
  const treasury = { requesterGroups: new Set(['treasury']) };
  it('needs nobody’s approval, and says what follows', () => {
    const ruling = breakGlassOn(policy({ breakGlass: glass }), ask(treasury));
    expect(ruling).toMatchObject({
      kind: 'allowed',
      rule: 'break-glass',
      approvals: 0,
      approverGroups: ['treasury'],
    });
    expect(ruling.trail.at(-1)).toContain('another person must review it within 1 d');
  });

  it.each<[string, Partial<Policy>, Partial<Ask>, RefusalReason]>([
    ['there is none', {}, treasury, 'no_break_glass'],
    ['not for this action', { breakGlass: glass }, { ...treasury, action: 'pause-route' }, 'no_break_glass'],
    ['not for these people', { breakGlass: glass }, {}, 'not_requester'],
    [
      'above its limit',
      { breakGlass: glass },
      { ...treasury, value: money(5001, 'EUR') },
      'above_break_glass',
    ],
    ['no rate', { breakGlass: glass }, { ...treasury, value: money(1, 'CHF') }, 'no_rate'],
  ])('is refused: %s', (_why, changes, asked, reason) => {
    expect(breakGlassOn(policy(changes), ask(asked))).toMatchObject({ kind: 'refused', reason });
  });
});

const groupName = fc.constantFrom('agents', 'leads', 'treasury');
const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    actions: fc.constantFrom<Rule['actions'][]>('any', ['refund-payment'], ['pause-route']),
    risks: fc.constantFrom<Rule['risks'][]>(undefined, ['low'], ['medium', 'high']),
    upTo: fc.constantFrom(undefined, '10.00', '30.00'),
    channels: fc.constantFrom<Rule['channels'][]>(undefined, ['C0DESK000'], ['C0OTHER00']),
    request: fc.uniqueArray(groupName, { minLength: 1 }),
    approvals: fc.integer({ min: 1, max: 3 }),
  })
  .map((changes) => rule({ id: `r${changes.approvals}`, ...changes }));

it('a person who leaves a group is never allowed more', () => {
  const groups = fc.uniqueArray(groupName);
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 4 }), groups, groups, (rules, kept, lost) => {
      const given = policy({ rules, breakGlass: { groups: ['treasury'], reviewWithin: hourMs } });
      const before = ask({ requesterGroups: new Set([...kept, ...lost]) });
      const after = ask({ requesterGroups: new Set(kept) });
      for (const decide of [ruleOn, breakGlassOn]) {
        const ruling = decide(given, after);
        if (ruling.kind === 'allowed') expect(decide(given, before)).toEqual(ruling);
      }
    }),
    { numRuns: 300 },
  );
});

describe('a ruling as text', () => {
  const reporting = fc.record({
    minor: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    currency: fc.constantFrom(...currencyCodes),
  });
  const sentence = fc.string({ unit: 'grapheme' });
  const ruling: fc.Arbitrary<Ruling> = fc.oneof(
    fc.record({
      kind: fc.constant('allowed' as const),
      rule: sentence,
      approvals: fc.nat(),
      approverGroups: fc.array(sentence),
      coolingOffMs: fc.nat(),
      typeAmount: fc.boolean(),
      confirmOutside: fc.boolean(),
      reporting: fc.option(reporting),
      trail: fc.array(sentence),
    }),
    fc.record({
      kind: fc.constant('refused' as const),
      reason: fc.constantFrom<RefusalReason[]>(
        'no_rate',
        'no_rule',
        'not_requester',
        'wrong_channel',
        'outside_hours',
        'no_break_glass',
        'above_break_glass',
      ),
      message: sentence,
      rule: fc.option(sentence),
      trail: fc.array(sentence),
    }),
  );

  it('is read back as it was', () => {
    fc.assert(
      fc.property(ruling, (each) => {
        expect(readRuling(rulingText(each))).toEqual(each);
      }),
    );
  });

  it.each([
    ['nothing', '{', '['],
    ['no kind', '"kind":"allowed",', ''],
    ['fewer than no approvals', '"approvals":1', '"approvals":-1'],
    ['half an approval', '"approvals":1', '"approvals":0.5'],
    ['an amount in major units', '2500', '25.00'],
    ['an amount as a number', '"2500"', '2500'],
    ['no currency', 'EUR', 'XXX'],
    ['another member', '"rule"', '"role"'],
  ])('is refused: %s', (_why, part, instead) => {
    const text = rulingText(allowed());
    expect(text).toContain(part);
    expect(() => readRuling(text.replace(part, instead))).toThrow(OpsError);
  });
});

it('the documented configuration is such a policy', () => {
  const documented: Policy | undefined = loadConfig(join(root, 'paydesk.example.yaml')).remediation;
  const lead = { requesterGroups: new Set(['leads']), value: money(1_000_000, 'EUR') };
  expect(documented && ruleOn(documented, ask(lead))).toMatchObject({
    rule: 'up-to-ten-thousand',
    approvals: 2,
  });
});
