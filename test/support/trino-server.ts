/**
 * A Trino coordinator as its clients see it: the statement protocol with its states, pages, tokens, errors and cancelling, over
 * a PostgreSQL that answers the SQL.
 *
 * Invariant: it refuses what a coordinator refuses: a statement without a user, a page that is gone, a query that is not there.
 * Source: trino.io, “Trino client REST API” and “EXECUTE IMMEDIATE”.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import pg from 'pg';

interface Column {
  name: string;
  type: string;
}

interface Answer {
  columns: Column[];
  rows: unknown[][];
}

interface Failure {
  message: string;
  errorCode: number;
  errorName: string;
  errorType: string;
}

interface Query {
  id: string;
  slug: string;
  text: string;
  state: 'QUEUED' | 'RUNNING' | 'FINISHED' | 'FAILED';
  isCancelled: boolean;
  /** The last page that was given; a page before it is gone. */
  token: number;
  answer: Promise<Answer | Failure>;
}

export interface TrinoServer {
  /** `trino+http://…`, with the user of the PostgreSQL below. */
  url: string;
  origin: string;
  /** In the order of their arrival. */
  queries: readonly Query[];
  /** Headers of the statements, likewise. */
  headers: readonly IncomingMessage['headers'][];
  rowsPerPage: number;
  /** The next requests are answered like this instead. */
  next: ((response: ServerResponse) => void)[];
  /** The next statements have this answer instead of PostgreSQL's. */
  answers: (Answer | Failure | Promise<never>)[];
  close(): Promise<void>;
}

export const refuse =
  (status: number, body = '') =>
  (response: ServerResponse): void => {
    response.writeHead(status).end(body);
  };

export const lose = (response: ServerResponse): void => {
  response.destroy();
};

/** In QUEUED for a page, as a coordinator that is planning. */
const executingFrom = 2;

export async function startTrinoServer(postgresUrl: string | null): Promise<TrinoServer> {
  const pool = postgresUrl === null ? null : new pg.Pool({ connectionString: postgresUrl, types });
  const queries: Query[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const instead = world.next.shift();
    if (instead) {
      instead(response);
      return;
    }
    void (request.method === 'POST' ? begin(request, response) : follow(request, response)).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const world: TrinoServer = {
    url: `trino+http://reader:secret@${new URL(origin).host}/books/public`,
    origin,
    queries,
    headers,
    rowsPerPage: 1000,
    next: [],
    answers: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool?.end();
    },
  };

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/v1/statement') {
      refuse(404)(response);
      return;
    }
    const text = await bodyOf(request);
    if (request.headers['x-trino-user'] === undefined) {
      refuse(401, 'User must be set')(response);
      return;
    }
    headers.push(request.headers);
    const id = `20261103_100000_${String(queries.length + 1).padStart(5, '0')}_tests`;
    const slug = `x${randomBytes(16).toString('hex')}`;
    const query: Query = {
      id,
      slug,
      text,
      state: 'QUEUED',
      isCancelled: false,
      token: 0,
      answer: answerOf(text),
    };
    queries.push(query);
    send(response, { ...shell(query), nextUri: pageUri(query, 1) });
  }

  async function answerOf(text: string): Promise<Answer | Failure> {
    const given = world.answers.shift();
    if (given) return given;
    if (!pool) return { columns: [], rows: [] };
    return ask(pool, text);
  }

  async function follow(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, phase, id, slug, token] =
      /^\/v1\/statement\/(queued|executing)\/([^/]+)\/([^/]+)\/(\d+)$/.exec(request.url ?? '') ?? [];
    const query = queries.find((each) => each.id === id && each.slug === slug);
    if (!query || phase === undefined) {
      refuse(404)(response);
      return;
    }
    if (request.method === 'DELETE') {
      query.isCancelled = true;
      response.writeHead(204).end();
      return;
    }
    if (query.isCancelled || Number(token) < query.token) {
      refuse(410)(response);
      return;
    }
    query.token = Number(token);
    await page(query, response);
  }

  /** Page 1 is still queued, page 2 runs, and the rows follow. */
  async function page(query: Query, response: ServerResponse): Promise<void> {
    if (query.token < executingFrom) {
      query.state = 'RUNNING';
      send(response, { ...shell(query), nextUri: pageUri(query, query.token + 1) });
      return;
    }
    const answer = await query.answer;
    if ('errorName' in answer) {
      query.state = 'FAILED';
      send(response, { ...shell(query), error: { ...answer, failureInfo: { type: 'io.trino' } } });
      return;
    }
    const from = (query.token - executingFrom) * world.rowsPerPage;
    const data = answer.rows.slice(from, from + world.rowsPerPage);
    const isLast = from + world.rowsPerPage >= answer.rows.length;
    if (isLast) query.state = 'FINISHED';
    send(response, {
      ...shell(query),
      columns: answer.columns,
      ...(data.length > 0 && { data }),
      ...(!isLast && { nextUri: pageUri(query, query.token + 1) }),
    });
  }

  const pageUri = ({ id, slug }: Query, token: number): string =>
    `${origin}/v1/statement/${token < executingFrom ? 'queued' : 'executing'}/${id}/${slug}/${token}`;

  const shell = ({ id, state }: Query): object => ({
    id,
    infoUri: `${origin}/ui/query.html?${id}`,
    stats: {
      state,
      queued: state === 'QUEUED',
      scheduled: state !== 'QUEUED',
      nodes: 1,
      totalSplits: 1,
      queuedSplits: 0,
      runningSplits: 0,
      completedSplits: 1,
      cpuTimeMillis: 1,
      wallTimeMillis: 1,
      queuedTimeMillis: 1,
      elapsedTimeMillis: 1,
      processedRows: 0,
      processedBytes: 0,
      peakMemoryBytes: 0,
    },
    warnings: [],
  });

  return world;
}

/** A bigint is written as a number with all its digits. */
function send(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'bigint' ? `bigint:${value}` : value,
  );
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(text.replace(/"bigint:(-?\d+)"/g, '$1'));
}

const trinoTypes: Readonly<Record<number, string>> = {
  [pg.types.builtins.INT4]: 'integer',
  [pg.types.builtins.INT8]: 'bigint',
  [pg.types.builtins.NUMERIC]: 'decimal(38,2)',
  [pg.types.builtins.FLOAT8]: 'double',
  [pg.types.builtins.BOOL]: 'boolean',
  [pg.types.builtins.DATE]: 'date',
  [pg.types.builtins.TIMESTAMPTZ]: 'timestamp(3) with time zone',
};

const asInstant = (text: string): string => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString().replace('T', ' ').replace('Z', ' UTC');
};

const readers: Readonly<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT4]: Number,
  [pg.types.builtins.INT8]: BigInt,
  [pg.types.builtins.FLOAT8]: Number,
  [pg.types.builtins.BOOL]: (text) => text === 't',
  [pg.types.builtins.TIMESTAMPTZ]: asInstant,
};

/** Whatever has no reader stays the text that PostgreSQL wrote. */
const types = { getTypeParser: (oid: number) => readers[oid] ?? String };

async function ask(pool: pg.Pool, text: string): Promise<Answer | Failure> {
  try {
    const { fields, rows } = await pool.query<unknown[]>({ text: inPostgres(text), rowMode: 'array' });
    const columns = fields.map(({ name, dataTypeID }) => ({
      name,
      type: trinoTypes[dataTypeID] ?? 'varchar',
    }));
    return { columns, rows };
  } catch (error) {
    const { code = '', message } = error as pg.DatabaseError;
    return failures[code] ?? { message, errorCode: 1, errorName: 'SYNTAX_ERROR', errorType: 'USER_ERROR' };
  }
}

const userError = (errorCode: number, errorName: string): Failure => ({
  message: `line 1:1: ${errorName}`,
  errorCode,
  errorName,
  errorType: 'USER_ERROR',
});

const failures: Readonly<Record<string, Failure>> = {
  '42P01': userError(46, 'TABLE_NOT_FOUND'),
  '42703': userError(47, 'COLUMN_NOT_FOUND'),
  '42501': userError(4, 'PERMISSION_DENIED'),
  '22P02': userError(9, 'INVALID_CAST_ARGUMENT'),
  '22012': userError(8, 'DIVISION_BY_ZERO'),
};

/** The statement with its values in place, and what Trino calls otherwise. */
function inPostgres(text: string): string {
  const [, inner, using = ''] = /^execute immediate '((?:[^']|'')*)' using (.*)$/s.exec(text) ?? [];
  const values = [...using.matchAll(/timestamp '[^']*'|'(?:[^']|'')*'|[^,\s']+/g)].map(([value]) =>
    value.replace(/^timestamp /, 'timestamptz '),
  );
  const sql = inner === undefined ? text : inner.replaceAll("''", "'");
  return sql
    .replace(/'[^']*'|\?/g, (part) => (part === '?' ? (values.shift() ?? '?') : part))
    .replace(/approx_percentile\((\w+), ([\d.]+)\)/g, 'percentile_disc($2) within group (order by $1)')
    .replace(/to_unixtime\(/g, 'extract(epoch from ');
}
