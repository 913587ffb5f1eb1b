/**
 * HTML that hostile text cannot break out of, and the frame and headers of our own pages.
 *
 * Invariants: only `markup` makes it, and it escapes everything that is put into it but markup; characters
 * that hide or reorder text are spelled out, because people decide by what they read; a page has no script and asks no
 * other host for anything.
 */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { styles } from './styles.js';

/** Markup that is safe to send. */
export class Html {
  constructor(readonly text: string) {}
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control and format characters: among them those that turn the direction of text, and those without width. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/gu;

const spelledOut = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

export const escapeHtml = (text: string): string =>
  text.replace(unseen, spelledOut).replace(/[&<>"']/g, (character) => entities[character] ?? '');

type Part = string | Html | readonly Html[];

const written = (part: Part): string =>
  typeof part === 'string'
    ? escapeHtml(part)
    : part instanceof Html
      ? part.text
      : part.map(({ text }) => text).join('');

/** A template whose holes are escaped, unless they hold markup. */
export const markup = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((literal, at) => literal + written(parts[at] ?? '')).join(''));

export interface Page {
  status: number;
  title: string;
  body: Html;
}

const styleHash = createHash('sha256').update(styles).digest('base64');

/** For everything under our own pages, redirects too. */
const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
} as const;

/** Answers with a whole page; `company` stands above it. */
export function sendPage(
  response: ServerResponse,
  page: Page,
  company: string,
  cookies: string[] = [],
): void {
  const { text } = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <link rel="icon" href="data:," />
        <style>${new Html(styles)}</style>
      </head>
      <body>
        <header><strong>${company}</strong> Paydesk</header>
        <main>${page.body}</main>
      </body>
    </html> `;
  response.writeHead(page.status, {
    ...pageHeaders,
    'content-type': 'text/html; charset=utf-8',
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
  });
  response.end(text);
}

export function redirect(response: ServerResponse, address: string, cookies: string[]): void {
  response.writeHead(303, { ...pageHeaders, location: address, 'set-cookie': cookies }).end();
}
