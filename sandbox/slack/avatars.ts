/**
 * The pictures that users.info points at: initials on the person's colour, drawn as SVG.
 * Deliberately absent: pictures of one's own; the page draws its own portraits.
 */
import type { ServerResponse } from 'node:http';
import type { User } from './wire.js';

const largest = 512;

/** The picture of this person, or a neutral one. */
export function answerAvatar(response: ServerResponse, user: User | undefined, size: number): void {
  const side = Number.isInteger(size) && size > 0 && size <= largest ? size : largest;
  response.writeHead(200, { 'content-type': 'image/svg+xml; charset=utf-8', 'cache-control': 'no-store' });
  response.end(drawn(side, user?.color ?? '#757575', initialsOf(user?.real_name ?? '')));
}

/** Letters only, so that nothing of a name has to be escaped. */
const initialsOf = (name: string): string =>
  name
    .split(' ')
    .map((word) => /^\p{L}/u.exec(word)?.[0] ?? '')
    .join('')
    .slice(0, 2);

const drawn = (side: number, color: string, initials: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 100 100">` +
  `<rect width="100" height="100" fill="${color}"/><text x="50" y="66" font-size="44" fill="#fff" ` +
  `font-family="sans-serif" text-anchor="middle">${initials}</text></svg>`;
