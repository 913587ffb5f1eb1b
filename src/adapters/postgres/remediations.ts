/**
 * Requests for guarded actions in Postgres.
 *
 * Invariants: see `ports/remediations.ts`. Locks are taken in one order, a request and then the kill switch, so that no
 * two transactions wait for each other.
 */
import { OpsError } from '../../kernel/errors.js';
import type { LifeTable } from '../../ports/lives.js';
import { liveCardOf } from '../../ports/remediations.js';
import type {
  CapEntry,
  KillSwitch,
  NewRemediation,
  Remediation,
  RemediationProgress,
  Remediations,
  Vote,
} from '../../ports/remediations.js';
import type { Database, Querier } from './database.js';
import { requirePg } from './transactions.js';

export const remediationLives: LifeTable = { table: 'paydesk.remediations', key: 'number', prefix: 'REM-' };

const columns: Readonly<Record<keyof (NewRemediation & RemediationProgress), string>> = {
  formKey: 'form_key',
  action: 'action',
  planText: 'plan',
  planHash: 'plan_hash',
  requesterId: 'requester',
  channelId: 'channel',
  why: 'why',
  rulingText: 'ruling',
  breakGlass: 'break_glass',
  standingId: 'standing',
  alertId: 'alert',
  idempotencyKey: 'idempotency_key',
  subjects: 'subjects',
  contends: 'contends',
  createdAt: 'created_at',
  state: 'state',
  stateWhy: 'state_why',
  expiresAt: 'expires_at',
  dueAt: 'due_at',
  calls: 'calls',
  looks: 'looks',
  failedLooks: 'failed_looks',
  unknownSince: 'unknown_since',
  askedAt: 'asked_at',
  watchUntil: 'watch_until',
  misses: 'misses',
  effectReference: 'effect_reference',
  effectSummary: 'effect_summary',
  evidence: 'evidence',
  verified: 'verified',
  endWhy: 'end_why',
  review: 'review',
  decidedBy: 'decided_by',
  reviewedBy: 'reviewed_by',
  reviewFindings: 'review_findings',
};

const names = Object.keys(columns) as (keyof typeof columns)[];
const selected = `number, version, changed_at as "changedAt", ${names.map((name) => `${columns[name]} as "${name}"`).join(', ')}`;

const createSql = `
  insert into paydesk.remediations (changed_at, ${names.map((name) => columns[name]).join(', ')})
  values ($1, ${names.map((_, index) => `$${index + 2}`).join(', ')})
  on conflict (form_key) do nothing
  returning ${selected}`;
const byKeySql = `select number from paydesk.remediations where idempotency_key = $1`;
const byFormSql = `select ${selected} from paydesk.remediations where form_key = $1`;
const readSql = `select ${selected} from paydesk.remediations where number = $1`;
const takeSql = `${readSql} for no key update`;
const unansweredSql = `
  select min(due_at) as "dueAt" from paydesk.remediations
  where failed_looks > 0 and due_at is not null and number <> $1`;
const hastenSql = `
  update paydesk.remediations set due_at = $1 where number in (
    select number from paydesk.remediations
    where failed_looks > 0 and due_at > $1 for no key update skip locked)`;
const hastenHeldUpSql = `
  update paydesk.remediations set due_at = $1 where number in (
    select number from paydesk.remediations
    where state = 'approved' and state_why = $2 and due_at > $1 for no key update skip locked)`;
const listSql = `
  select ${selected} from paydesk.remediations
  where ($1::text[] is null or state = any ($1) or (review = 'open' and $5)) and ($2::text is null or requester = $2)
    and ($3::timestamptz is null or changed_at >= $3) and ($6::text[] is null or action = any ($6))
    and (not $7 or standing is not null)
  order by number desc limit $4`;
const usesSql = `select ${selected} from paydesk.remediations where standing = $1 order by number`;
const countSql = `
  select count(*)::integer as count from paydesk.remediations
  where (state = any ($1) or (review = 'open' and $3)) and ($2::text is null or requester = $2)`;

const staleSql = `
  select number from paydesk.remediations r
  where changed_at >= $1
    and not exists (select from paydesk.live_cards c where c.live_card = $3 || r.number and c.updated_at >= r.changed_at)
    and not exists (
      select from paydesk.outbox o where o.live_card = $3 || r.number and o.state in ('waiting', 'sending'))
  order by number limit $2`;

const voteColumns = `person as "personId", state, cast_at as "castAt", void_why as "voidWhy",
  token_hash as "tokenHash", confirmed_by as "confirmedBy"`;
const votesSql = `
  select remediation, ${voteColumns} from paydesk.remediation_votes
  where remediation = any ($1) order by cast_at, person`;
const putVoteSql = `
  insert into paydesk.remediation_votes (remediation, person, state, cast_at, void_why, token_hash, confirmed_by)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (remediation, person) do update set state = excluded.state, cast_at = excluded.cast_at,
    void_why = excluded.void_why, token_hash = excluded.token_hash, confirmed_by = excluded.confirmed_by`;
const byTokenSql = `select remediation, person from paydesk.remediation_votes where token_hash = $1`;

const rivalsSql = `
  select coalesce(sum(calls), 0)::integer as calls, min(number) filter (where state in ('executing', 'unknown')) as unsettled
  from paydesk.remediations where contends && $1 and number <> $2 and calls > 0`;

const openAboutSql = `
  select number, action from paydesk.remediations
  where contends && $1 and number <> $2 and state in ('pending', 'approved', 'executing', 'unknown') order by number`;
const hastenFollowUpsSql = `
  update paydesk.remediations set due_at = $3 where number in (
    select number from paydesk.remediations
    where contends && $1 and number <> $2 and calls > 0 and state = 'done' and verified and due_at > $3
    for no key update skip locked)`;

const killSwitchSql = `
  select frozen, by, why, at, lift_by as "liftBy", lift_at as "liftAt" from paydesk.remediation_kill_switch`;
const putKillSwitchSql = `
  update paydesk.remediation_kill_switch
  set frozen = $1, by = $2, why = $3, at = $4, lift_by = $5, lift_at = $6`;
const reserveSql = `
  insert into paydesk.remediation_reservations (remediation, action, requester, partner, merchant, minor, reserved_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (remediation) do nothing`;
const releaseSql = `delete from paydesk.remediation_reservations where remediation = $1`;
const reservedSql = `
  select remediation, action, requester as "requesterId", partner, merchant, minor, reserved_at as "at"
  from paydesk.remediation_reservations where reserved_at > $1 order by reserved_at`;

type Row = Omit<Remediation, 'id'> & { number: bigint };
type VoteRow = Vote & { remediation: bigint };

export function createRemediations({ query }: Database): Remediations {
  const withVotes = async (rows: Row[]): Promise<{ remediation: Remediation; votes: Vote[] }[]> => {
    const votes = await votesOf(
      { query },
      rows.map(({ number }) => number),
    );
    return rows.map((row) => ({ remediation: remediationOf(row), votes: votes(row.number) }));
  };
  return {
    create: async (tx, request, start) => {
      const pg = requirePg(tx);
      const all = { ...request, ...start };
      const [made] = await pg.query<Row>(createSql, [tx.now, ...names.map((name) => all[name])]);
      const [row] = made ? [made] : await pg.query<Row>(byFormSql, [request.formKey]);
      return { remediation: remediationOf(required(row, request.formKey)), isNew: made !== undefined };
    },
    take: async (tx, id) => {
      const [row] = await requirePg(tx).query<Row>(takeSql, [numberOf(id)]);
      return remediationOf(required(row, id));
    },
    change: async (tx, id, progress) => {
      const changed = names.filter((name) => name in progress);
      const values = { ...progress } as Readonly<Record<string, unknown>>;
      const sets = changed.map((name, index) => `${columns[name]} = $${index + 3}`).join(', ');
      const sql = `update paydesk.remediations set version = version + 1, changed_at = $2${sets && `, ${sets}`}
        where number = $1 returning ${selected}`;
      const [row] = await requirePg(tx).query<Row>(sql, [
        numberOf(id),
        tx.now,
        ...changed.map((name) => values[name]),
      ]);
      return remediationOf(required(row, id));
    },
    ...ballots,
    byToken: async (tokenHash) => {
      const [row] = await query<{ remediation: bigint; person: string }>(byTokenSql, [tokenHash]);
      return row ? { id: idOf(row.remediation), personId: row.person } : null;
    },
    idOfKey: async (key) => {
      const [row] = await query<{ number: bigint }>(byKeySql, [key]);
      return row ? idOf(row.number) : null;
    },
    read: async (id) => {
      const [row] = await query<Row>(readSql, [numberOf(id)]);
      const [found] = await withVotes([required(row, id)]);
      if (!found) throw notFound(id);
      return found;
    },
    list: async ({ states, orReviewOpen, requesterId, changedSince, actions, onlyUses, limit }) =>
      withVotes(
        await query<Row>(listSql, [
          states ?? null,
          requesterId ?? null,
          changedSince ?? null,
          limit,
          orReviewOpen ?? false,
          actions ?? null,
          onlyUses ?? false,
        ]),
      ),
    count: async (tx, { states, orReviewOpen, requesterId }) => {
      const ask = tx ? requirePg(tx).query : query;
      const values = [states, requesterId ?? null, orReviewOpen ?? false];
      const [row] = await ask<{ count: number }>(countSql, values);
      return row?.count ?? 0;
    },
    ...schedule(query),
    ...guards(query),
  };
}

/** What is kept below a request: votes, and what was begun under it. */
const ballots: Pick<Remediations, 'votesOf' | 'putVote' | 'usesOf'> = {
  usesOf: async (tx, standingId) =>
    (await requirePg(tx).query<Row>(usesSql, [standingId])).map(remediationOf),
  votesOf: async (tx, id) => {
    const number = numberOf(id);
    return (await votesOf(requirePg(tx), [number]))(number);
  },
  putVote: async (tx, id, vote) => {
    const { personId, state, castAt, voidWhy, tokenHash, confirmedBy } = vote;
    const values = [numberOf(id), personId, state, castAt, voidWhy, tokenHash, confirmedBy];
    await requirePg(tx).query(putVoteSql, values);
  },
};

type Schedule = Pick<
  Remediations,
  'nextUnansweredAt' | 'hastenUnanswered' | 'hastenHeldUp' | 'hastenFollowUps' | 'withStaleCards'
>;

/** What happens by itself, and when. */
function schedule(query: Querier['query']): Schedule {
  return {
    nextUnansweredAt: async (tx, id) => {
      const [row] = await requirePg(tx).query<{ dueAt: Date | null }>(unansweredSql, [numberOf(id)]);
      return row?.dueAt ?? null;
    },
    hastenUnanswered: async (tx) => {
      await requirePg(tx).query(hastenSql, [tx.now]);
    },
    hastenHeldUp: async (tx, why) => {
      await requirePg(tx).query(hastenHeldUpSql, [tx.now, why]);
    },
    hastenFollowUps: async (tx, { id, contends }) => {
      await requirePg(tx).query(hastenFollowUpsSql, [contends, numberOf(id), tx.now]);
    },
    withStaleCards: async (changedSince, limit) =>
      (await query<{ number: bigint }>(staleSql, [changedSince, limit, liveCardOf('REM-')])).map(
        ({ number }) => idOf(number),
      ),
  };
}

type Guards = Pick<
  Remediations,
  | 'rivalsOf'
  | 'openAbout'
  | 'takeKillSwitch'
  | 'readKillSwitch'
  | 'putKillSwitch'
  | 'reserve'
  | 'release'
  | 'reservedSince'
>;

function guards(query: Querier['query']): Guards {
  return {
    rivalsOf: async (tx, { id, contends }) => {
      const ask = tx ? requirePg(tx).query : query;
      const [row] = await ask<{ calls: number; unsettled: bigint | null }>(rivalsSql, [
        contends,
        numberOf(id),
      ]);
      const unsettled = row?.unsettled ?? null;
      return { calls: row?.calls ?? 0, unsettledId: unsettled === null ? null : idOf(unsettled) };
    },
    openAbout: async (tx, { id, contends }) => {
      const rows = await requirePg(tx).query<{ number: bigint; action: string }>(openAboutSql, [
        contends,
        numberOf(id),
      ]);
      return rows.map(({ number, action }) => ({ id: idOf(number), action }));
    },
    takeKillSwitch: async (tx) =>
      requiredSwitch(await requirePg(tx).query<KillSwitch>(`${killSwitchSql} for update`)),
    readKillSwitch: async () => requiredSwitch(await query<KillSwitch>(killSwitchSql)),
    putKillSwitch: async (tx, { frozen, by, why, at, liftBy, liftAt }) => {
      await requirePg(tx).query(putKillSwitchSql, [frozen, by, why, at, liftBy, liftAt]);
    },
    reserve: async (tx, { remediationId, action, requesterId, partner, merchant, minor, at }) => {
      const values = [numberOf(remediationId), action, requesterId, partner, merchant, minor, at];
      await requirePg(tx).query(reserveSql, values);
    },
    release: async (tx, id) => {
      await requirePg(tx).query(releaseSql, [numberOf(id)]);
    },
    reservedSince: async (tx, since) => {
      const rows = await requirePg(tx).query<Omit<CapEntry, 'remediationId'> & { remediation: bigint }>(
        reservedSql,
        [since],
      );
      return rows.map(({ remediation, ...entry }) => ({ ...entry, remediationId: idOf(remediation) }));
    },
  };
}

async function votesOf({ query }: Querier, numbers: readonly bigint[]): Promise<(number: bigint) => Vote[]> {
  const rows = numbers.length > 0 ? await query<VoteRow>(votesSql, [numbers]) : [];
  return (number) =>
    rows.filter(({ remediation }) => remediation === number).map(({ remediation: _, ...vote }) => vote);
}

const idOf = (number: bigint): string => `REM-${number}`;

/** Throws `not_found` for any text. */
function numberOf(id: string): bigint {
  const [, digits] = /^REM-([1-9]\d{0,17})$/.exec(id) ?? [];
  if (digits === undefined) throw notFound(id);
  return BigInt(digits);
}

const remediationOf = ({ number, ...row }: Row): Remediation => ({ ...row, id: idOf(number) });

function required<Found>(row: Found | undefined, id: string): Found {
  if (row === undefined) throw notFound(id);
  return row;
}

const notFound = (id: string): OpsError =>
  new OpsError('not_found', `There is no request ${id.slice(0, 40)}.`, {
    hint: '`/remediate list` shows the open ones.',
  });

function requiredSwitch([state]: readonly KillSwitch[]): KillSwitch {
  if (!state) throw new OpsError('internal', 'The kill switch is not in the database.');
  return state;
}
