import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endingBy } from '../../src/kernel/signals.js';

it('ends after its time', async () => {
  const signal = endingBy(1);
  if (!signal.aborted) await once(signal, 'abort');
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('ends with the other signal, also with one that has ended already', () => {
  const other = new AbortController();
  const signal = endingBy(60_000, other.signal);
  expect(signal.aborted).toBe(false);
  other.abort(new Error('too late'));
  expect(signal.reason).toMatchObject({ message: 'too late' });
  expect(endingBy(60_000, other.signal).reason).toMatchObject({ message: 'too late' });
});
