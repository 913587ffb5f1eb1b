/**
 * The sources as plain JavaScript, for tests that start processes: one starts in half the time that a loader takes.
 *
 * Invariant: `buildOnce` runs before any test, so that what runs is what stands in the sources. Deliberately absent: checking
 * types, which `npm run lint` does.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transformWithOxc } from 'vite';
import { packageRoot } from '../../src/kernel/package-root.js';

/** Below what every tool leaves alone. */
const folder = join('dist', 'tests');
const page = join('sandbox', 'slack', 'page', '/');

/** The build of a source file, such as `src/cli.ts`, for Node to run; in a copy of the checkout with another `root`. */
export const script = (source: string, root = packageRoot): string =>
  join(root, folder, source.replace(/\.ts$/, '.js'));

export async function buildOnce(): Promise<void> {
  const trees = await Promise.all(['src', 'sandbox', 'test', 'commands', 'jobs'].map(sourcesBelow));
  await Promise.all(trees.flat().map(build));
}

async function sourcesBelow(tree: string): Promise<string[]> {
  const entries = await readdir(join(packageRoot, tree), { recursive: true });
  return entries
    .map((entry) => join(tree, entry))
    .filter((file) => /(?<!\.d|\.test)\.ts$/.test(file) && !file.startsWith(page));
}

/** Written only when it differs: another run of the tests may be reading it. */
async function build(source: string): Promise<void> {
  const { code } = await transformWithOxc(await readFile(join(packageRoot, source), 'utf8'), source, {
    sourcemap: false,
  });
  const target = script(source);
  if ((await readFile(target, 'utf8').catch(() => null)) === code) return;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
