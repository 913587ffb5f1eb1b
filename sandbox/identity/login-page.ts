/**
 * The login page of the sandbox's provider: the company's people, one click each.
 *
 * Invariant: everything that a client or the workspace wrote is escaped. Deliberately absent: scripts, and passwords.
 */
import type { Person } from './grants.js';
import type { Answer } from './http.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const styles = `
:root { color-scheme: light dark; --paper: #eef0f4; --card: #fff; --ink: #1b1d22; --soft: #5b6069; --line: #dcdfe5; --hover: #f2f5fb; --accent: #2f4fc4; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14161b; --card: #1d2027; --ink: #e8eaee; --soft: #a3a8b2; --line: #363b45; --hover: #262b35; --accent: #93a9ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 27rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, 'Segoe UI', Roboto, Arial, sans-serif; overflow-wrap: anywhere; }
main { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
h1 { margin: 0 0 .25rem; font-size: 1.25rem; }
p { margin: 0 0 1rem; color: var(--soft); font-size: .875rem; }
form { display: grid; gap: .5rem; }
button { padding: .55rem .9rem; text-align: left; border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: var(--ink); font: inherit; cursor: pointer; }
button span { display: block; color: var(--soft); font-size: .8125rem; }
button:hover { background: var(--hover); }
button.cancel { border: 0; text-align: center; color: var(--soft); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
`;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

const page = (status: number, title: string, content: string): Answer => ({
  status,
  headers,
  body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="icon" href="data:,"><style>${styles}</style></head>
<body><main><h1>${escape(title)}</h1>${content}</main></body></html>`,
});

/** Sends the same parameters again, with the person's address as `choose`. */
export function loginPage(
  { company, people }: { company: string; people: readonly Person[] },
  params: URLSearchParams,
): Answer {
  const fields = [...params].map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  const choices = people.map(
    ({ name, email }) =>
      `<button name="choose" value="${escape(email)}">${escape(name)} <span>${escape(email)}</span></button>`,
  );
  const words = 'The sandbox’s identity provider. It asks for no password: choose who you are.';
  const form = `<form method="post" action="/authorize">${fields.join('')}${choices.join('\n')}
<button class="cancel" name="choose" value="">Cancel</button></form>`;
  return page(200, `Sign in to ${company}`, `<p>${words}</p>${form}`);
}

export const errorPage = (why: string): Answer =>
  page(400, 'This sign-in cannot begin', `<p>Because ${escape(why)}.</p>`);
