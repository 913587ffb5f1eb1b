/**
 * Makes a data folder with the folders above it.
 *
 * Why not `mkdir` with `recursive`: below a file system that holds no folders, such as /proc, Node goes up and down for ever.
 */
import { access, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** For this user alone. Throws the file error of the first folder that cannot be made. */
export async function makeFolder(path: string): Promise<void> {
  for (const folder of await missingFolders(resolve(path))) {
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      // Another starter was faster.
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

/** The highest first. */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !(await exists(folder)); folder = dirname(folder)) missing.unshift(folder);
  return missing;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
