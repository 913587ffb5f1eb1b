/** The files that a run begins with are there: one that was renamed would run last, and everything would wait for it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { longestFiles } from '../support/longest-files.js';
import { root } from './source-tree.js';

it.each(longestFiles)('%s', (file) => {
  expect(existsSync(join(root, file))).toBe(true);
});
