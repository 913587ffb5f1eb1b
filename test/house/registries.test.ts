/**
 * Folder, registry, manifest and README tell of the same commands and jobs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { jobs } from '../../jobs/index.js';
import { buildManifest, botScopes, printManifest } from '../../src/manifest.js';
import { root } from './source-tree.js';

/** Home is one for all, so it is in no registry. */
const unregistered = ['index.ts', 'home.ts'];

const namesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => !unregistered.includes(name))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first cells of the rows of the table under a heading. */
function tableUnder(heading: string): string[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell);
}

describe('commands', () => {
  it('one file each', () => {
    expect(commands.map(({ name }) => name.slice(1)).sort()).toEqual(namesIn('commands'));
  });

  it('the README names them all', () => {
    const names = tableUnder('Commands').map((cell) => cell.split(' ')[0]);
    expect([...new Set(names)].sort()).toEqual(commands.map(({ name }) => name).sort());
  });

  it('no two commands share an action', () => {
    const ids = commands.flatMap(({ actions }) => Object.keys(actions));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('no two commands share a window', () => {
    const ids = commands.flatMap(({ submissions = {} }) => Object.keys(submissions));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('jobs', () => {
  const registered = jobs({
    partnerStatus: '* * * * *',

    auditWitness: '* * * * *',
  });

  it('one file each', () => {
    expect(registered.map(({ id }) => id).sort()).toEqual(namesIn('jobs'));
  });

  it('the README names them all', () => {
    expect(tableUnder('Jobs').sort()).toEqual(registered.map(({ id }) => id).sort());
  });
});

describe('manifest', () => {
  it('manifest.yml is what the registries say', () => {
    expect(readFileSync(join(root, 'manifest.yml'), 'utf8')).toBe(printManifest());
  });

  it('keeps Slack’s limits', () => {
    const manifest = buildManifest() as {
      display_information: { name: string; description: string };
      features: { slash_commands: { command: string; description: string; usage_hint?: string }[] };
    };
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
    for (const { command, description, usage_hint } of manifest.features.slash_commands) {
      expect(command).toMatch(/^\/[a-z]{1,31}$/);
      expect(description.length).toBeLessThanOrEqual(2000);
      expect((usage_hint ?? '').length).toBeLessThanOrEqual(1000);
    }
  });

  it('asks for each scope once, with a reason', () => {
    for (const [scope, why] of Object.entries(botScopes)) {
      expect(scope).toMatch(/^[a-z.:_]+$/);
      expect(why).not.toBe('');
    }
  });
});
