/**
 * Deep links into other systems.
 */
import { containsCardNumber } from '../../kernel/sensitive.js';
import { code, link } from './blocks.js';

/** The page that shows an object, from the URL templates of the configuration; null where none is configured. */
export type Links = (object: string, id: string) => string | null;

export const noLinks: Links = () => null;

/** The page of an object; null where none is configured, or where the address would carry a card number. */
export const pageOf = (links: Links, object: string, id: string): string | null =>
  containsCardNumber(id) ? null : links(object, id);

/** The id of an object, as a link to its page where there is one. */
export function reference(links: Links, object: string, id: string): string {
  const page = pageOf(links, object, id);
  return page === null ? code(id) : link(page, id);
}

/** The parts that there are, as one line. */
export const joined = (...parts: (string | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
