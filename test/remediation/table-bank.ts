/**
 * A bank that outlives the processes that order from it: tables, written outside of any transaction of the desk's.
 */
import { randomUUID } from 'node:crypto';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import { createRemediations } from '../../src/adapters/postgres/remediations.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { money } from '../../src/kernel/money.js';
import type { Action, World } from '../../src/remediation/kit/action.js';
import { defineAction } from '../../src/remediation/kit/define-action.js';
import type { RemediationDeps } from '../../src/remediation/life/deps.js';
import { textField } from '../../src/remediation/kit/fields.js';
import { createRemediationDesk, type RemediationService } from '../../src/remediation/remediation.js';
import { createPeople, groups, policy } from './people.js';

export async function openTableBank({ query }: Pick<Database, 'query'>): Promise<void> {
  await query(
    'create table bank_orders (key text not null, at timestamptz not null default clock_timestamp())',
  );
  await query('create table bank_effects (key text primary key, account text not null)');
}

/** Takes one euro from an account. */
function tableBank({ query }: Pick<Database, 'query'>): Action {
  const taken = async (key: string): Promise<boolean> =>
    (await query('select 1 from bank_effects where key = $1', [key])).length > 0;
  return defineAction<{ account: string }, { account: string }>({
    id: 'spend',
    title: 'Spend',
    summary: 'Takes one euro',
    risk: 'low',
    fields: { account: textField('Account', 40) },
    prefills: {},
    read: ({ account }) => Promise.resolve({ account }),
    check: () => [],
    preview: ({ account }) => ({
      headline: `Take 1.00 EUR from ${account}`,
      changes: [],
      affected: [],
      undo: null,
      irreversible: null,
      value: money(100, 'EUR'),
      subject: { kind: 'payment', id: account },
      partner: null,
      merchant: null,
    }),
    execute: async ({ params, idempotencyKey }) => {
      await query('insert into bank_orders (key) values ($1)', [idempotencyKey]);
      await query('insert into bank_effects (key, account) values ($1, $2) on conflict do nothing', [
        idempotencyKey,
        params.account,
      ]);
      return { id: idempotencyKey, summary: 'Took 1.00 EUR.' };
    },
    readBack: async ({ idempotencyKey }) =>
      (await taken(idempotencyKey))
        ? { kind: 'done', effect: { id: idempotencyKey, summary: 'It was taken.' } }
        : { kind: 'not_done', evidence: ['no movement'] },
    verify: async ({ idempotencyKey }) =>
      (await taken(idempotencyKey))
        ? { kind: 'visible', evidence: 'the movement is there' }
        : { kind: 'wrong', evidence: 'no movement' },
  });
}

/**
 * The real domain over that bank, without caps, on the system's clock; what it tells goes nowhere. The bank is in the desk's
 * own database unless it is said where else.
 */
export function tableDesk(
  db: Database,
  overrides: Partial<RemediationDeps> = {},
  bank: Pick<Database, 'query'> = db,
): RemediationService {
  const { directory = createPeople(groups).directory } = overrides;
  return createRemediationDesk({
    actions: [tableBank(bank)],
    policy: { ...policy, caps: [] },
    world: { clock: systemClock, partners: [] } as unknown as World,
    remediations: createRemediations(db),
    directory,
    transactions: db,
    urgent: { transactions: db, directory },
    audit: createAuditTrail(createAuditStore(db)),
    tell: () => Promise.resolve(),
    alarm: () => Promise.resolve(),
    newKey: randomUUID,
    clock: systemClock,
    log: silentLog,
    ...overrides,
  });
}
