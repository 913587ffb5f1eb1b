/**
 * The company's query files in a folder, read again each time, so that a correction needs no restart.
 *
 * Invariants: only regular files that end in `.sql` are read, and of bounded size and number; one that cannot be read says so
 * and hides no other. A folder that is not there holds no queries.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { QueryFile, QueryFiles } from '../../ports/queries.js';

const mostFiles = 200;
const mostBytes = 200_000;

export const queryFolder = (folder: string): QueryFiles => ({
  list: async () => {
    const names = await readdir(folder).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new OpsError('misconfigured', 'The folder of queries cannot be read.', {
        hint: 'Set `queries.folder` in paydesk.yaml to a folder that Paydesk may read.',
        cause,
      });
    });
    const files = names.filter((name) => name.endsWith('.sql')).sort();
    return Promise.all(files.slice(0, mostFiles).map((name) => fileOf(folder, name)));
  },
});

async function fileOf(folder: string, fileName: string): Promise<QueryFile> {
  const name = basename(fileName, '.sql');
  const path = join(folder, fileName);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { name, text: null, why: 'It is not a file.' };
    if (stats.size > mostBytes) return { name, text: null, why: `It is larger than ${mostBytes} bytes.` };
    return { name, text: await readFile(path, 'utf8'), why: null };
  } catch (error) {
    return { name, text: null, why: `It cannot be read: ${messageOf(error)}` };
  }
}
