/**
 * Which runbook an alert gets.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadRunbooks } from '../../src/adapters/runbooks/runbooks.js';
import { silentLog } from '../../src/kernel/log.js';
import { root } from '../house/source-tree.js';

const folder = mkdtempSync(join(tmpdir(), 'paydesk-runbooks-'));
const files: Record<string, string> = {
  'general.md': '# For everything\nLook around.',
  'metric.md': '---\nmetric: success\n---\n# Success rate',
  'partner.md': '---\r\npartner: northpay\r\n---\r\n# Northpay',
  'both.md': '---\nmetric: success\npartner: northpay\n---\nNo heading',
  'broken.md': '---\nmetric: [\n---\n# Broken',
  'huge.md': `# Huge\n${'x'.repeat(200_000)}`,
  'notes.txt': '# No Markdown',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
const runbookFor = loadRunbooks(folder, silentLog);
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['success', 'northpay', 'both'],
  ['success', 'meridian', 'Success rate'],
  ['latency', 'northpay', 'Northpay'],
  ['latency', null, 'For everything'],
])('%s at %s: %s', (metric, partner, title) => {
  expect(runbookFor(metric, partner)?.title).toBe(title);
});

it('a folder that does not exist has none', () => {
  expect(loadRunbooks(join(folder, 'nowhere'), silentLog)('success', null)).toBeNull();
});

it('the one that ships is for the success rate', () => {
  expect(
    loadRunbooks(join(root, 'runbooks'), silentLog)('authorisation-success', 'northpay')?.text,
  ).toContain('Stop the loss');
});
