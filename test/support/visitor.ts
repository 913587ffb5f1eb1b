/**
 * A browser without a screen: keeps cookies by host, follows redirects, sends forms as a browser does. Enough to walk
 * through a sign-in as a person.
 */

export interface Visit {
  status: number;
  /** Where one ended up. */
  url: URL;
  headers: Headers;
  text: string;
  /** Every address on the way, the last one included. */
  path: string[];
}

export interface Visitor {
  get(address: string, headers?: Record<string, string>): Promise<Visit>;
  /** Sends the form of a page, with these fields instead of, or beside, its hidden ones. */
  submit(page: Visit, fields: Record<string, string>, headers?: Record<string, string>): Promise<Visit>;
  /** Follows a link that leads to the sandbox's login page, and signs in there with this address. */
  signIn(address: string, email: string): Promise<Visit>;
  cookies: Map<string, Map<string, string>>;
}

const redirects = [301, 302, 303, 307];

export function createVisitor(): Visitor {
  const cookies: Visitor['cookies'] = new Map();
  const keep = (host: string, response: Response): void => {
    const jar = cookies.get(host) ?? new Map<string, string>();
    cookies.set(host, jar);
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      if (header.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
  };
  const cookieOf = (host: string): Record<string, string> => {
    const pairs = [...(cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`);
    return pairs.length > 0 ? { cookie: pairs.join('; ') } : {};
  };
  const go = async (address: string, init: RequestInit, headers: object, path: string[]): Promise<Visit> => {
    const url = new URL(address);
    const sent = { ...cookieOf(url.hostname), ...headers };
    const response = await fetch(url, { ...init, headers: sent, redirect: 'manual' });
    keep(url.hostname, response);
    const text = await response.text();
    const next = response.headers.get('location');
    if (redirects.includes(response.status) && next !== null && path.length < 10)
      return go(new URL(next, url).href, {}, {}, [...path, url.href]);
    return { status: response.status, url, headers: response.headers, text, path: [...path, url.href] };
  };
  const visitor: Visitor = {
    cookies,
    get: (address, headers = {}) => go(address, {}, headers, []),
    submit: (page, fields, headers = {}) => {
      const action = new URL(/<form[^>]* action="([^"]*)"/.exec(page.text)?.[1] ?? '', page.url);
      const body = new URLSearchParams({ ...hiddenFields(page.text), ...fields });
      const own = { origin: 'null', 'sec-fetch-site': 'same-origin', ...headers };
      return go(action.href, { method: 'POST', body }, own, []);
    },
    signIn: async (address, email) => visitor.submit(await visitor.get(address), { choose: email }),
  };
  return visitor;
}

const plain = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

function hiddenFields(text: string): Record<string, string> {
  const inputs = text.matchAll(/<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [plain(name), plain(value)]));
}
