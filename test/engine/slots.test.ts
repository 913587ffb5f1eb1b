/**
 * Looking back along a cron expression, against asking the library about every single second.
 */
import fc from 'fast-check';
import { createTask } from 'node-cron';
import { expect, test } from 'vitest';
import { requireSchedule, slotsBetween } from '../../src/adapters/engine/slots.js';

const at = (text: string): Date => new Date(text);

const rows: readonly [string, string, string, number, string[], string][] = [
  [
    '* * * * *',
    '2026-03-01T10:00:00Z',
    '2026-03-01T10:02:30Z',
    9,
    ['10:01:00', '10:02:00'],
    'after the cursor, up to now',
  ],
  [
    '* * * * *',
    '2026-03-01T10:00:00Z',
    '2026-03-01T10:02:00Z',
    9,
    ['10:01:00', '10:02:00'],
    'the end counts, the start does not',
  ],
  [
    '* * * * *',
    '2026-02-01T00:00:00Z',
    '2026-03-01T10:02:30Z',
    2,
    ['10:01:00', '10:02:00'],
    'the newest within the cap',
  ],
  [
    '*/20 * * * * *',
    '2026-03-01T09:59:59Z',
    '2026-03-01T10:00:20Z',
    9,
    ['10:00:00', '10:00:20'],
    'six fields: seconds first',
  ],
  ['0 3 1 1 *', '2020-06-01T00:00:00Z', '2026-03-01T00:00:00Z', 1, ['03:00:00'], 'rare, years back'],
  ['0 9 * * 1-5', '2026-02-27T09:00:00Z', '2026-03-01T23:00:00Z', 9, [], 'nothing on a weekend'],
  ['* * * * *', '2026-03-01T10:02:00Z', '2026-03-01T10:01:00Z', 9, [], 'a clock that went back'],
];

test.each(rows)('%s after %s until %s, at most %i', (schedule, after, until, limit, expected) => {
  const times = slotsBetween(schedule, at(after), at(until), limit).map((slot) =>
    slot.toISOString().slice(11, 19),
  );
  expect(times).toEqual(expected);
});

test('agrees with the library on every second', () => {
  const schedules = ['*/7 * * * * *', '30 15,45 * * * *', '0 0 */6 * * *', '5 1 * * 0', '*/13 2-3 1-15 * 1'];
  const cases = fc.record({
    schedule: fc.constantFrom(...schedules),
    start: fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2026, 11, 31) / 1000 }),
    lengthS: fc.integer({ min: 0, max: 3000 }),
    limit: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(cases, ({ schedule, start, lengthS, limit }) => {
      const task = createTask(schedule, () => undefined, { timezone: 'UTC' });
      const all: Date[] = [];
      for (let second = start + 1; second <= start + lengthS; second++) {
        if (task.match(new Date(second * 1000))) all.push(new Date(second * 1000));
      }
      void task.destroy();
      expect(
        slotsBetween(schedule, new Date(start * 1000), new Date((start + lengthS) * 1000), limit),
      ).toEqual(all.slice(-limit));
    }),
    { seed: 20260301, numRuns: 60 },
  );
});

test.each(['', 'often', '61 * * * *', '* * * *'])('“%s” is refused as a schedule', (schedule) => {
  expect(() => requireSchedule('some-job', schedule)).toThrow(
    expect.objectContaining({ code: 'misconfigured' }) as Error,
  );
});
