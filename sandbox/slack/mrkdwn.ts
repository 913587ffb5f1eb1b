/**
 * What Slack does to the text that people type: escapes `& < >` and turns mentions into their encoded form.
 * Invariant: the three escaped characters never reach the app raw, except in the encoded mentions themselves.
 */
import type { Store } from './store.js';

const mentionPattern =
  /<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!here|!channel|!everyone|!subteam\^S[A-Z0-9]+)(\|[^<>|]*)?>/g;

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Escapes, but leaves encoded mentions that the page already made. */
function escapeAround(text: string): string {
  let from = 0;
  let escaped = '';
  for (const match of text.matchAll(mentionPattern)) {
    escaped += escapeText(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return escaped + escapeText(text.slice(from));
}

/** Words that call everybody of a place, by what Slack makes of them. */
const calls = new Set(['here', 'channel', 'everyone']);

function mentionOf(sign: string, name: string, store: Store, withNames: boolean): string | undefined {
  const named = (id: string, label: string) => `<${id}${withNames ? `|${label}` : ''}>`;
  if (sign === '#') {
    const channel = store.findChannel(name);
    return channel && named(`#${channel.id}`, channel.name);
  }
  if (calls.has(name)) return `<!${name}>`;
  const user = store.findUser(name);
  if (user) return named(`@${user.id}`, user.name);
  const group = store.groups.find((each) => each.handle === name);
  return group && named(`!subteam^${group.id}`, `@${group.handle}`);
}

function encodeMentions(text: string, store: Store, withNames: boolean): string {
  return text.replace(
    /(^|[\s(])([@#])([a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?)/g,
    (all, before: string, sign: string, name: string) => {
      const mention = mentionOf(sign, name, store, withNames);
      return mention === undefined ? all : before + mention;
    },
  );
}

/** Bare addresses become links; punctuation after them is text. */
const encodeLinks = (text: string): string =>
  text.replace(/(^|[\s(])(https?:\/\/(?:(?!&[lg]t;)[^\s<>|])+)/gi, (_all, before: string, found: string) => {
    const url = found.replace(/[.,;:!?)]+$/, '');
    return `${before}<${url}>${found.slice(url.length)}`;
  });

/**
 * A message as it is stored: `@ana` becomes `<@U…>`, `#general` `<#C…>`, `@here` `<!here>`, `@on-call`
 * `<!subteam^S…>` and an address `<https://…>`.
 */
export function encodeMessage(text: string, store: Store): string {
  return encodeLinks(encodeMentions(escapeAround(text), store, false));
}

/** The text of a slash command; mentions and links are encoded only for a command with `should_escape`. */
export function encodeCommandText(text: string, shouldEscape: boolean, store: Store): string {
  const escaped = escapeAround(text);
  return shouldEscape ? encodeLinks(encodeMentions(escaped, store, true)) : escaped;
}
