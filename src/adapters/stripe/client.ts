/**
 * Reads Stripe's API: objects, and lists page after page.
 *
 * Invariants: everything done under one deadline ends with it, attempts, waits and pages included; no object is handed
 * on before its schema accepted it.
 */
import type { Deadline } from '../http-api/client.js';
import type { paths } from './openapi.gen.js';
import type { Reader } from './readers.js';
import { balanceSchema, firstPageSchema, pageSchema } from './schemas.js';
import { createStripeApi, read, readNoun, type StripeDeps } from './transport.js';

/** Stripe's own limit of objects in a page. */
const pageSize = 100;

type ReadPath = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];
type Params<Path extends ReadPath> = Pick<paths[Path]['get']['parameters'], 'path' | 'query'>;
export type ObjectPath = Extract<ReadPath, `${string}/{id}`>;
/** Lists of the second version, which page in another way. */
type ShortListPath = Exclude<Extract<ReadPath, `/v2/${string}`>, ObjectPath>;
type SearchPath = Extract<ReadPath, `${string}/search`>;
export type ListPath = Exclude<ReadPath, ObjectPath | ShortListPath | SearchPath | '/v1/balance'>;
export type Filter<Path extends ListPath> = Omit<
  NonNullable<paths[Path]['get']['parameters']['query']>,
  'limit' | 'starting_after'
>;

export interface StripeClient {
  /** Starts the time that one question may take, however many requests it needs; `until` ends it earlier. */
  deadline(until?: AbortSignal): Deadline;
  /**
   * One object. Throws `not_found`, `unavailable` (down, late, unreadable), `rate_limited`, `misconfigured` (key
   * refused) or `invalid`.
   */
  get<Path extends ObjectPath, Wire, Noun>(
    path: Path,
    params: Params<Path>,
    reader: Reader<Wire, Noun>,
    deadline: Deadline,
  ): Promise<Noun>;
  /** The objects of a list in Stripe's order (newest first), unread, page after page, at most `limit`. Throws as `get`. */
  list<Path extends ListPath>(
    path: Path,
    filter: Filter<Path>,
    options: { limit: number; deadline: Deadline },
  ): AsyncGenerator<unknown, void>;
  /** One page of a list, unread; `next` is the id after which the next one begins. Throws as `get`. */
  page<Path extends ListPath>(
    path: Path,
    filter: Filter<Path>,
    after: string | null,
    deadline: Deadline,
  ): Promise<{ data: unknown[]; next: string | null }>;
  /** The first page of a list of the second version, unread. Throws as `get`. */
  first<Path extends ShortListPath>(
    path: Path,
    query: paths[Path]['get']['parameters']['query'],
    deadline: Deadline,
  ): Promise<unknown[]>;
  /** What a search finds, unread: one page, at most a hundred. Throws as `get`. */
  search<Path extends SearchPath>(
    path: Path,
    query: NonNullable<Params<Path>['query']>,
    deadline: Deadline,
  ): Promise<unknown[]>;
  /** Succeeds when the key is accepted. Throws as `get`. */
  check(): Promise<void>;
}

export function createStripeClient(deps: StripeDeps): StripeClient {
  const api = createStripeApi(deps);

  const get: StripeClient['get'] = async (path, params, reader, deadline) =>
    readNoun(api, path, await api.ask(path, params, deadline), reader);

  const pageOf = async <Path extends ListPath>(
    path: Path,
    query: Filter<Path> & { limit: number; starting_after?: string },
    deadline: Deadline,
  ): Promise<{ data: unknown[]; next: string | null }> => {
    const page = read(api, path, await api.ask(path, { query }, deadline), pageSchema);
    return { data: page.data, next: page.has_more ? page.last : null };
  };

  async function* list<Path extends ListPath>(
    path: Path,
    filter: Filter<Path>,
    options: { limit: number; deadline: Deadline },
  ): AsyncGenerator<unknown, void> {
    let left = options.limit;
    let cursor: { starting_after?: string } = {};
    while (left > 0) {
      const query = { ...filter, ...cursor, limit: Math.min(left, pageSize) };
      const { data, next } = await pageOf(path, query, options.deadline);
      yield* data.slice(0, left);
      if (next === null) return;
      left -= data.length;
      cursor = { starting_after: next };
    }
  }

  const search: StripeClient['search'] = async (path, query, deadline) =>
    read(api, path, await api.ask(path, { query }, deadline), pageSchema).data;

  const check = async (): Promise<void> =>
    void read(api, '/v1/balance', await api.ask('/v1/balance', {}, api.deadline()), balanceSchema);

  return {
    deadline: (until) => api.deadline(until),
    get,
    list,
    search,
    page: (path, filter, after, deadline) =>
      pageOf(
        path,
        { ...filter, limit: pageSize, ...(after === null ? {} : { starting_after: after }) },
        deadline,
      ),
    first: async (path, query, deadline) =>
      read(api, path, await api.ask(path, { query }, deadline), firstPageSchema).data,
    check,
  };
}
