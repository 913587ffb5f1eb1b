/**
 * What the stand-in world cannot work out again by itself: the disturbances of scenarios, the objects written through the
 * payments API, and its answers under idempotency keys. It lies in the books' database, so that books, payments API and world agree after a restart.
 * Invariant: unlike the books these tables are logged: a crash of the server keeps them. Another world (seed or
 * version) has rows of its own.
 */
import type pg from 'pg';
import type { Disturbance } from '../world/disturbances.js';
import type { AnswerMemory, KeptAnswer } from '../payments-api/idempotency.js';
import { writtenMovements } from '../payments-api/written-movement.js';
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
export interface ObjectMemory extends AnswerMemory {
  /** Everything kept, in the order of the last writes. */
  load(): Promise<WrittenObject[]>;
  /** Keeps an object, in place of the one with its id. Never rejects; resolves when it is safe. */
  keep(written: WrittenObject): Promise<void>;
  /** Every answer that was kept under an idempotency key, oldest first. */
  loadAnswers(): Promise<KeptAnswer[]>;
}

/** Answers from before their time was kept count as given when the column was added. */
const createMemory = `
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
);
create table if not exists sandbox.answers (
  world text not null,
  key text collate "C" not null,
  fingerprint text not null,
  answer jsonb not null,
  primary key (world, key)
);
alter table sandbox.answers
  add column if not exists at_ms bigint not null default extract(epoch from now()) * 1000`;

/** Makes the tables where they are missing; hands the world its disturbances, and the money that was moved by hand. */
export async function restoreWorld(pool: pg.Pool, world: World): Promise<void> {
  await pool.query(createMemory);
  const found = await pool.query<{ disturbances: Disturbance[] }>(
    'select disturbances from sandbox.disturbances where world = $1',
    [world.name],
  );
  for (const disturbance of found.rows[0]?.disturbances ?? []) await world.disturb(disturbance);
  for (const movement of writtenMovements(await loadObjects(pool, world))) world.written.put(movement);
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

export async function loadAnswers(pool: pg.Pool, world: World): Promise<KeptAnswer[]> {
  const found = await pool.query<Omit<KeptAnswer, 'atMs'> & { at_ms: string }>(
    'select key, fingerprint, answer, at_ms from sandbox.answers where world = $1 order by at_ms',
    [world.name],
  );
  return found.rows.map(({ at_ms, ...kept }) => ({ ...kept, atMs: Number(at_ms) }));
}

export async function saveAnswer(pool: pg.Pool, world: World, kept: KeptAnswer): Promise<void> {
  await pool.query(
    `insert into sandbox.answers (world, key, fingerprint, answer, at_ms) values ($1, $2, $3, $4, $5)
     on conflict (world, key) do nothing`,
    [world.name, kept.key, kept.fingerprint, JSON.stringify(kept.answer), kept.atMs],
  );
}

export async function deleteAnswers(pool: pg.Pool, world: World, untilMs: number): Promise<void> {
  await pool.query('delete from sandbox.answers where world = $1 and at_ms <= $2', [world.name, untilMs]);
}
