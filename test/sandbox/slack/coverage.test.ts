/**
 * Holds the coverage tables of docs/sandbox.md equal to what is implemented.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockRules } from '../../../sandbox/slack/block-kit/blocks.js';
import { elements } from '../../../sandbox/slack/block-kit/elements.js';
import type { ObjectSpec } from '../../../sandbox/slack/block-kit/spec.js';
import { allMethods } from '../../../sandbox/slack/methods/index.js';

const docs = new URL('../../../docs/sandbox.md', import.meta.url);
const sources = new URL('../../../sandbox/slack/', import.meta.url);

/** Rows of the table whose first heading is this one: first cell → second cell. */
function tableOf(heading: string): Record<string, string> {
  const lines = readFileSync(docs, 'utf8').split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\| ${heading} +\\|`).test(line));
  expect(start, `no table ${heading}`).toBeGreaterThan(0);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  const rows = lines.slice(start + 2, end).map((line) => line.split('|').map((cell) => cell.trim()));
  return Object.fromEntries(
    rows.map(([, name, rest]) => [name!.replaceAll('`', ''), rest!.replaceAll('`', '')]),
  );
}

const surfaces = (table: Readonly<Record<string, ObjectSpec>>) =>
  Object.fromEntries(
    Object.entries(table).map(([type, spec]) => [type, spec.surfaces?.join(', ') ?? 'message, modal, home']),
  );

describe('docs/sandbox.md', () => {
  it('lists every Web API method with its scopes', () => {
    const methods = [...allMethods.values()].map(({ name, scopes }) => [name, scopes.join(', ') || 'none']);
    expect(tableOf('Web API method')).toEqual(Object.fromEntries(methods));
  });

  it('lists every block and every element with its surfaces', () => {
    expect(tableOf('block')).toEqual(surfaces(blockRules));
    expect(tableOf('element')).toEqual(surfaces(elements));
  });

  it('lists every delivery', () => {
    const payloads = readFileSync(new URL('payloads.ts', sources), 'utf8');
    const events = ['events.ts', 'touch.ts']
      .map((name) => readFileSync(new URL(name, sources), 'utf8'))
      .join();
    const interactions = [...payloads.matchAll(/^ {4}type: '(\w+)',$/gm)].map((match) => match[1]!);
    const told = [...events.matchAll(/\btype: '(\w+)'/g)].map((match) => match[1]!);
    const built = new Set([
      'slash_commands',
      ...interactions.filter((type) => type !== 'message' && type !== 'event_callback'),
      ...told,
      'message',
    ]);
    expect(Object.keys(tableOf('delivery')).sort()).toEqual([...built].sort());
  });

  it('shows every route of the control interface with an example', () => {
    const text = readFileSync(docs, 'utf8');
    const source = readFileSync(new URL('control.ts', sources), 'utf8');
    const routes = [...source.matchAll(/'(?:GET|POST) (\w+)'/g)].map((match) => match[1]!);
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) expect(text).toMatch(new RegExp(`curl (-N )?\\$S/_sandbox/${route}\\b`));
  });
});
