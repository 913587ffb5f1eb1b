/**
 * Numbers of things, in words for people.
 */

/** 1541 as “1,541”. */
export const countText = (count: number): string => count.toLocaleString('en-GB');

/** “1 line”, “1,541 lines”; `many` where it is not `one` with an s. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;
