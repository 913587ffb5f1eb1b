/**
 * Links in messages: which of them belong to the app's domains, and the id under which one message may be unfurled.
 * Invariant: an unfurl_id says which message it belongs to and cannot be guessed; nothing needs to be kept for it.
 */
import type { Ids } from './ids.js';
import type { Message } from './wire.js';

type SharedLink = {
  url: string;
  /** The domain as the manifest names it; the link may be of one below it. */
  domain: string;
};

const link = /<(https?:\/\/[^<>|\s]+)(?:\|[^<>]*)?>/gi;

/** Links as they are in encoded text, `&amp;` undone. */
export function urlsIn(text: string): string[] {
  return [...text.matchAll(link)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'));
}

export function domainOf(url: string, domains: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const host = new URL(url).hostname;
  return domains.find((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** The links of these domains, each once. */
export function linksIn(text: string, domains: readonly string[]): SharedLink[] {
  return [...new Set(urlsIn(text))].flatMap((url) => {
    const domain = domainOf(url, domains);
    return domain === undefined ? [] : [{ url, domain }];
  });
}

export const unfurlId = (ids: Ids, { channel, ts }: Pick<Message, 'channel' | 'ts'>): string =>
  `${channel}.${ts}.${ids.secret(`unfurl:${channel}:${ts}`, 64)}`;

/** The message that an unfurl_id belongs to, or undefined when it is not ours. */
export function unfurlTarget(ids: Ids, id: string): Pick<Message, 'channel' | 'ts'> | undefined {
  const [, channel = '', ts = ''] = /^([A-Z0-9]+)\.(\d+\.\d+)\./.exec(id) ?? [];
  return unfurlId(ids, { channel, ts }) === id ? { channel, ts } : undefined;
}
