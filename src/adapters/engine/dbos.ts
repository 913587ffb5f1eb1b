/**
 * The durable engine itself, DBOS 5.3.0 (pinned: `recoverPendingWorkflows` and the migration with a logger of ours are
 * internal). Its state is one per process, so one engine per process.
 *
 * Invariants: it never writes to the console; its application version is a constant, or a deploy would strand pending
 * work; it never migrates at launch, because two replicas doing so spoil an empty database.
 */
import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { migrateSystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import { GlobalLogger } from '@dbos-inc/dbos-sdk/internal/telemetry/logs';
import pg from 'pg';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { engineVersion, tasksQueue, taskWorkflow } from '../../ports/tasks.js';

const applicationName = 'paydesk';

/** The queue that all slots go through; one job's slots run one at a time over all replicas. */
const jobsQueue = 'paydesk-jobs';
const jobWorkflow = 'paydesk-job';
const pollingIntervalMs = 250;
/** A job that hangs blocks its own later slots for this long at most. */
const jobTimeoutMs = 3_600_000;
/** People wait for what they approved. */
const tasksPollingIntervalMs = 100;
/** Of one replica at a time; the rest waits its turn or goes to another replica. */
const tasksAtOnce = 10;

const connectTimeoutMs = 10_000;
/** Far above what its statements take: without an answer by then the connection leads nowhere. */
const queryTimeoutMs = 60_000;
const maxConnections = 10;
const idleTransactionTimeoutMs = 60_000;
/** More than the slots of an hour, for which it is asked every hour. */
const forgetBatch = 10_000;

/** Brings schema `dbos` up to date. Two at a time spoil an empty database: run it under the lock of `migrate`. */
export async function migrateEngine(url: Secret, log: Log): Promise<void> {
  try {
    await migrateSystemDatabase(url.reveal(), new GlobalLogger(undefined, { logger: bridge(log) }));
  } catch (thrown) {
    throw originalOf(thrown);
  }
}

/** The library wraps what the connection threw, and with it the code that tells a server that died from a fault. */
function originalOf(thrown: unknown): unknown {
  const { error, cause = error } = thrown as { error?: unknown; cause?: unknown };
  return cause instanceof Error ? originalOf(cause) : thrown;
}

export interface DurableJobs {
  /** Starts the slot's workflow once, however often and from wherever it is asked for. */
  enqueue(jobId: string, slot: Date): Promise<void>;
  /** Gives the pending workflows of a dead executor to the living. */
  recover(executorId: string): Promise<void>;
  /** Removes up to 10,000 slots that finished before an instant; how many it removed. */
  forget(before: Date): Promise<number>;
  /** Waits at most `drainTimeoutMs` for running jobs, then stops; what still runs is taken over by others. */
  close(drainTimeoutMs: number): Promise<void>;
}

export interface DurableJobsOptions {
  url: Secret;
  executorId: string;
  /** Runs a slot; must not throw. Its answer is kept with the workflow. */
  run: (jobId: string, slot: Date) => Promise<object>;
  /** Runs a task; must not throw. May be called again for a task that was cut off. */
  runTask: (task: string, subject: string) => Promise<object>;
  log: Log;
}

/** Launches DBOS. Throws `misconfigured` when its tables are missing or old, `unavailable` otherwise. */
export async function launchDurableJobs({
  url,
  executorId,
  run,
  runTask,
  log,
}: DurableJobsOptions): Promise<DurableJobs> {
  const pool = createPool(url, log);
  DBOS.setConfig({
    name: applicationName,
    systemDatabaseUrl: url.reveal(),
    systemDatabasePool: pool,
    executorID: executorId,
    applicationVersion: engineVersion,
    runMigrations: false,
    logger: bridge(log),
  });
  const workflow = DBOS.registerWorkflow(
    (jobId: string, slot: string) => DBOS.runStep(() => run(jobId, new Date(slot)), { name: jobId }),
    { name: jobWorkflow },
  );
  DBOS.registerWorkflow(
    (task: string, subject: string) => DBOS.runStep(() => runTask(task, subject), { name: task }),
    { name: taskWorkflow },
  );
  const shutdown = async (workflowCompletionTimeoutMS: number): Promise<void> => {
    await DBOS.shutdown({ deregister: true, workflowCompletionTimeoutMS });
    await pool.end();
  };
  try {
    await DBOS.launch();
    await DBOS.registerQueue(jobsQueue, { partitionConcurrency: 1, minPollingIntervalMs: pollingIntervalMs });
    await DBOS.registerQueue(tasksQueue, {
      workerConcurrency: tasksAtOnce,
      minPollingIntervalMs: tasksPollingIntervalMs,
    });
  } catch (error) {
    await shutdown(0).catch(() => undefined);
    throw launchFault(error);
  }
  return {
    enqueue: async (jobId, slot) => {
      await DBOS.startWorkflow(workflow, {
        workflowID: `cron:${jobId}:${slot.toISOString()}`,
        queueName: jobsQueue,
        enqueueOptions: { queuePartitionKey: jobId },
        timeoutMS: jobTimeoutMs,
      })(jobId, slot.toISOString());
    },
    recover: async (deadId) => {
      await DBOSExecutor.globalInstance?.recoverPendingWorkflows([deadId]);
    },
    forget,
    close: shutdown,
  };
}

async function forget(before: Date): Promise<number> {
  const old = await DBOS.listWorkflows({
    workflowName: [jobWorkflow, taskWorkflow],
    completedBefore: before.toISOString(),
    loadInput: false,
    loadOutput: false,
    limit: forgetBatch,
  });
  if (old.length > 0) await DBOS.deleteWorkflows(old.map(({ workflowID }) => workflowID));
  return old.length;
}

/**
 * As the engine's own pool, but for the way that its sessions are prepared: the engine's asks for it while the next
 * statement is already sent, which the library prints a warning about.
 */
function createPool(url: Secret, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    application_name: 'paydesk dbos',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    max: maxConnections,
    keepAlive: true,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool awaits it, its types do not say so
    onConnect: async (client) => {
      await client.query(`set idle_in_transaction_session_timeout = ${idleTransactionTimeoutMs}`);
    },
  });
  pool.on('error', (error) =>
    log.warn({ error: messageOf(error) }, 'an idle connection of the engine broke'),
  );
  return pool;
}

function launchFault(error: unknown): OpsError {
  return /schema version|does not exist/.test(messageOf(error))
    ? new OpsError('misconfigured', 'The engine’s tables are missing or old.', {
        hint: 'Run `paydesk migrate`.',
        cause: error,
      })
    : new OpsError('unavailable', 'The engine cannot be launched.', { cause: error });
}

/** DBOS tells in `info` what is `debug` to us. */
function bridge(log: Log): DLogger {
  const own = log.child({ from: 'dbos' });
  return {
    debug: (entry) => own.debug({}, String(entry)),
    info: (entry) => own.debug({}, String(entry)),
    warn: (entry) => own.warn({}, String(entry)),
    error: (entry) => own.error({}, messageOf(entry)),
  };
}
