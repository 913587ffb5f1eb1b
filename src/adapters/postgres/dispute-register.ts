/**
 * The register of disputes in Postgres.
 *
 * Invariants: see `ports/dispute-register.ts`. A page of disputes is noted in two statements, and only rows that say
 * something new are written, so that reading all disputes again costs next to nothing.
 */
import { hourMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import { money } from '../../kernel/money.js';
import {
  reminderHours,
  type DisputeProgress,
  type DisputeRegister,
  type KnownDispute,
  type KnownDraft,
  type OpenedCount,
  type QueueCounts,
  type QueueFilter,
  type QueuePart,
  type Sighting,
} from '../../ports/dispute-register.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';
import { requirePg } from './transactions.js';

const facts = [
  'charge',
  'payment',
  'amount_minor',
  'currency',
  'status',
  'reason',
  'network',
  'network_reason_code',
  'case_type',
  'opened_at',
  'answer_allowed',
  'respond_by',
  'past_due',
  'submission_count',
  'awaits',
] as const;
const factList = facts.join(', ');
const columns = `id, partner, ${factList}, owner, taken_at, announced, told_at, draft, due_at, version`;

const given = `
  jsonb_to_recordset($1::jsonb) as given (id text, charge text, payment text, amount_minor bigint, currency text, status text,
    reason text, network text, network_reason_code text, case_type text, opened_at timestamptz, answer_allowed boolean,
    respond_by timestamptz, past_due boolean, submission_count integer, awaits boolean)`;

const addSql = `
  insert into paydesk.disputes (id, partner, ${factList}, seen_at)
  select given.id, $2, ${facts.map((name) => `given.${name}`).join(', ')}, $3 from ${given}
  on conflict (id) do nothing
  returning ${columns}`;

const updateSql = `
  with before as (
    select d.id, d.status from paydesk.disputes d join ${given} on d.id = given.id
    where d.seen_at <= $2 and (${facts.map((name) => `d.${name}`).join(', ')})
      is distinct from (${facts.map((name) => `given.${name}`).join(', ')})
    order by d.id for update of d
  ), changed as (
    update paydesk.disputes d set version = version + 1, seen_at = $2, ${facts.map((name) => `${name} = given.${name}`).join(', ')}
    from ${given} where d.id = given.id and d.id in (select id from before)
    returning d.*
  )
  select ${columns
    .split(', ')
    .map((name) => `changed.${name}`)
    .join(', ')}, before.status as status_before
  from changed join before using (id)`;

const findSql = `select ${columns} from paydesk.disputes where id = $1`;

const parts: Readonly<Record<QueuePart, string>> = {
  open: `answer_allowed and (respond_by > $2 or (respond_by is null and not past_due))
    and ($3::timestamptz is null or respond_by is null or respond_by <= $3)`,
  missed: 'answer_allowed and (respond_by <= $2 or (respond_by is null and past_due))',
  not_allowed: 'not answer_allowed',
};
const inQueue = 'awaits and ($1::text is null or partner = $1)';

const countsSql = `
  select ${Object.entries(parts)
    .map(([part, condition]) => `count(*) filter (where ${condition})::int as ${part}`)
    .join(', ')}
  from paydesk.disputes where ${inQueue}`;

/** Parameters that a part has no use for must still have a type. */
const queueSql = (part: QueuePart): string => `
  select ${columns} from paydesk.disputes
  where ${inQueue} and $2::timestamptz is not null and ($3::timestamptz is null or true) and ${parts[part]}
  order by respond_by nulls first, id offset $4 limit $5`;

/** The nearest reminder whose time has come. */
const stage = `case ${[...reminderHours]
  .reverse()
  .map((hours) => `when respond_by <= $1::timestamptz + interval '${hours} hours' then ${hours}`)
  .join(' ')} end`;
const remindable = `
  awaits and answer_allowed and owner is null and submission_count = 0
  and respond_by > $1::timestamptz and coalesce(reminded_hours, 1000) > (${stage})`;

const toRemindSql = `
  select ${columns} from paydesk.disputes
  where ${remindable} and respond_by <= $1::timestamptz + $2::float8 * interval '1 ms' order by respond_by, id limit $3`;
const remindedSql = `
  update paydesk.disputes set reminded_hours = ${stage} where id = any($2) and ${remindable} returning ${columns}`;

const openedSql = `
  select status, reason, network, submission_count > 0 as answered, count(*)::int as count
  from paydesk.disputes where ($1::text is null or partner = $1) and opened_at >= $2 and opened_at < $3
  group by 1, 2, 3, 4 order by count(*) desc, 1, 2, 3, 4`;

const staleSql = `
  select id from paydesk.disputes d
  where announced and told_at >= $1
    and not exists (select from paydesk.live_cards c where c.live_card = 'dispute:' || d.id and c.updated_at >= d.told_at)
    and not exists (
      select from paydesk.outbox o where o.live_card = 'dispute:' || d.id and o.state in ('waiting', 'sending'))
  order by id limit $2`;

const progressColumns: Readonly<Record<keyof DisputeProgress, string>> = {
  ownerId: 'owner',
  takenAt: 'taken_at',
  announced: 'announced',
  toldAt: 'told_at',
  draft: 'draft',
  dueAt: 'due_at',
};

interface Row {
  id: string;
  partner: string;
  charge: string | null;
  payment: string | null;
  amount_minor: bigint;
  currency: string;
  status: string;
  reason: string;
  network: string | null;
  network_reason_code: string | null;
  case_type: string | null;
  opened_at: Date;
  answer_allowed: boolean;
  respond_by: Date | null;
  past_due: boolean;
  submission_count: number;
  owner: string | null;
  taken_at: Date | null;
  announced: boolean;
  told_at: Date | null;
  draft: KnownDraft | null;
  due_at: Date | null;
  version: number;
}

const knownOf = (row: Row): KnownDispute => ({
  id: row.id,
  partner: row.partner,
  chargeId: row.charge,
  paymentId: row.payment,
  amount: money(row.amount_minor, row.currency),
  status: row.status,
  reason: row.reason,
  brand: row.network,
  networkReasonCode: row.network_reason_code,
  caseType: row.case_type,
  createdAt: row.opened_at,
  answerAllowed: row.answer_allowed,
  respondBy: row.respond_by,
  pastDue: row.past_due,
  submissionCount: row.submission_count,
  ownerId: row.owner,
  takenAt: row.taken_at,
  announced: row.announced,
  toldAt: row.told_at,
  draft: row.draft,
  dueAt: row.due_at,
  version: row.version,
});

const rowOf = ({ dispute, awaits }: Sighting): object => ({
  id: dispute.id,
  charge: dispute.chargeId,
  payment: dispute.paymentId,
  amount_minor: dispute.amount.minor.toString(),
  currency: dispute.amount.currency,
  status: dispute.status,
  reason: dispute.reason,
  network: dispute.brand,
  network_reason_code: dispute.networkReasonCode,
  case_type: dispute.caseType,
  opened_at: dispute.createdAt,
  answer_allowed: dispute.answerAllowed,
  respond_by: dispute.respondBy,
  past_due: dispute.pastDue,
  submission_count: dispute.submissionCount,
  awaits,
});

const required = (id: string, [row]: readonly Row[]): KnownDispute => {
  if (row) return knownOf(row);
  throw new OpsError('not_found', `${id.slice(0, 70)} is not in the register of disputes.`);
};

const filterValues = ({ partner, now, dueBy }: QueueFilter): unknown[] => [partner, now, dueBy];

export function createDisputeRegister({ query }: Pick<Database, 'query'>): DisputeRegister {
  return {
    note: async (tx, partner, sightings, readAt) => {
      const pg = requirePg(tx);
      const seen = [...new Map(sightings.map((sighting) => [sighting.dispute.id, sighting])).values()];
      const rows = jsonText(seen.map(rowOf));
      const added = await pg.query<Row>(addSql, [rows, partner, readAt]);
      const changed = await pg.query<Row & { status_before: string }>(updateSql, [rows, readAt]);
      return [
        ...added.map((row) => ({ dispute: knownOf(row), statusBefore: null })),
        ...changed.map((row) => ({ dispute: knownOf(row), statusBefore: row.status_before })),
      ];
    },
    take: async (tx, id) =>
      required(id, await requirePg(tx).query<Row>(`${findSql} for no key update`, [id])),
    change: async (tx, id, progress) => {
      const entries = Object.entries(progress) as [keyof DisputeProgress, unknown][];
      const sets = entries.map(([name], index) => `${progressColumns[name]} = $${index + 2}`);
      const sql = `update paydesk.disputes set ${['version = version + 1', ...sets].join(', ')}
        where id = $1 returning ${columns}`;
      const values = [id, ...entries.map(([, value]) => value)];
      return required(id, await requirePg(tx).query<Row>(sql, values));
    },
    find: async (id) => (await query<Row>(findSql, [id])).map(knownOf)[0] ?? null,
    counts: async (filter) =>
      (await query<QueueCounts>(countsSql, filterValues(filter)))[0] ?? {
        open: 0,
        missed: 0,
        not_allowed: 0,
      },
    queue: async (filter, part, { offset, limit }) =>
      (await query<Row>(queueSql(part), [...filterValues(filter), offset, limit])).map(knownOf),
    toRemind: async (now, limit) =>
      (await query<Row>(toRemindSql, [now, reminderHours[0] * hourMs, limit])).map(knownOf),
    reminded: async (tx, ids) => (await requirePg(tx).query<Row>(remindedSql, [tx.now, ids])).map(knownOf),
    opened: ({ partner, from, to }) => query<OpenedCount>(openedSql, [partner, from, to]),
    withStaleCards: async (toldSince, limit) =>
      (await query<{ id: string }>(staleSql, [toldSince, limit])).map(({ id }) => id),
  };
}
