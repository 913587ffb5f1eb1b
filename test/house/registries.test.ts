/**
 * Folder, registry, manifest and README tell of the same commands and jobs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { jobs } from '../../jobs/index.js';
import { actions } from '../../src/remediation/actions/index.js';
import { buildManifest, botScopes, printManifest } from '../../src/wiring/manifest.js';
import { root } from './source-tree.js';

/** Home is one for all, so it is in no registry. */
const unregistered = ['index.ts', 'home', 'door.ts'];

const namesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => !unregistered.includes(name))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The rows of the table under a heading, cell by cell; each begins with a name as code. */
function rowsUnder(heading: string): string[][] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The names in their first cells. */
const tableUnder = (heading: string): string[] =>
  rowsUnder(heading).map(([cell = '']) => /^`([^`]+)`/.exec(cell)?.[1] ?? '');

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

describe('guarded actions', () => {
  it('one file each', () => {
    const files = readdirSync(join(root, 'src/remediation/actions')).filter((name) => name !== 'index.ts');
    expect(actions.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  });

  it('the README tells of them all as they are, in their order', () => {
    const told = actions.map(({ id, title, risk, summary }) => [`\`${id}\``, title, risk, summary]);
    expect(rowsUnder('Guarded actions')).toEqual(told);
  });
});

describe('jobs', () => {
  const registered = jobs({});

  it('one file each', () => {
    expect(registered.map(({ id }) => id).sort()).toEqual(namesIn('jobs'));
  });

  it('each has a schedule of its own, which the configuration can change', () => {
    const schedules = ({ id }: { id: string }, changed: Record<string, string>) =>
      jobs(changed).find((job) => job.id === id)?.schedule;
    expect(schedules({ id: 'partner-status' }, {})).toBe('* * * * *');
    expect(schedules({ id: 'partner-status' }, { partnerStatus: '*/5 * * * *' })).toBe('*/5 * * * *');
  });

  it('a schedule of a job that does not exist is refused, with those that do', () => {
    expect(() => jobs({ partnersStatus: '* * * * *' })).toThrow('schedules.partnersStatus is not');
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
