/**
 * The source files of the house and what each imports, read from the sources themselves.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const root = resolve(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  /** Paths from the root for the project's own files; package names for the rest. */
  imports: { own: string[]; packages: string[] };
}

const folders = ['src', 'commands', 'jobs', 'sandbox'];

export function sourceFiles(): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), imports: importsOf(path) }));
}

function importsOf(path: string): SourceFile['imports'] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, path), 'utf8'), true, true);
  const names = importedFiles.map(({ fileName }) => fileName);
  const own = names.filter((name) => name.startsWith('.')).map((name) => resolved(path, name));
  const packages = names
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .map(packageName);
  return { own, packages };
}

function resolved(from: string, name: string): string {
  const target = relative(root, resolve(root, dirname(from), name)).replaceAll('\\', '/');
  return target.replace(/\.js$/, '.ts').replace(/\.jsx$/, '.tsx');
}

const packageName = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
