/**
 * Every button of a card is answered by a command.
 * Deliberately absent: buttons that only lead to a page; Slack opens those by itself.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../commands/index.js';

const views = join(import.meta.dirname, '../../src/views');
const answered = new Set(
  commands.flatMap(({ actions, submissions = {} }) => [...Object.keys(actions), ...Object.keys(submissions)]),
);

/** What the views export as names of buttons and of some windows: one, a list, or a record of them. */
async function buttonIds(): Promise<string[]> {
  const files = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const modules = await Promise.all(
    files.map((path) => import(join(views, path)) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => /(?:Buttons?|ActionIds?|lookUpIds|[a-z]Ids)$/.test(name))
    .flatMap(([, value]): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [value],
    )
    .filter((value): value is string => typeof value === 'string');
}

it('every button is answered', async () => {
  const ids = await buttonIds();
  expect(ids.length).toBeGreaterThan(40);
  expect(ids.filter((id) => !answered.has(id))).toEqual([]);
});
