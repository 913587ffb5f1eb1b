/**
 * What the papers for newcomers, operators and reporters name is there: files, links between pages, npm scripts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './source-tree.js';

const papers = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

const top = readdirSync(root);

/** The folder of a path that has a placeholder or a pattern in it; otherwise the path. */
const fixedPart = (path: string): string => path.replace(/[^/]*[<*].*$/, '');

function missingIn(paper: string, text: string): string[] {
  // A page that shows how something is added names files that are not there yet.
  const told = text.replace(/^## Adding [^]*?(?=^## |(?![^]))/gm, '');
  const code = [...told.matchAll(/`([^`\n]+)`/g)].map(([, inside]) => inside!);
  const paths = code
    .filter((inside) => /^[\w.-]+\/[\w./<>*-]*$/.test(inside) && top.includes(inside.split('/')[0]!))
    .map(fixedPart)
    .filter((path) => !existsSync(join(root, path)));
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
    .map(([, target]) => target!)
    .filter((target) => !existsSync(join(root, dirname(paper), target)));
  const runs = [...text.matchAll(/npm run ([\w:-]+)/g)]
    .map(([, name]) => name!)
    .filter((name) => !(name in scripts));
  return [...paths, ...links, ...runs];
}

describe('what is named is there', () => {
  it.each(papers)('%s', (paper) => {
    const missing = missingIn(paper, readFileSync(join(root, paper), 'utf8'));
    expect(missing, `${paper} names what is not there`).toEqual([]);
  });

  it.each([
    ['a file that is gone', 'see `src/kernel/gone.ts`', 'src/kernel/gone.ts'],
    ['a folder of a placeholder', 'add `src/gone/<id>.ts`', 'src/gone/'],
    ['a link', 'see [this](gone.md)', 'gone.md'],
    ['an npm script', 'run `npm run gone`', 'gone'],
  ])('%s is reported', (_what, text, missing) => {
    expect(missingIn('docs/page.md', text)).toEqual([missing]);
  });
});
