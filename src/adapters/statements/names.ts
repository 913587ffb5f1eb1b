/** Which names in an inbox are not read: unfinished files, and names that could lead elsewhere. */

/** Larger files are refused: no partner's day is so large, and everything of it is held in memory at once. */
export const mostBytes = 512 * 1024 * 1024;

const unfinished = /(?:^|\/)(?:\.[^/]*|[^/]*\.(?:part|partial|filepart|tmp|crdownload|swp)|[^/]*~)$/i;

/** Hidden, or still being written by a program that renames its file when it is done. */
export const isUnfinished = (path: string): boolean => unfinished.test(path);

/** Why a name is not safe to use as one; null when it is. */
export function nameFault(path: string): string | null {
  if (/\p{Cc}/u.test(path)) return 'its name contains control characters';
  if (path.length > 500) return 'its name is longer than 500 characters';
  const isAside = path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\\');
  const parts = path.split('/');
  if (isAside || parts.some((part) => part === '..' || part === '.' || part === ''))
    return 'its name points outside the inbox';
  return null;
}

/** A place that lists more is not an inbox. */
export const mostFiles = 20_000;
