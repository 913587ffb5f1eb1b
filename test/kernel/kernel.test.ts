/**
 * The small rooms of the kernel: clock, ids, errors, secrets, durations, suggestions.
 */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { formatDuration, parseDuration } from '../../src/kernel/duration.js';
import { OpsError, toOpsError } from '../../src/kernel/errors.js';
import { newErrorId } from '../../src/kernel/ids.js';
import { nearest } from '../../src/kernel/nearest.js';
import { Secret } from '../../src/kernel/secret.js';

describe('references', () => {
  it('can be read out', () => {
    expect(newErrorId()).toMatch(/^R-[0-9A-HJKMNP-TV-Z]{8}$/);
  });
});

describe('errors', () => {
  it('keep what is ours', () => {
    const error = new OpsError('invalid', 'no');
    expect(toOpsError(error)).toBe(error);
  });

  it('turn anything else into internal, without its text', () => {
    const error = toOpsError(new Error('password=hunter2'));
    expect(error.code).toBe('internal');
    expect(`${error.publicMessage}${error.hint ?? ''}`).not.toContain('hunter2');
    expect((error.cause as Error).message).toBe('password=hunter2');
  });
});

it('a secret is shown only when it is asked for', () => {
  const secret = new Secret('xoxb-1');
  const seen = [String(secret), JSON.stringify({ secret }), inspect({ secret }), secret.toString()].join();
  expect(seen).not.toContain('xoxb-1');
  expect(secret.reveal()).toBe('xoxb-1');
});

describe('durations', () => {
  it.each([
    ['45s', 45_000],
    ['15m', 15 * minuteMs],
    ['1h30m', hourMs + 30 * minuteMs],
    ['2d', 2 * dayMs],
  ])('%s is %i ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(['', '5', 'm5', '1.5h', '-1h', '1h 30m', '5 minutes'])('“%s” is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [-90_000, '1 min'],
    [hourMs, '1 h'],
    [25 * hourMs + minuteMs, '1 d 1 h'],
    [3 * dayMs, '3 d'],
  ])('%i ms reads %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});

it('suggests the nearest word, or none when all are far', () => {
  expect(nearest('timezone', ['timeZone', 'name'])).toBe('timeZone');
  expect(nearest('zzz', ['timeZone', 'name'])).toBeNull();
  fc.assert(fc.property(fc.string({ minLength: 1 }), (word) => nearest(word, [word]) === word));
});
