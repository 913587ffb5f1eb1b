/**
 * Where the page is, kept in the address after `#`: `#/ana/payments-ops`, `#/ana/D024/home`,
 * `#/ana/payments-ops/1710000000.000100` (a thread), `#gallery`.
 * Invariant: any address reads as some place; `hashOf(routeOf(h))` leads to the same place.
 */

export interface Route {
  /** A person's name; empty: the last one. */
  person: string;
  /** A channel's name or id; empty: the first. */
  channel: string;
  tab: 'messages' | 'home';
  /** The parent of the open thread. */
  thread: string | null;
  gallery: boolean;
}

export function routeOf(hash: string): Route {
  if (/^#\/?gallery\b/.test(hash))
    return { person: '', channel: '', tab: 'messages', thread: null, gallery: true };
  const [person = '', channel = '', last = ''] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  const thread = /^\d+\.\d+$/.test(last) ? last : null;
  return { person, channel, tab: last === 'home' ? 'home' : 'messages', thread, gallery: false };
}

export function hashOf(route: Route): string {
  if (route.gallery) return '#gallery';
  const last = route.thread ?? (route.tab === 'home' ? 'home' : '');
  const parts = [route.person, route.channel, last].map(encodeURIComponent);
  return `#/${parts.join('/')}`.replace(/\/+$/, '');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
