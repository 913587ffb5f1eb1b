/**
 * What is remembered of statement files in places, their contents, and the files that could not be used, in Postgres.
 *
 * Invariant: a content that comes back has the hash that it is kept under.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { isoDay, parseDay, type Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type {
  Quarantined,
  Sighting,
  StatementArrivals,
  WaitingStatement,
} from '../../ports/statement-inbox.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const partBytes = 4 * 1024 * 1024;
/** The driver holds an answer several times, and as text. */
const pieceBytes = 1 << 19;

/** Few calls per file, and few bytes in memory. */
const unpackedBytes = 1 << 18;

const pack = promisify(gzip) as (bytes: Uint8Array) => Promise<Buffer>;

const seeSql = `
  insert into paydesk.statement_sightings as seen (place, path, fingerprint, since)
  select $1, path, fingerprint, $4 from unnest($2::text[], $3::text[]) as listed (path, fingerprint) order by path
  on conflict (place, path) do update set
    since = case when seen.fingerprint = excluded.fingerprint then seen.since else excluded.since end,
    settled = seen.settled and seen.fingerprint = excluded.fingerprint,
    fingerprint = excluded.fingerprint
  returning path, settled, since`;
const settleSql = `
  update paydesk.statement_sightings set settled = true where place = $1 and path = $2 and fingerprint = $3`;
const isKeptSql = 'select from paydesk.statement_contents where sha256 = $1 limit 1';
const keepSql = `
  insert into paydesk.statement_contents (sha256, part, packed, kept_at) values ($1, $2, $3, $4)
  on conflict do nothing`;
const partsSql =
  'select part, length(packed) as bytes from paydesk.statement_contents where sha256 = $1 order by part';
const pieceSql = `
  select substring(packed from $3 for ${pieceBytes}) as piece from paydesk.statement_contents
  where sha256 = $1 and part = $2`;
const awaitSql = `
  insert into paydesk.statement_days (file, business_day, rows, problems) values ($1, $2::date, $3, $4)
  on conflict do nothing`;
const waitingSql = `
  select file.id::int as file, file.sha256, file.name, file.format, file.partner, file.received_at as "receivedAt",
    waiting.business_day, waiting.rows::int as rows, waiting.problems::int as problems
  from paydesk.statement_days waiting join paydesk.statement_files file on file.id = waiting.file
  where not exists (select from paydesk.recon_unit_files used where used.file = waiting.file)
  order by waiting.business_day, file.partner, file.id`;
const arrivedSql = `
  select waiting.business_day, min(file.received_at) as "receivedAt"
  from paydesk.statement_days waiting join paydesk.statement_files file on file.id = waiting.file
  where file.partner = $1 group by waiting.business_day order by waiting.business_day desc limit $2`;
const filesSql = `
  select id::int as id, name, received_at as "receivedAt" from paydesk.statement_files where id = any($1) order by id`;
const quarantineSql = `
  insert into paydesk.statement_quarantine (place, name, sha256, partner, why, at) values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing returning place`;
const quarantinedSql = `
  select place, name, nullif(sha256, '') as sha256, partner, why, at from paydesk.statement_quarantine
  order by at desc, name limit $1`;

interface SightingRow {
  path: string;
  settled: boolean;
  since: Date;
}

type Dated<Row> = Omit<Row, 'businessDay'> & { business_day: string };

/** The driver gives a date as it is stored. */
function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day === null) throw new OpsError('internal', 'A stored day is not a date.', { details: { day: text } });
  return day;
}

export function createStatementArrivals(database: Pick<Database, 'query'>): StatementArrivals {
  return {
    see: async (tx, place, files, restMs) => {
      const listed = [files.map(({ path }) => path), files.map(({ fingerprint }) => fingerprint)];
      const rows = await requirePg(tx).query<SightingRow>(seeSql, [place, ...listed, tx.now]);
      const byPath = new Map(rows.map((row) => [row.path, row]));
      return files.map(({ path, isWhole }): Sighting => {
        const row = byPath.get(path);
        if (!row) throw new OpsError('internal', 'A look at a file was not noted.');
        if (row.settled) return 'known';
        return isWhole || tx.now.getTime() - row.since.getTime() >= restMs ? 'ready' : 'resting';
      });
    },
    settle: async (tx, place, { path, fingerprint }) => {
      await requirePg(tx).query(settleSql, [place, path, fingerprint]);
    },
    keep: async (tx, sha256, bytes) => {
      const { query } = requirePg(tx);
      if ((await query(isKeptSql, [sha256])).length > 0) return;
      const packed = await pack(bytes);
      for (let part = 0; part * partBytes < packed.length; part++) {
        const piece = packed.subarray(part * partBytes, (part + 1) * partBytes);
        await query(keepSql, [sha256, part, piece, tx.now]);
      }
    },
    content: async (sha256) => {
      const parts = await database.query<{ part: number; bytes: number }>(partsSql, [sha256]);
      if (parts.length === 0) return null;
      const pieces = parts.flatMap(({ part, bytes }) =>
        Array.from({ length: Math.ceil(bytes / pieceBytes) }, (_, at) => [part, at * pieceBytes + 1]),
      );
      const packed = pieces.map((piece) => async () => {
        const [row] = await database.query<{ piece: Buffer }>(pieceSql, [sha256, ...piece]);
        return row?.piece ?? Buffer.alloc(0);
      });
      return checked(sha256, unpacked(packed));
    },
    await: async (tx, { file, businessDay, rows, problems }) => {
      await requirePg(tx).query(awaitSql, [file, isoDay(businessDay), rows, problems]);
    },
    waiting: async () =>
      (await database.query<Dated<WaitingStatement>>(waitingSql)).map(({ business_day, ...row }) => ({
        ...row,
        businessDay: dayOf(business_day),
      })),
    filesOf: (ids) => database.query(filesSql, [ids]),
    arrivedAt: async (partner, limit) =>
      (await database.query<Dated<{ receivedAt: Date }>>(arrivedSql, [partner, limit])).map(
        ({ business_day, receivedAt }) => ({ businessDay: dayOf(business_day), receivedAt }),
      ),
    quarantine: async (tx, { place, name, sha256, partner, why, at }) => {
      const values = [place, name, sha256 ?? '', partner, why, at];
      return (await requirePg(tx).query(quarantineSql, values)).length > 0;
    },
    quarantined: (limit) => database.query<Quarantined>(quarantinedSql, [limit]),
  };
}

async function* unpacked(packed: (() => Promise<Buffer>)[]): AsyncGenerator<Buffer, void, undefined> {
  const unzip = createGunzip({ chunkSize: unpackedBytes });
  const pieces = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for (const read of packed) yield await read();
  };
  const feeding = pipeline(pieces, unzip);
  // Its failure is that of `unzip` too.
  feeding.catch(() => undefined);
  yield* unzip as AsyncIterable<Buffer>;
  await feeding;
}

async function* checked(
  sha256: string,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256)
    throw new OpsError('internal', 'A statement in the archive no longer matches its hash.', {
      hint: 'Someone changed the database by hand: restore it, or ask the partner for the file again.',
      details: { sha256 },
    });
}
