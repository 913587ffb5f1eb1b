/**
 * A company in a test: the real domain on a real database with its real audit log, people in groups, and a stateful
 * bank that can be slow, silent or unwilling. What is due is taken in hand by replicas that can die.
 */
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { claim, release } from '../../src/adapters/engine/lives.js';
import { openDatabase, type Database, type PgTransaction } from '../../src/adapters/postgres/database.js';
import { createRemediations, remediationLives } from '../../src/adapters/postgres/remediations.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { fixedClock, minuteMs, type FixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { formatMoney, money, parseMajor } from '../../src/kernel/money.js';
import type { Lease } from '../../src/ports/lives.js';
import type { Action, World } from '../../src/remediation/kit/action.js';
import { defineAction } from '../../src/remediation/kit/define-action.js';
import type { CrashPoint, RemediationDeps, Snapshot } from '../../src/remediation/life/deps.js';
import { amountField, amountIn, textField, type TypedAmount } from '../../src/remediation/kit/fields.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import { createRemediationDesk, type RemediationService } from '../../src/remediation/remediation.js';
import { createDatabase } from '../support/postgres.js';
import { createPeople, groups, policy, type People } from './people.js';

export const start = '2026-11-20T10:00:00Z';

/** What the bank does with the next orders, in turn; then it behaves. */
export type Mood =
  'well' | 'lost_before' | 'lost_after' | 'refuses' | 'refuses_our_key' | 'busy' | 'silent_to_questions';

export interface Bank {
  /** Key → what was taken under it. */
  effects: Map<string, { account: string; minor: bigint }>;
  /** Every order that arrived, with its key. */
  orders: string[];
  balances: Map<string, bigint>;
  moods: Mood[];
  /** Questions that stay unanswered. */
  deaf: number;
  /** What reading an account ends with; null while it can be read. */
  closed: OpsError | null;
}

/** Takes money from an account: the smallest action that can go wrong in every way. */
export function spendAction(bank: Bank): Action {
  const balanceOf = (account: string): bigint => {
    const balance = bank.balances.get(account);
    if (balance === undefined) throw new OpsError('not_found', `There is no account ${account}.`);
    return balance;
  };
  const take = (key: string, account: string, minor: bigint): void => {
    if (bank.effects.has(key)) return;
    bank.effects.set(key, { account, minor });
    bank.balances.set(account, balanceOf(account) - minor);
  };
  return defineAction<{ account: string; amount: TypedAmount }, { balance: string; account: string }>({
    id: 'spend',
    title: 'Spend',
    summary: 'Takes money from an account',
    risk: 'medium',
    fields: { account: textField('Account', 40), amount: amountField('Amount') },
    prefills: {},
    read: ({ account }) =>
      bank.closed
        ? Promise.reject(bank.closed)
        : Promise.resolve({ account, balance: formatMoney(money(balanceOf(account), 'EUR')) }),
    check: ({ account, amount }) => {
      const parsed = amountIn(amount, 'EUR');
      if (!parsed.ok) return [{ field: 'amount', message: parsed.fault }];
      return parsed.value.minor > balanceOf(account)
        ? [{ field: 'amount', message: 'That is more than there is.' }]
        : [];
    },
    preview: ({ account, amount }) => {
      const parsed = parseMajor(amount.decimal, 'EUR');
      const value = parsed.ok ? parsed.value : null;
      return {
        headline: `Take ${amount.decimal} EUR from ${account}`,
        changes: [],
        affected: [],
        undo: null,
        irreversible: 'all of it',
        value,
        subject: { kind: 'payment', id: account },
        partner: 'bank',
        merchant: account,
      };
    },
    execute: ({ params, idempotencyKey }) => {
      bank.orders.push(idempotencyKey);
      const parsed = amountIn(params.amount, 'EUR');
      const minor = parsed.ok ? parsed.value.minor : 0n;
      const mood = bank.moods.shift() ?? 'well';
      if (mood === 'refuses') return Promise.reject(new OpsError('invalid', 'The bank says no.'));
      if (mood === 'refuses_our_key')
        return Promise.reject(
          new OpsError('misconfigured', 'The bank refuses our key.', { hint: 'Renew it.' }),
        );
      if (mood === 'busy') return Promise.reject(new OpsError('rate_limited', 'The bank is busy.'));
      if (mood === 'lost_before') return Promise.reject(new OpsError('unknown_outcome', 'No answer.'));
      take(idempotencyKey, params.account, minor);
      if (mood === 'lost_after') return Promise.reject(new OpsError('unknown_outcome', 'No answer.'));
      return Promise.resolve({ id: `tx_${idempotencyKey}`, summary: `Took ${params.amount.decimal} EUR.` });
    },
    readBack: ({ idempotencyKey }) => {
      if (bank.deaf > 0) {
        bank.deaf--;
        return Promise.reject(new OpsError('unavailable', 'The bank does not answer.'));
      }
      const done = bank.effects.has(idempotencyKey);
      return Promise.resolve(
        done
          ? { kind: 'done' as const, effect: { id: `tx_${idempotencyKey}`, summary: 'It was taken.' } }
          : { kind: 'not_done' as const, evidence: ['no movement with this key'] },
      );
    },
    verify: ({ idempotencyKey }) =>
      Promise.resolve(
        bank.effects.has(idempotencyKey)
          ? { kind: 'visible' as const, evidence: 'the movement is there' }
          : { kind: 'wrong' as const, evidence: 'there is no movement' },
      ),
  });
}

export interface Replica {
  desk: RemediationService;
  /** Moves on everything that is due, until nothing is; what its point of death was reached in stays in its dead hand. */
  work(): Promise<void>;
  /** Dies at the next passing of this point: from then on it does nothing more, and says nothing. */
  dieAt(point: CrashPoint): void;
  dead(): boolean;
}

export interface Company {
  db: Database;
  clock: FixedClock;
  bank: Bank;
  people: People;
  replica(overrides?: Partial<RemediationDeps>): Replica;
  /** The last card of each request, as it left with its state. */
  cards: () => Promise<Map<string, string>>;
  close(): Promise<void>;
}

export async function startCompany(): Promise<Company> {
  const testDatabase = await createDatabase();
  const clock = fixedClock(start);
  const db = openDatabase({ url: testDatabase.url, clock, log: silentLog, maxConnections: 8 });
  await db.query(
    'create table test_cards (seq bigint generated always as identity, id text not null, state text not null)',
  );
  const bank: Bank = {
    effects: new Map(),
    orders: [],
    balances: new Map([
      ['acc', 10_000_000n],
      ['other', 10_000_000n],
    ]),
    moods: [],
    deaf: 0,
    closed: null,
  };
  const people = createPeople(groups);
  let replicas = 0;
  return {
    db,
    clock,
    bank,
    people,
    replica: (overrides) =>
      startReplica({ db, clock, bank, people, name: `replica-${replicas++}` }, overrides),
    cards: async () =>
      new Map(
        (await db.query<{ id: string; state: string }>('select id, state from test_cards order by seq')).map(
          ({ id, state }) => [id, state],
        ),
      ),
    close: async () => {
      await db.close();
      await testDatabase.drop();
    },
  };
}

interface ReplicaFacts extends Pick<Company, 'db' | 'clock' | 'bank' | 'people'> {
  name: string;
}

let keys = 0;

function startReplica(
  { db, clock, bank, people, name }: ReplicaFacts,
  overrides: Partial<RemediationDeps> = {},
): Replica {
  let deathPoint: CrashPoint | null = null;
  let dead = false;
  let die = (): void => undefined;
  const death = new Promise<void>((resolve) => (die = resolve));
  const deps: RemediationDeps = {
    actions: [spendAction(bank)],
    policy,
    world: { clock, partners: [] } as unknown as World,
    remediations: createRemediations(db),
    directory: people.directory,
    transactions: db,
    urgent: { transactions: db, directory: people.directory },
    audit: createAuditTrail(createAuditStore(db)),
    tell: async (tx, { remediation: { id, state } }) => {
      await (tx as PgTransaction).query('insert into test_cards (id, state) values ($1, $2)', [id, state]);
    },
    alarm: () => Promise.resolve(),
    newKey: () => `key-${keys++}`,
    probe: (point) => {
      if (point !== deathPoint) return Promise.resolve();
      dead = true;
      die();
      // Like a killed process: what waits for this goes on no more, and nobody is told.
      return new Promise(() => undefined);
    },
    clock,
    log: silentLog,
    ...overrides,
  };
  const desk = createRemediationDesk(deps);
  return {
    desk,
    dieAt: (point) => void (deathPoint = point),
    dead: () => dead,
    work: async () => {
      const isDead = (): boolean => dead;
      for (let hand = await takeDue({ db, clock, name }); hand; hand = await takeDue({ db, clock, name })) {
        await Promise.race([desk.advance(hand.id, hand.lease), death]);
        if (isDead()) return;
        await hand.giveBack();
      }
    },
  };
}

/** Never ends. */
export const foreverLease: Lease = { lasts: () => true };

const leaseMs = 3 * minuteMs;
/** By world and replica: a process knows what it has in hand. */
const inHand = new WeakMap<object, Map<string, Set<string>>>();

/** The one that has been due for longest. */
async function takeDue({
  db: { query },
  clock,
  name: owner,
}: Pick<ReplicaFacts, 'db' | 'clock' | 'name'>): Promise<{
  id: string;
  lease: Lease;
  giveBack(): Promise<void>;
} | null> {
  const now = clock.now();
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const byReplica = inHand.get(clock) ?? new Map<string, Set<string>>();
  inHand.set(clock, byReplica);
  const hands = byReplica.get(owner) ?? new Set();
  byReplica.set(owner, hands);
  const wanted = { owner, now, leaseUntil, limit: 1, only: null, except: [...hands] };
  const [taken] = await claim(query, remediationLives, wanted);
  if (!taken) return null;
  hands.add(taken.key);
  return {
    id: `REM-${taken.key}`,
    lease: { lasts: (durationMs) => clock.now().getTime() + durationMs < leaseUntil.getTime() },
    giveBack: () => {
      hands.delete(taken.key);
      const againAt = new Date(clock.now().getTime() + 10_000);
      return release(query, remediationLives, { owner, taken, now: clock.now(), againAt });
    },
  };
}

/** What the adopter does with the things of a dead replica. */
export async function adopt({ query }: Database): Promise<void> {
  await query('update paydesk.remediations set lease_owner = null, lease_until = null');
}

let forms = 0;

export async function ask(
  { desk }: Replica,
  {
    amount = '50',
    account = 'acc',
    requesterId = 'ana',
    breakGlass = false,
    formKey = `form-${forms++}`,
  } = {},
): Promise<Snapshot> {
  const asked = await desk.request({
    formKey,
    action: 'spend',
    typed: { account, amount },
    why: 'the customer was charged twice',
    requesterId,
    channelId: 'C0OPS',
    breakGlass,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  return asked.snapshot;
}

export const ballotOf = (
  { remediation }: Snapshot,
  personId: string,
): { id: string; planHash: string; personId: string } => ({
  id: remediation.id,
  planHash: shortHashOf(remediation),
  personId,
});
