/**
 * What the stand-in world cannot work out again by itself: the disturbances of scenarios and the objects written through
 * the payments API. It lies in the books' database, so that books, payments API and world agree after a restart.
 * Invariant: unlike the books these tables are logged: a crash of the server keeps them. Another world (seed or
 * version) has rows of its own.
 */
import type pg from 'pg';
import type { Disturbance } from '../world/disturbances.js';
import type { World } from '../world/world.js';

/** An object of the payments API as it was written. */
export interface WrittenObject {
  object: { id: string; object: string; [field: string]: unknown };
  /** False for one that was imported: time does not touch it. */
  lives: boolean;
  /** When it was written (ms). */
  atMs: number;
}

/** Where the payments API keeps what is written through it. */
export interface ObjectMemory {
  /** Everything kept, in the order of the last writes. */
  load(): Promise<WrittenObject[]>;
  /** Keeps an object, in place of the one with its id. Never rejects; resolves when it is safe. */
  keep(written: WrittenObject): Promise<void>;
}

const CREATE_MEMORY = `
create schema if not exists sandbox;
create table if not exists sandbox.disturbances (world text primary key, disturbances jsonb not null);
create table if not exists sandbox.objects (
  world text not null,
  id text collate "C" not null,
  place bigint generated always as identity,
  lives boolean not null,
  at_ms bigint not null,
  body jsonb not null,
  primary key (world, id)
)`;

/** Makes the tables where they are missing and hands the world the disturbances it had. */
export async function restoreDisturbances(pool: pg.Pool, world: World): Promise<void> {
  await pool.query(CREATE_MEMORY);
  const found = await pool.query<{ disturbances: Disturbance[] }>(
    'select disturbances from sandbox.disturbances where world = $1',
    [world.name],
  );
  for (const disturbance of found.rows[0]?.disturbances ?? []) await world.disturb(disturbance);
}

export const saveDisturbances = (client: pg.PoolClient, world: World): Promise<unknown> =>
  client.query(
    `insert into sandbox.disturbances values ($1, $2)
     on conflict (world) do update set disturbances = excluded.disturbances`,
    [world.name, JSON.stringify(world.disturbances.list())],
  );

export async function loadObjects(pool: pg.Pool, world: World): Promise<WrittenObject[]> {
  const found = await pool.query<{ body: WrittenObject['object']; lives: boolean; at_ms: string }>(
    'select body, lives, at_ms from sandbox.objects where world = $1 order by place',
    [world.name],
  );
  return found.rows.map(({ body, lives, at_ms }) => ({ object: body, lives, atMs: Number(at_ms) }));
}

export async function saveObject(pool: pg.Pool, world: World, written: WrittenObject): Promise<void> {
  const { object, lives, atMs } = written;
  await pool.query(
    `insert into sandbox.objects (world, id, lives, at_ms, body) values ($1, $2, $3, $4, $5)
     on conflict (world, id) do update
       set lives = excluded.lives, at_ms = excluded.at_ms, body = excluded.body, place = default`,
    [world.name, object.id, lives, atMs, JSON.stringify(object)],
  );
}
