/**
 * A page for one object of the payments API, where the deep links of cards lead in the sandbox.
 * Invariant: what is shown is escaped, and nothing on the page runs.
 */
import type { ServerResponse } from 'node:http';
import { asString } from './json.js';

/** The object as the API answers it, or null when there is none. */
export type FindObject = (id: string) => object | null;

const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const style =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'pre{background:#f4f4f5;padding:1rem;overflow:auto;border-radius:6px}dt{color:#71717a}dd{margin:0 0 .5rem}';

/** What people look for first, by name of the member. */
const first = [
  'status',
  'amount',
  'currency',
  'created',
  'arrival_date',
  'payment_intent',
  'charge',
  'reason',
];

export function answerDashboard(response: ServerResponse, find: FindObject, id: string): void {
  const object = find(id);
  response.writeHead(object === null ? 404 : 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(object === null ? page(id, '<p>The payments API has no such object.</p>') : shown(id, object));
}

function shown(id: string, object: object): string {
  const members = new Map(Object.entries(object) as [string, unknown][]);
  const facts = first.flatMap((name) => {
    const value = members.get(name);
    return typeof value === 'string' || typeof value === 'number' ? [fact(name, value)] : [];
  });
  const whole = escaped(JSON.stringify(object, null, 2));
  return page(
    `${asString(members.get('object')) ?? 'object'} ${id}`,
    `<dl>${facts.join('')}</dl><pre>${whole}</pre>`,
  );
}

/** Times are Unix seconds. */
function fact(name: string, value: string | number): string {
  const isTime = typeof value === 'number' && (name === 'created' || name === 'arrival_date');
  const text = isTime ? new Date(value * 1_000).toISOString() : String(value);
  return `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`;
}

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>` +
  `<h1>${escaped(title)}</h1>${body}<p>Served by the sandbox: amounts are in minor units.</p></html>`;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
