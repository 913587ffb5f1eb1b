/**
 * Deep links into other systems.
 */

/** The page that shows an object, from the URL templates of the configuration; null where none is configured. */
export type Links = (object: string, id: string) => string | null;
