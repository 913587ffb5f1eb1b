import { expect, it } from 'vitest';
import { createClosers } from '../../src/kernel/closers.js';

it('closes the last opened first, each once, and goes on past one that fails', async () => {
  const closed: string[] = [];
  const failures: unknown[] = [];
  const closers = createClosers((error) => failures.push(error));
  const failure = new Error('does not stop');
  closers.add(() => Promise.resolve(closed.push('database')));
  closers.add(() => Promise.reject(failure));
  closers.add(() => {
    throw failure;
  });
  closers.add(() => Promise.resolve(closed.push('engine')));
  await closers.close();
  await closers.close();
  expect({ closed, failures }).toEqual({ closed: ['engine', 'database'], failures: [failure, failure] });
});

it('closes what is added while it closes', async () => {
  const closed: string[] = [];
  const closers = createClosers(() => undefined);
  closers.add(() => {
    closers.add(() => Promise.resolve(closed.push('late')));
    return undefined;
  });
  await closers.close();
  expect(closed).toEqual(['late']);
});
