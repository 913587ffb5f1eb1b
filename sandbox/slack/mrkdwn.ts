/**
 * What Slack does to the text that people type: escapes `& < >` and turns mentions into their encoded form.
 * Invariant: the three escaped characters never reach the app raw, except in the encoded mentions themselves.
 */
import type { Store } from './store.js';

const MENTION = /<(@[UW][A-Z0-9]+|#C[A-Z0-9]+)(\|[^<>|]*)?>/g;

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Escapes, but leaves encoded mentions that the page already made. */
function escapeAround(text: string): string {
  let from = 0;
  let escaped = '';
  for (const match of text.matchAll(MENTION)) {
    escaped += escapeText(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return escaped + escapeText(text.slice(from));
}

function encodeMentions(text: string, store: Store, withNames: boolean): string {
  return text.replace(
    /(^|[\s(])([@#])([a-z0-9][a-z0-9._-]*)/g,
    (all, before: string, sign: string, name: string) => {
      const found = sign === '@' ? store.findUser(name) : store.findChannel(name);
      if (found === undefined) return all;
      return `${before}<${sign}${found.id}${withNames ? `|${found.name}` : ''}>`;
    },
  );
}

/** A message as it is stored: `@ana` becomes `<@U…>`, `#general` becomes `<#C…|general>`. */
export function encodeMessage(text: string, store: Store): string {
  return encodeMentions(escapeAround(text), store, false);
}

/** The text of a slash command; mentions are encoded only for a command with `should_escape`. */
export function encodeCommandText(text: string, shouldEscape: boolean, store: Store): string {
  const escaped = escapeAround(text);
  return shouldEscape ? encodeMentions(escaped, store, true) : escaped;
}
