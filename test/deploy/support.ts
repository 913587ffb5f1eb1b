/**
 * What the files in `deploy/` are held against: the code's own variables and drain time, and JSON schemas and types.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/kernel/package-root.js';

export const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');

/** Every document of a YAML file. Throws for one that does not parse. */
export const documents = (path: string): unknown[] =>
  parseAllDocuments(read(path)).map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS() as unknown;
  });

/** What Paydesk reads from its environment; a misspelt variable would be left out in silence. */
export const knownVariables: ReadonlySet<string> = new Set(
  [...read('src/config/environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name!),
);

/** What others read: Node's libraries, and malloc. */
export const ownVariables: readonly string[] = ['NODE_ENV', 'MALLOC_ARENA_MAX'];

/** After this Paydesk ends itself; whoever stops it must wait longer, or work is cut off. */
export const longestStopSeconds =
  Number(/longestStopMs = ([\d_]+);/.exec(read('src/main.ts'))?.[1]?.replaceAll('_', '')) / 1000;
