/**
 * What the browser remembers between visits: who was last, and how far each person has read.
 * Invariant: works without storage too (a private window), by forgetting.
 */

/** How far people have read: `personId/channelId` → timestamp. */
export type ReadMarks = Record<string, string>;

const personKey = 'paydesk.person';
const readKey = 'paydesk.read';

export function rememberedPerson(): string {
  return read(personKey) ?? '';
}

export function rememberPerson(name: string): void {
  write(personKey, name);
}

export function rememberedMarks(): ReadMarks {
  try {
    return JSON.parse(read(readKey) ?? '{}') as ReadMarks;
  } catch {
    return {};
  }
}

export function rememberMarks(marks: ReadMarks): void {
  write(readKey, JSON.stringify(marks));
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}
