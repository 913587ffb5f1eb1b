/** When a team's morning is. That a digest is told once is in `test/disputes/register.test.ts`. */
import { describe, expect, it } from 'vitest';
import { dayDue, type Digest } from '../../jobs/dispute-digest.js';
import { dayMs } from '../../src/kernel/clock.js';
import { weekdays } from '../../src/reconciliation/calendars/weekdays.js';

const digest: Digest = {
  channel: 'C0TEAM',
  at: '08:30',
  timeZone: 'Europe/Amsterdam',
  calendar: weekdays,
  withinMs: 3 * dayMs,
  partner: null,
};

describe('the digest is due', () => {
  it.each<[string, string | null, string]>([
    ['2026-11-20T07:29:00Z', null, 'a minute before, in winter'],
    ['2026-11-20T07:30:00Z', '2026-11-20', 'half past eight in Amsterdam'],
    ['2026-07-20T06:30:00Z', '2026-07-20', 'half past eight in summer'],
    ['2026-11-20T22:59:00Z', '2026-11-20', 'late, after the desk was down all day'],
    ['2026-11-20T23:00:00Z', null, 'tomorrow, by its clock'],
    ['2026-11-21T09:00:00Z', null, 'a Saturday'],
  ])('at %s: %s, %s', (at, day) => {
    expect(dayDue(digest, new Date(at))).toBe(day);
  });
});
