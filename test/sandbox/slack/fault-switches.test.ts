/** Faults of other stand-ins, switched through the control interface by those who were handed in. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFaults } from '../../../sandbox/faults.js';
import { startSlack, type SlackServer } from '../../../sandbox/slack/server.js';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../house/source-tree.js';

let slack: SlackServer;
const mail = createFaults(['refuse']);
beforeEach(async () => {
  mail.reset();
  const manifest: unknown = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
  slack = await startSlack({ port: 0, manifest, faultSwitches: { mail } });
});
afterEach(() => slack.close());

async function faults(body?: object): Promise<unknown> {
  const init = body && { method: 'POST', body: JSON.stringify(body) };
  return (await fetch(`${slack.url}/_sandbox/faults`, init ?? {})).json();
}

const refuse = { service: 'mail', kind: 'refuse', count: 2 };

it('reach the named stand-in, and are listed beside Slack’s own', async () => {
  await faults({ kind: 'slow', amount: 1 });
  expect(await faults(refuse)).toMatchObject({ ok: true, faults: [{ kind: 'slow' }, refuse] });
  expect(mail.take('')?.kind).toBe('refuse');
  expect(await faults()).toMatchObject({ faults: [{ kind: 'slow' }, { ...refuse, count: 1 }] });
});

it('are cleared alone, or with all others', async () => {
  await faults({ kind: 'slow', amount: 1 });
  await faults(refuse);
  expect(await faults({ service: 'mail', kind: 'reset' })).toMatchObject({ faults: [{ kind: 'slow' }] });
  await faults(refuse);
  expect(await faults({ kind: 'reset' })).toEqual({ ok: true, faults: [] });
  expect(mail.list()).toEqual([]);
});

it.each([
  ['an unknown service', { service: 'post', kind: 'refuse' }, 'service must be one of mail'],
  ['a name that every object has', { service: 'constructor', kind: 'refuse' }, 'service must be one of mail'],
  ['an unknown kind', { service: 'mail', kind: 'slow' }, 'kind must be one of refuse, reset'],
])('refuse %s', async (_reason, body, error) => {
  expect(await faults(body)).toMatchObject({ ok: false, error });
});
