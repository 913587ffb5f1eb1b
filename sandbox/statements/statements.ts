/**
 * What partners and banks send: after each business day, at its usual time, the day's files appear in the inbox folder.
 * When the world is disturbed so that a file already sent is no longer right, a corrected one follows (`…-v2.csv`).
 * Invariant: a file appears whole (written aside, then renamed) and is never changed or sent twice; with a clock that
 * stands still nothing happens.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../world/clock.js';
import { moneyChangesFrom, type Disturbance } from '../world/disturbances.js';
import type { World } from '../world/world.js';
import { documentsBefore, type Document } from './documents.js';

interface StatementsOptions {
  /** A folder; made where it is missing. */
  inbox: string;
  world: World;
  clock: Clock;
  log: (message: string) => void;
  /** Partners make the errors of any day. */
  careless?: boolean;
  /** How often the clock is looked at; 0 leaves that to `advance`. */
  tickMs?: number;
}

export interface Statements {
  /** Resolves when everything that has arrived by a time (ms) is in the inbox. Rejects when the folder cannot be written. */
  advance(toMs: number): Promise<void>;
  /**
   * Whether what a partner or bank sends for a business day (`YYYY-MM-DD`) has come; null when nothing is known of that
   * day: a weekend, a day to come, or one before the history.
   */
  stateOf(owner: string, businessDay: string): 'received' | 'missing' | 'not_due' | null;
  /** Sends what is held back of that day, soon. */
  send(owner: string, businessDay: string): void;
  /** Stops; a file that is being made is finished first. */
  close(): Promise<void>;
}

/** So many business days back files are made at the first start, and corrected later. */
const historyDays = 7;

/** Starts at once and without waiting for the history, which may take seconds. */
export function startStatements({
  inbox,
  world,
  clock,
  log,
  careless = false,
  tickMs = 15_000,
}: StatementsOptions): Statements {
  const sent = new Set<string>();
  let closed = false;
  let queue = Promise.resolve();
  const serially = (work: () => Promise<void>): Promise<void> => {
    const result = queue.then(work);
    queue = result.catch((error: unknown) => log(`statements: ${String(error)}`));
    return result;
  };
  const documents = (nowMs: number): Document[] =>
    documentsBefore(world, nowMs, historyDays, careless).filter(({ arrivalMs }) => arrivalMs <= nowMs);
  const deliver = async (due: readonly Document[]): Promise<void> => {
    await mkdir(inbox, { recursive: true });
    for (const name of await readdir(inbox)) sent.add(name);
    for (const document of due) {
      if (closed || sent.has(document.name)) continue;
      await put(inbox, document.name, await document.render());
      sent.add(document.name);
      await setImmediate();
    }
  };
  const send = (toMs: number): Promise<void> => deliver(documents(toMs));
  const ofDay = (owner: string, businessDay: string): Document[] =>
    documentsBefore(world, clock.now().getTime(), historyDays, careless).filter(({ name }) =>
      name.startsWith(`${owner}_${businessDay}_`),
    );
  const correct = async (disturbance: Disturbance, changedMs: number): Promise<void> => {
    const { partnerId } = disturbance;
    const fromMs = moneyChangesFrom(disturbance, changedMs);
    const hit = documents(clock.now().getTime()).filter(
      ({ name, endMs, partnerIds }) =>
        sent.has(name) && endMs > fromMs && (partnerId === null || partnerIds.includes(partnerId)),
    );
    for (const document of hit) {
      const name = await correction(inbox, document, sent);
      if (name !== null) sent.add(name);
    }
  };
  const advance = (toMs: number): Promise<void> => serially(() => send(toMs));
  const tick = (): void => void advance(clock.now().getTime()).catch(() => undefined);
  const timer = tickMs > 0 ? setInterval(tick, tickMs) : undefined;
  if (tickMs > 0) tick();
  const unfollow = world.onDisturb((disturbance, fromMs) =>
    serially(async () => {
      await correct(disturbance, fromMs);
      // Only what the change let through; the rest comes with its time.
      await deliver(documents(clock.now().getTime()).filter(({ arrivalMs }) => arrivalMs >= fromMs));
    }),
  );
  return {
    advance,
    stateOf: (owner, businessDay) => stateOf(ofDay(owner, businessDay), sent, clock.now().getTime()),
    send: (owner, businessDay) =>
      void serially(() => deliver(ofDay(owner, businessDay))).catch(() => undefined),
    close: async () => {
      closed = true;
      clearInterval(timer);
      unfollow();
      await queue;
    },
  };
}

function stateOf(
  documents: readonly Document[],
  sent: ReadonlySet<string>,
  nowMs: number,
): ReturnType<Statements['stateOf']> {
  if (documents.length === 0) return null;
  const awaited = documents.filter(({ name, arrivalMs }) => !sent.has(name) && arrivalMs > nowMs);
  if (awaited.length === 0) return 'received';
  return awaited.every(({ dueMs }) => dueMs <= nowMs) ? 'missing' : 'not_due';
}

/** A half-written file is never seen: names with a dot in front are not for readers. */
async function put(inbox: string, name: string, text: string): Promise<void> {
  const aside = join(inbox, `.${name}.part`);
  await writeFile(aside, text);
  await rename(aside, join(inbox, name));
}

/** Sends the document again under its next name, if it says something else than the last one; the name, or null. */
async function correction(
  inbox: string,
  document: Document,
  sent: ReadonlySet<string>,
): Promise<string | null> {
  const { name, ext } = parse(document.name);
  const named = (version: number): string => (version === 1 ? document.name : `${name}-v${version}${ext}`);
  let version = 1;
  while (sent.has(named(version + 1))) version += 1;
  const text = await document.render();
  // A reader may have taken the last one away; then it cannot be told apart, and sending it again does no harm.
  const last = await readFile(join(inbox, named(version)), 'utf8').catch(() => null);
  if (last === text) return null;
  await put(inbox, named(version + 1), text);
  return named(version + 1);
}
