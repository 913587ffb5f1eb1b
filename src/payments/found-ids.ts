/**
 * Identifiers inside a longer text, such as a message of a colleague or of a monitoring bot.
 *
 * Invariant: only shapes that cannot be a word or an amount: a provider's ids, ARNs, UUIDs and order numbers. No e-mail address
 * and no card's last digits, because a search for a person is asked for on purpose.
 */
const providerId = /^(?:pi|ch|py|po|re|pyr|dp|du|txn|evt|issfr|in|cs|sub|seti|tr)_[A-Za-z0-9_]{8,80}$/;
const arn = /^\d{23}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const order = /^[A-Z]{2,6}-[A-Z0-9-]*\d[A-Z0-9-]*$/;

export const isId = (word: string): boolean => providerId.test(word);

/** Each once, in their order, at most `limit`. */
export function idsIn(text: string, limit: number): string[] {
  const words = text.split(/[\s<>|/?&=#,;:()[\]{}"'`*“”‘’]+/).map((word) => word.replace(/[.!]+$/, ''));
  const found = words.filter((word) => [providerId, arn, uuid, order].some((shape) => shape.test(word)));
  return [...new Set(found)].slice(0, limit);
}
