#!/usr/bin/env node
/**
 * The command line: `paydesk start | migrate | doctor | audit | manifest | postgres`.
 *
 * Invariants: a fault that a person can mend is told as a sentence and a hint, never as a stack; exit code 1 then, and 2 for
 * a call that cannot be read. A command loads what it needs and no more: comparing two files does not take the memory of
 * the bot.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Voices } from './cli/audit.js';
import type { BacktestOptions, LocaliseOptions } from './cli/backtest.js';
import type { DetectOptions } from './cli/detect.js';
import type { ParseOptions } from './cli/parse.js';
import type { ReconcileOptions } from './cli/reconcile.js';
import type { Finding } from './doctor/check.js';
import { OpsError, toOpsError } from './kernel/errors.js';
import { packageRoot } from './kernel/package-root.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const usageExitCode = 2;

const program = new Command('paydesk')
  .description('The payments operations desk in Slack.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageExitCode));

program
  .command('start')
  .description('run the bot with the environment and paydesk.yaml')
  .action(async () => (await import('./main.js')).main());

program
  .command('migrate')
  .description('migrate the database of DATABASE_URL to this version')
  .action(runMigrate);

program
  .command('doctor')
  .description('check configuration, database, Slack, payments API and books, with a fix for each fault')
  .action(runDoctor);

const audit = program.command('audit').description('check or copy the audit log');

audit
  .command('verify')
  .description('verify the chain and show the first bad entry')
  .option('--expect <head...>', 'heads published outside the database, as <number>:<hash>', [])
  .action(runAuditVerify);

audit
  .command('export')
  .description('write the entries as JSON lines, exactly as they were hashed')
  .option('--from <number>', 'the first entry', '1')
  .option('--to <file>', 'a new file instead of the standard output')
  .action(runAuditExport);

program
  .command('manifest')
  .description('print the Slack app manifest')
  .option('--check', 'compare manifest.yml with the registries instead')
  .action(runManifest);

program
  .command('postgres')
  .description(
    'run the embedded PostgreSQL of PAYDESK_HOME until stopped, and print the address of one of its databases',
  )
  .option('--database <name>', 'created if missing', 'paydesk')
  .action(runPostgres);

program
  .command('parse')
  .description('print the rows of a statement file in one form for all partners')
  .argument('<file>')
  .option('--format <id>', 'the format, when it should not be recognised by its content')
  .option('--profile <id>', 'the CSV profile, shipped or of paydesk.yaml')
  .option('--json', 'JSON lines')
  .action(runParse);

program
  .command('reconcile')
  .description('compare a ledger with a statement, file against file')
  .requiredOption('--ledger <file>', 'CSV: id,partner_ref,amount_minor,currency,value_date,type,batch_id')
  .requiredOption(
    '--statement <file>',
    'any statement, or CSV: line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor',
  )
  .option('--format <id>', 'the format of the statement, when it should not be recognised by its content')
  .option('--profile <id>', 'the CSV profile of the statement, shipped or of paydesk.yaml')
  .option('--partner <id>', 'compare by what reconciliation in paydesk.yaml says of this partner')
  .option('--settle <rule>', 'when money is due, such as T+2')
  .option(
    '--calendar <id>',
    'the business days on which money settles: TARGET, or a country such as DE',
    'TARGET',
  )
  .option('--as-of <day>', 'the day that the statement ends on, as YYYY-MM-DD')
  .option('--json', 'JSON lines')
  .action(runReconcile);

program
  .command('calendar')
  .description('print the closing days of a year')
  .argument('<id>', 'TARGET, or a country such as DE')
  .argument('<year>')
  .option('--json', 'one line of JSON')
  .action(runCalendar);

program
  .command('detect')
  .description('score rows of timestamp,value from the standard input, 0 to 1 each; 0.5 or more is an alert')
  .option('--alerts-per-week <number>', 'false alerts a week that people can live with', '1')
  .action(runDetect);

program
  .command('backtest')
  .description('show the alerts that a history of counts would have raised')
  .requiredOption('--input <file>', 'CSV: bucket, any dimensions, attempts, failures; buckets ascending')
  .option('--warmup <days>', 'how many days at the beginning are history', '14')
  .option(
    '--budget <alerts>',
    'how many false alerts a week are acceptable, for rates and for volumes',
    '0.5',
  )
  .option('--json', 'JSON lines')
  .action(runBacktest);

program
  .command('localise')
  .description('print the slices that explain why one table of counts fails more than another, as JSON')
  .requiredOption('--baseline <file>', 'CSV: any dimensions, attempts, failures, of a normal time')
  .requiredOption('--current <file>', 'the same columns, of the time to explain')
  .action(runLocalise);

async function runMigrate(): Promise<void> {
  const { configuredAddresses, migrateDatabase } = await import('./wiring/database.js');
  const { createLog } = await import('./wiring/logging.js');
  const { parseEnvironment, readDotEnv } = await import('./config/environment.js');
  readDotEnv();
  const environment = parseEnvironment(process.env);
  const log = createLog('warn');
  const addresses = configuredAddresses(environment);
  if (!addresses) {
    throw new OpsError('misconfigured', 'DATABASE_URL is not set.', {
      hint: 'The embedded database is migrated at every start.',
    });
  }
  const { applied } = await migrateDatabase(addresses, log);
  say(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
}

async function runDoctor(): Promise<void> {
  const { readDotEnv } = await import('./config/environment.js');
  const { examine } = await import('./doctor/doctor.js');
  const { systemClock } = await import('./kernel/clock.js');
  readDotEnv();
  const findings = await examine(process.env, systemClock);
  findings.forEach(sayFinding);
  const faults = findings.filter(({ state }) => state === 'fault').length;
  say(faults === 0 ? '\nAll checks passed.' : `\n${faults} of ${findings.length} checks found a fault.`);
  process.exitCode = faults === 0 ? 0 : 1;
}

function sayFinding({ what, state, says, hint }: Finding): void {
  const mark = { ok: 'ok    ', warning: 'warn  ', fault: 'FAULT ', absent: '-     ' }[state];
  say(`${mark} ${what}: ${says}`);
  if (hint !== null) say(`        → ${hint}`);
}

const voices: Voices = { say, tell: (line) => void process.stderr.write(`${line}\n`) };

async function runAuditVerify({ expect }: { expect: string[] }): Promise<void> {
  const { verifyAudit } = await import('./cli/audit.js');
  if (!(await verifyAudit(expect, voices))) process.exitCode = 1;
}

async function runAuditExport({ from, to }: { from: string; to?: string }): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(from)) {
    throw new OpsError('invalid', `“${from.slice(0, 100)}” is not an entry number.`, {
      hint: 'Entries are numbered from 1.',
    });
  }
  const { exportAudit } = await import('./cli/audit.js');
  await exportAudit({ from: Number(from), to }, voices);
}

async function runParse(file: string, options: ParseOptions): Promise<void> {
  const { parseFile } = await import('./cli/parse.js');
  if (!(await parseFile(file, options, say, process.stderr))) process.exitCode = 1;
}

async function runReconcile(options: ReconcileOptions): Promise<void> {
  const { reconcileFiles } = await import('./cli/reconcile.js');
  await reconcileFiles(options, voices, process.stderr);
}

async function runCalendar(id: string, year: string, { json }: { json?: boolean }): Promise<void> {
  const { printCalendar } = await import('./cli/reconcile.js');
  await printCalendar(id, year, json === true, voices);
}

async function runDetect(options: DetectOptions): Promise<void> {
  const { detectRows } = await import('./cli/detect.js');
  if (!(await detectRows(options, process.stdin, process.stdout, voices.tell))) process.exitCode = 1;
}

async function runBacktest(options: BacktestOptions): Promise<void> {
  const { backtestFile } = await import('./cli/backtest.js');
  if (!(await backtestFile(options, voices))) process.exitCode = 1;
}

async function runLocalise(options: LocaliseOptions): Promise<void> {
  const { localiseFiles } = await import('./cli/backtest.js');
  if (!(await localiseFiles(options, voices))) process.exitCode = 1;
}

async function runManifest({ check }: { check?: boolean }): Promise<void> {
  const { printManifest } = await import('./wiring/manifest.js');
  const printed = printManifest();
  if (check !== true) return void process.stdout.write(printed);
  if (readFileSync(join(packageRoot, 'manifest.yml'), 'utf8') === printed) {
    say('manifest.yml is up to date.');
    return;
  }
  throw new OpsError('misconfigured', 'manifest.yml is out of date.', {
    hint: 'Run: npx paydesk manifest > manifest.yml',
  });
}

async function runPostgres({ database }: { database: string }): Promise<void> {
  const { startEmbeddedPostgres } = await import('./adapters/postgres/embedded/supervisor.js');
  const { ensureDatabase } = await import('./adapters/postgres/provision.js');
  const { createLog } = await import('./wiring/logging.js');
  const { parseEnvironment, readDotEnv } = await import('./config/environment.js');
  readDotEnv();
  const { PAYDESK_HOME: home } = parseEnvironment(process.env);
  const server = await startEmbeddedPostgres({
    home,
    log: createLog('warn', (line) => void process.stderr.write(line)),
  });
  await ensureDatabase(server.url, database);
  say(server.urlOf(database).reveal());
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.stop();
}

try {
  await program.parseAsync();
} catch (thrown) {
  const error = toOpsError(thrown);
  process.stderr.write(`${error.publicMessage}\n${error.hint === undefined ? '' : `→ ${error.hint}\n`}`);
  if (error.code === 'internal')
    process.stderr.write(`${String(error.cause instanceof Error ? error.cause.stack : error.cause)}\n`);
  process.exitCode = error.code === 'invalid' ? usageExitCode : 1;
}
