/**
 * Folders, registries, manifest, README and pages tell of the same commands, guarded actions, jobs and statement formats.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { jobs } from '../../jobs/index.js';
import { ownRecords } from '../../src/alerts/invariants/own-records.js';
import { shippedInvariants } from '../../src/alerts/invariants/shipped.js';
import { shippedMetrics } from '../../src/alerts/shipped-metrics.js';
import { formats } from '../../src/reconciliation/formats/index.js';
import { actions } from '../../src/remediation/actions/index.js';
import { buildManifest, botScopes, printManifest } from '../../src/wiring/manifest.js';
import { samples } from '../reconciliation/formats/samples.js';
import { root } from './source-tree.js';

/** Home is one for all, so it is in no registry. */
const unregistered = ['index.ts', 'home', 'door.ts'];

const namesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => !unregistered.includes(name))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();

const readmePath = join(root, 'README.md');
const readme = readFileSync(readmePath, 'utf8');
const formatsPath = join(root, 'docs/reconciliation.md');
const formatsPage = readFileSync(formatsPath, 'utf8');

const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The rows of the table under a heading, cell by cell, without its head. */
function rowsUnder(page: string, heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map(cellsOf);
}

/** The page with these rows in the first table under a heading. */
function withRows(page: string, heading: string, rows: readonly string[][]): string {
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return page.replace(
    new RegExp(`(## ${heading}\\n(?:(?!## |\\|).*\\n)*\\|.*\\n\\|.*\\n)(?:\\|.*\\n)*`),
    (_, head: string) => head + lines,
  );
}

/** A command's row may say more than its one line in Slack; a new one gets that line. */
function rowsOf({ name, summary }: (typeof commands)[number]): string[][] {
  const written = rowsUnder(readme, 'Commands').filter(([cell = '']) =>
    new RegExp(`^\`${name}[ \`]`).test(cell),
  );
  return written.length > 0 ? written : [[`\`${name}\``, summary]];
}

const writes = '(written by: npx vitest run test/house -u)';

it(`the README’s tables are those of the registries ${writes}`, async () => {
  const tables: [heading: string, rows: string[][]][] = [
    ['Commands', commands.flatMap(rowsOf)],
    ['Guarded actions', actions.map(({ id, title, risk, summary }) => [`\`${id}\``, title, risk, summary])],
    ['Jobs', jobs({}).map(({ id, summary }) => [`\`${id}\``, summary])],
  ];
  const page = tables.reduce((text, [heading, rows]) => withRows(text, heading, rows), readme);
  await expectPage(page, readmePath);
});

async function expectPage(page: string, filepath: string): Promise<void> {
  const style = await resolveConfig(filepath);
  await expect(await format(page, { ...style, filepath })).toMatchFileSnapshot(filepath);
}

describe('commands', () => {
  it('one file each', () => {
    const registered = commands.map(({ name }) => name.slice(1));
    expect(registered.sort(), 'commands/index.ts lists what is in commands/').toEqual(namesIn('commands'));
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
    const registered = actions.map(({ id }) => `${id}.ts`);
    expect(registered.sort(), 'index.ts lists what is in its folder').toEqual(files.sort());
  });
});

describe('jobs', () => {
  const registered = jobs({});

  it('one file each', () => {
    const ids = registered.map(({ id }) => id);
    expect(ids.sort(), 'jobs/index.ts lists what is in jobs/').toEqual(namesIn('jobs'));
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
});

describe('statement formats', () => {
  it(`their page lists each ${writes}`, async () => {
    const written = rowsUnder(formatsPage, 'Formats');
    const rows = formats.map(
      ({ id, title }) => written.find(([cell]) => cell === `\`${id}\``) ?? [`\`${id}\``, title],
    );
    // What ships as profiles of CSV files has a row for all.
    const profiles = written.filter(([cell = '']) => cell.includes(', '));
    await expectPage(withRows(formatsPage, 'Formats', [...rows, ...profiles]), formatsPath);
  });

  it.each(formats.map(({ id }) => id))('%s has a test and a sample', (id) => {
    const folder = 'test/reconciliation/formats';
    expect(readdirSync(join(root, folder))).toContain(`${id}.test.ts`);
    const sample = `add a sample to ${folder}/samples.ts, which ${folder}/robustness.test.ts then damages in many ways`;
    expect(Object.keys(samples), sample).toContain(id);
  });
});

it('the page about anomalies names every metric and invariant that ships', () => {
  const page = readFileSync(join(root, 'docs/anomalies.md'), 'utf8');
  const ids = [...shippedMetrics, ...shippedInvariants, ...ownRecords].map(({ id }) => id);
  expect(ids.filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
});

describe('manifest', () => {
  it(`manifest.yml is what the registries say ${writes}`, async () => {
    await expect(printManifest()).toMatchFileSnapshot(join(root, 'manifest.yml'));
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
