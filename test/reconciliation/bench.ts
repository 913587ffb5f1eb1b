/**
 * Reconciliation as it is built for production: a folder inbox, a real database for results and for the books, and a clock
 * that stands until it is moved. What would be posted is kept.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { parseConfig } from '../../src/config/load.js';
import { secondMs } from '../../src/kernel/clock.js';
import type { Secret } from '../../src/kernel/secret.js';
import { silentLog } from '../../src/kernel/log.js';
import type { OutgoingMessage } from '../../src/ports/outbox.js';
import type { Transaction } from '../../src/ports/transaction.js';
import type { Later } from '../../src/reconciliation/days/progress.js';
import { actions } from '../../src/remediation/actions/index.js';
import {
  statementSettings,
  statementWork,
  type StatementWork,
  type StatementWorkFacts,
} from '../../src/wiring/statement-work.js';
import { reconciliationFrom, type Reconciliation } from '../../src/wiring/reconciliation.js';
import { faultsOf } from '../support/cards.js';
import { createDatabase } from '../support/postgres.js';

/** An entry of northpay's clearing account, where it names no other; positive is money to us. */
interface Booked {
  account?: string;
  batch?: string;
  id: string;
  reference: string;
  minor: number;
  day: string;
  kind?: string;
  currency?: string;
  bookedAt?: string;
}

/** A row of the partner's report. */
export interface Reported {
  reference?: string;
  order?: string;
  batch?: string;
  kind?: 'payment' | 'refund' | 'fee' | 'payout';
  amount: string;
  fee?: string;
  currency?: string;
  day: string;
}

export interface Bench extends Omit<Reconciliation, 'close'> {
  /** The inbox. */
  folder: string;
  database: Database;
  /** What was posted since it was last asked, each card without a fault. */
  posted(): OutgoingMessage[];
  faults: string[];
  /** Whether whatever is told from now on comes too late: its process is dead by then. */
  dieBeforeTelling(dies: boolean): void;
  setTime(instant: string): void;
  book(...entries: Booked[]): Promise<void>;
  /** Leaves a file in the inbox. */
  put(name: string, ...rows: Reported[]): Promise<void>;
  /** Two looks with the time between them in which a whole file rests; what came of the second. */
  settle(): Promise<{ taken: number; reconciled: number }>;
  /** Empties everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface ConfigParts {
  terms: string;
  places: string;
  /** Northpay pays into Harbour Bank, which is held against an account of its own. */
  hasBank: boolean;
}

const configFor = (folder: string, { terms, places, hasBank }: ConfigParts): string => `
company: Larkspur Pay
channels: { reconciliation: C0RECON01 }
partners:
  - id: northpay
    name: Northpay
    kind: psp
    timeZone: Europe/Amsterdam
    statements: { format: report, settles: T+1, cutOff: '08:00'${hasBank ? ', paysInto: harbour' : ''} }
  - id: harbour
    name: Harbour Bank
    kind: bank
    statements: { format: report${hasBank ? ', ledgerAccount: cash:harbour, settles: T+1, references: [ourRef, partnerRef]' : ''} }
statements: { folder: ${JSON.stringify(folder)}, places: [${places}] }
reconciliation: ${terms}
statementProfiles:
  - id: report
    columns:
      { amount: amount, currency: currency, fee: fee, kind: kind, partnerRef: reference, ourRef: order, batchRef: batch, valueDate: day }
    kinds: { payment: payment, refund: refund, fee: fee, payout: payout }
`;

const header = 'reference,order,batch,kind,amount,fee,currency,day';

const rowOf = ({
  reference = '',
  order = '',
  batch = '',
  kind = 'payment',
  amount,
  fee = '0.00',
  currency = 'EUR',
  day,
}: Reported): string => [reference, order, batch, kind, amount, fee, currency, day].join(',');

const ledgerSql = `create table ledger_entries (entry_id text, account text, direction text, amount_minor bigint,
  currency text, kind text, reference text, batch_id text, business_day date, booked_at timestamptz)`;

/**
 * `work`: how statements are worked on, in this thread where absent. `terms`: the section `reconciliation`; `places` besides the
 * folder, and their secrets.
 */
export async function startBench(
  start: string,
  work: (
    facts: StatementWorkFacts & { databaseUrl: Secret; booksUrl: Secret },
  ) => StatementWork = statementWork,
  {
    terms = '{}',
    places = '',
    hasBank = false,
    secrets = {},
    later,
  }: Partial<ConfigParts> & { secrets?: Record<string, Secret>; later?: Later } = {},
): Promise<Bench> {
  let now = new Date(start);
  const clock = { now: () => now };
  const test = await createDatabase();
  const database = openDatabase({ url: test.url, clock, log: silentLog });
  await database.query(ledgerSql);
  const inbox = await mkdtemp(join(tmpdir(), 'recon-'));
  const faults: string[] = [];
  let messages: OutgoingMessage[] = [];
  let isDying = false;
  const enqueue = (_tx: Transaction, message: OutgoingMessage): Promise<void> => {
    if (isDying) return Promise.reject(new Error('the process died'));
    faults.push(...faultsOf(message.card));
    messages.push(message);
    return Promise.resolve();
  };
  const config = parseConfig(configFor(inbox, { terms, places, hasBank }), 'paydesk.yaml');
  const settings = statementSettings({ PAYDESK_HOME: inbox, statementSecrets: secrets }, config);
  const built = reconciliationFrom({
    config,
    settings,
    database,
    work: work({ settings, database, databaseUrl: test.url, booksUrl: test.url, clock }),
    audit: createAuditTrail(createAuditStore(database)),
    outbox: { enqueue },
    startable: actions,
    ...(later && { later }),
    clock,
    log: silentLog,
  });
  if (!built) throw new Error('reconciliation was not built');
  return {
    ...built,
    folder: inbox,
    database,
    faults,
    posted: () => {
      const told = messages;
      messages = [];
      return told;
    },
    dieBeforeTelling: (dies) => {
      isDying = dies;
    },
    setTime: (instant) => {
      now = new Date(instant);
    },
    book: async (...entries) => {
      for (const { id, reference, minor, day, kind = 'capture', currency = 'EUR', ...more } of entries)
        await database.query(`insert into ledger_entries values ($1, $9, $2, $3, $4, $5, $6, $10, $7, $8)`, [
          id,
          minor < 0 ? 'credit' : 'debit',
          Math.abs(minor),
          currency,
          kind,
          reference,
          day,
          more.bookedAt ?? `${day}T12:00:00Z`,
          more.account ?? 'clearing:northpay',
          more.batch ?? '',
        ]);
    },
    put: async (name, ...rows) => {
      await mkdir(inbox, { recursive: true });
      await writeFile(join(inbox, name), [header, ...rows.map(rowOf), ''].join('\n'));
    },
    settle: async () => {
      await built.desk.look();
      now = new Date(now.getTime() + 10 * secondMs);
      return built.desk.look();
    },
    clear: async () => {
      messages = [];
      await rm(inbox, { recursive: true, force: true });
      await mkdir(inbox);
      await database.query(`truncate ledger_entries, paydesk.recon_results, paydesk.recon_open, paydesk.recon_unit_files,
        paydesk.recon_payouts, paydesk.recon_lines,
        paydesk.recon_units, paydesk.breaks, paydesk.break_events, paydesk.recon_days, paydesk.recon_day_events,
        paydesk.statement_sightings, paydesk.statement_contents, paydesk.statement_quarantine, paydesk.statement_files
        restart identity cascade`);
    },
    close: async () => {
      built.close();
      await database.close();
      await rm(inbox, { recursive: true, force: true });
      await test.drop();
    },
  };
}
