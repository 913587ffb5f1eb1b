/**
 * The units: what matters by a small parser everywhere, and all of it by systemd itself where it is installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/kernel/package-root.js';
import { knownVariables, ownVariables, longestStopSeconds, read } from './support.js';

const folder = 'deploy/systemd';
const units = readdirSync(join(packageRoot, folder));

/** By section and key; the values of a key in their order. */
function parseUnit(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
    const [, heading] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (heading !== undefined) section = heading;
    else {
      const [, key, value] = /^(\w+)=(.*)$/.exec(line)!;
      found.set(`${section}.${key!}`, [...(found.get(`${section}.${key!}`) ?? []), value!]);
    }
  }
  return found;
}

const unit = (name: string): Map<string, string[]> => parseUnit(read(`${folder}/${name}`));

describe('paydesk.service', () => {
  const service = unit('paydesk.service');

  it('starts the bot, again when it ended, and waits for it to stop', () => {
    expect(service.get('Service.ExecStart')).toEqual(['/usr/bin/node /opt/paydesk/dist/src/cli.js start']);
    expect(service.get('Service.Restart')).toEqual(['always']);
    expect(Number(service.get('Service.TimeoutStopSec'))).toBeGreaterThan(longestStopSeconds);
  });

  it('keeps its data where it may write, and sets variables that Paydesk reads', () => {
    const set = service.get('Service.Environment')!.flatMap((line) => line.split(' '));
    const names = set.map((pair) => pair.split('=')[0]!);
    expect(names.filter((name) => !ownVariables.includes(name) && !knownVariables.has(name))).toEqual([]);
    expect(set).toContain(`PAYDESK_HOME=/var/lib/${String(service.get('Service.StateDirectory'))}`);
  });

  it('is not given the owner’s password', () => {
    expect(service.get('Service.EnvironmentFile')).not.toEqual(
      unit('paydesk-migrate.service').get('Service.EnvironmentFile'),
    );
  });
});

describe.each(units)('%s', (name) => {
  it('has no rights', () => {
    const service = unit(name);
    for (const [key, value] of [
      ['DynamicUser', 'yes'],
      ['ProtectSystem', 'strict'],
      ['ProtectHome', 'yes'],
      ['PrivateTmp', 'yes'],
      ['NoNewPrivileges', 'yes'],
      ['CapabilityBoundingSet', ''],
    ] as const)
      expect(service.get(`Service.${key}`), key).toEqual([value]);
    expect(service.has('Service.MemoryDenyWriteExecute'), 'Node would not start').toBe(false);
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.runIf(hasSystemd)('systemd itself', () => {
  /** With a Node that is here in place of the one that is to be installed. */
  async function faultsOf(texts: Readonly<Record<string, string>>): Promise<string> {
    const place = mkdtempSync(join(tmpdir(), 'paydesk-units-'));
    try {
      const paths = Object.entries(texts).map(([name, text]) => {
        const path = join(place, name);
        writeFileSync(path, text.replaceAll('/usr/bin/node', process.execPath));
        return path;
      });
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
      return stderr
        .split('\n')
        .filter((line) => line.includes('paydesk'))
        .join('\n');
    } finally {
      await rm(place, { recursive: true });
    }
  }

  const texts = Object.fromEntries(units.map((name) => [name, read(`${folder}/${name}`)]));

  it('reads the units', async () => {
    expect(await faultsOf(texts)).toBe('');
  });

  it('refuses a misspelt key', async () => {
    const service = texts['paydesk.service']!.replace('ProtectSystem=', 'ProtectSystems=');
    expect(await faultsOf({ 'paydesk.service': service })).toContain('ProtectSystems');
  });
});
