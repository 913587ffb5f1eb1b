/** Instants inside sentences, rewritten for whoever reads them. */
import { expect, it } from 'vitest';
import { inTimeZone, rewriteInstants, utcText } from '../../src/kernel/instants.js';

it.each<[string | undefined, string, string, string]>([
  ['Europe/Lisbon', 'due 2026-07-01 12:00 UTC', 'due 1 Jul 2026, 13:00 WEST', 'summer time of that day'],
  ['America/New_York', 'due 2026-12-01 02:30 UTC', 'due 30 Nov 2026, 21:30 GMT-5', 'the day before'],
  ['Asia/Kolkata', '2026-09-18 12:00:09 UTC', '18 Sep 2026, 17:30 GMT+5:30', 'half an hour, with seconds'],
  [undefined, 'due 2026-12-01 02:30 UTC', 'due 2026-12-01 02:30 UTC', 'no zone is known'],
  ['Mars/Olympus', 'due 2026-12-01 02:30 UTC', 'due 2026-12-01 02:30 UTC', 'a zone that there is not'],
  ['Europe/Lisbon', '2026-99-01 12:00 UTC', '2026-99-01 12:00 UTC', 'no instant'],
  ['Europe/Lisbon', '2026-11-25, 12:00', '2026-11-25, 12:00', 'a date alone is no instant'],
])('in %s “%s” is “%s”: %s', (timeZone, text, expected) => {
  expect(inTimeZone(text, timeZone)).toBe(expected);
});

it('gives the instant that was written', () => {
  const at = new Date('2026-11-18T12:00:00Z');
  const seen: number[] = [];
  rewriteInstants(`from ${utcText(at)} to ${utcText(at)}`, (found, utc) => {
    seen.push(found.getTime());
    return utc;
  });
  expect(seen).toEqual([at.getTime(), at.getTime()]);
});
