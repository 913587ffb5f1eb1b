/**
 * Where a Trino cluster is and as whom it is asked: `trino://user:password@host:8443/catalog/schema`.
 *
 * Invariant: a password or token is sent over TLS only, or stays on this machine.
 */
import { OpsError } from '../../kernel/errors.js';
import { isPrivatePath } from '../../kernel/loopback.js';
import type { Secret } from '../../kernel/secret.js';

export interface TrinoAddress {
  /** `https://host:8443`. */
  origin: string;
  headers: Readonly<Record<string, string>>;
}

/** `trino+http://` is for a cluster on this machine. Throws `misconfigured`. */
export function trinoAddress(url: Secret, setting: string): TrinoAddress {
  const text = url.reveal().replace(/^trino(\+http)?:/, (_, plain?: string) => (plain ? 'http:' : 'https:'));
  if (!URL.canParse(text)) throw misread(setting, 'is not an address');
  const { origin, username, password, pathname, searchParams } = new URL(text);
  const [catalog, schema, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  if (!username || !catalog || !schema || rest.length > 0)
    throw misread(setting, 'must name a user, a catalog and a schema');
  if (!isPrivatePath(origin)) throw misread(setting, 'must use TLS outside this machine');
  const user = decodeURIComponent(username);
  if (![user, catalog, schema].every((name) => /^[\x21-\x7e]+$/.test(name)))
    throw misread(setting, 'has a user, catalog or schema that no header can carry');
  return {
    origin,
    headers: {
      'X-Trino-User': user,
      'X-Trino-Catalog': catalog,
      'X-Trino-Schema': schema,
      ...authorisation(user, decodeURIComponent(password), searchParams.get('access_token')),
    },
  };
}

function authorisation(user: string, password: string, token: string | null): Record<string, string> {
  if (token) return { Authorization: `Bearer ${token}` };
  if (password === '') return {};
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

const misread = (setting: string, what: string): OpsError =>
  new OpsError('misconfigured', `${setting} ${what}.`, {
    hint: 'Write it like trino://user:password@host:8443/catalog/schema.',
  });
