/**
 * The folder with package.json, whether the sandbox runs from its sources or from `dist`.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function find(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return find(dirname(folder));
}

export const packageRoot: string = find(import.meta.dirname);
