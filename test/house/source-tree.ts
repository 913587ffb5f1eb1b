/**
 * The source files of the house and what each imports, read from the sources themselves.
 *
 * Invariant: an import either resolves to a file that exists, or is listed as unresolved. A path that is only guessed
 * would drop out of every check that follows edges.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const root = resolve(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  /** Paths from the root for the project's own files; package names for the rest. */
  imports: Imports;
}

export interface Imports {
  own: string[];
  packages: string[];
  /** Modules of Node, without `node:`. */
  builtins: string[];
  /** Imports that lead to no file, or that only show when the code runs, as written. */
  unresolved: string[];
}

const folders = ['src', 'commands', 'jobs', 'sandbox'];

export function sourceFiles(): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => isCode(path) && !path.endsWith('.d.ts'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), imports: importsOf(path) }));
}

/** Whatever Node or the bundler runs, `.mts` and `.js` included: a file in another suffix would escape every check. */
const isCode = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);

function importsOf(path: string): Imports {
  const source = readFileSync(join(root, path), 'utf8');
  return readImports(path, source, (target) => existsSync(join(root, target)));
}

/** What a source text imports. `exists` says whether a path from the root is a file. */
export function readImports(path: string, source: string, exists: (path: string) => boolean): Imports {
  const { importedFiles } = ts.preProcessFile(source, true, true);
  const imports: Imports = { own: [], packages: [], builtins: [], unresolved: hiddenImports(source) };
  for (const { fileName } of importedFiles) {
    if (/^(?:[./]|file:)/.test(fileName)) {
      const target = candidates(path, fileName).find(exists);
      if (target === undefined) imports.unresolved.push(fileName);
      else imports.own.push(target);
    } else if (isBuiltin(fileName)) imports.builtins.push(fileName.replace(/^node:/, ''));
    else imports.packages.push(packageName(fileName));
  }
  return imports;
}

/** An `import(…)` of anything but a text: no check can follow it. */
const hiddenImports = (source: string): string[] =>
  [...withoutComments(source).matchAll(/(?<![.\w])import\s*\(\s*(?!['"\s)]|\.\.\.)[^)\n]*\)/g)].map(
    ([hidden]) => hidden,
  );

/** The files that a relative import can mean: an import of `x.js` is written in `x.ts` or `x.tsx`. */
function candidates(from: string, name: string): string[] {
  const target = relative(root, resolve(root, dirname(from), name)).replaceAll('\\', '/');
  const stem = /^(.*)\.jsx?$/.exec(target)?.[1];
  return stem === undefined ? [target] : [`${stem}.ts`, `${stem}.tsx`, target];
}

const packageName = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

export interface SourceText {
  path: string;
  /** Without its comments. */
  code: string;
}

export const textsIn = (...folders: string[]): SourceText[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(isCode)
      .map((name) => join(folder, name).replaceAll('\\', '/'))
      .map((path) => ({ path, code: withoutComments(readFileSync(join(root, path), 'utf8')) })),
  );

/** Whole lines only, which is how comments are written here. */
const withoutComments = (text: string): string => text.replace(/^\s*(?:\/\*|\*|\/\/).*$/gm, '');
