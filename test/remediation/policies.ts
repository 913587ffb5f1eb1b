/**
 * A small policy to change from, and what is asked of it.
 */
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { money } from '../../src/kernel/money.js';
import type { AllowedRuling, Ask, Cap, Policy, Rule } from '../../src/remediation/policy/policy.js';

/** A Friday, 12:30 in Amsterdam. */
export const noon = new Date('2026-11-20T11:30:00Z');

export const rule = (changes: Partial<Rule> = {}): Rule => ({
  id: 'refunds',
  actions: ['refund-payment'],
  request: ['agents'],
  approve: ['leads'],
  approvals: 1,
  typeAmount: false,
  confirmOutside: false,
  ...changes,
});

export const policy = (changes: Partial<Policy> = {}): Policy => ({
  channels: { approvals: 'C0APPROVE', alarm: 'C0ALARM00' },
  reportingCurrency: 'EUR',
  rates: [
    { date: '2026-11-01', currency: 'USD', rate: '0.8672' },
    { date: '2026-11-01', currency: 'JPY', rate: '0.0056' },
    { date: '2026-11-01', currency: 'KWD', rate: '2.8123' },
  ],
  ratesMaxAge: 31 * dayMs,
  groups: { agents: 'S0AGENTS0', leads: 'S0LEADS00', treasury: 'S0TREASUR' },
  expiry: hourMs,
  rules: [rule()],
  caps: [],
  freezes: [],
  killSwitch: { freeze: ['agents'], lift: ['leads'] },
  ...changes,
});

export const cap = (changes: Partial<Cap> = {}): Cap => ({
  id: 'hourly',
  per: 'requester',
  within: hourMs,
  limit: '100.00',
  ...changes,
});

export const ask = (changes: Partial<Ask> = {}): Ask => ({
  action: 'refund-payment',
  risk: 'medium',
  value: money(2500, 'EUR'),
  requesterGroups: new Set(['agents']),
  channelId: 'C0DESK000',
  at: noon,
  ...changes,
});

export const allowed = (changes: Partial<AllowedRuling> = {}): AllowedRuling => ({
  kind: 'allowed',
  rule: 'refunds',
  approvals: 1,
  approverGroups: ['leads'],
  coolingOffMs: 0,
  typeAmount: false,
  confirmOutside: false,
  reporting: money(2500, 'EUR'),
  trail: [],
  ...changes,
});
