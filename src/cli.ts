#!/usr/bin/env node
/**
 * The command line: `paydesk start | migrate | doctor | audit | manifest | postgres`.
 *
 * Invariant: a fault that a person can mend is told as a sentence and a hint, never as a stack; exit code 1 then, and 2 for a call that
 * cannot be read.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { startEmbeddedPostgres } from './adapters/postgres/embedded/supervisor.js';
import { ensureDatabase } from './adapters/postgres/provision.js';
import { exportAudit, verifyAudit, type Voices } from './cli/audit.js';
import { backtestFile, localiseFiles, type BacktestOptions, type LocaliseOptions } from './cli/backtest.js';
import { parseEnvironment, readDotEnv } from './config/environment.js';
import { configuredAddresses, migrateDatabase } from './wiring/database.js';
import type { Finding } from './doctor/check.js';
import { examine } from './doctor/doctor.js';
import { systemClock } from './kernel/clock.js';
import { OpsError, toOpsError } from './kernel/errors.js';
import { packageRoot } from './kernel/package-root.js';
import { createLog } from './wiring/logging.js';
import { main } from './main.js';
import { printManifest } from './wiring/manifest.js';
import { detectRows, type DetectOptions } from './cli/detect.js';
import { parseFile, type ParseOptions } from './cli/parse.js';
import { printCalendar, reconcileFiles, type ReconcileOptions } from './cli/reconcile.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const usageExitCode = 2;

const program = new Command('paydesk')
  .description('The payments operations desk in Slack.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageExitCode));

program
  .command('start')
  .description('run the bot with the environment and paydesk.yaml')
  .action(() => main());

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
  .action((id: string, year: string, { json }: { json?: boolean }) =>
    printCalendar(id, year, json === true, voices),
  );

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
    '1',
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
  if (!(await verifyAudit(expect, voices))) process.exitCode = 1;
}

async function runAuditExport({ from, to }: { from: string; to?: string }): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(from)) {
    throw new OpsError('invalid', `“${from.slice(0, 100)}” is not an entry number.`, {
      hint: 'Entries are numbered from 1.',
    });
  }
  await exportAudit({ from: Number(from), to }, voices);
}

async function runParse(file: string, options: ParseOptions): Promise<void> {
  if (!(await parseFile(file, options, say, process.stderr))) process.exitCode = 1;
}

async function runReconcile(options: ReconcileOptions): Promise<void> {
  await reconcileFiles(options, voices, process.stderr);
}

async function runDetect(options: DetectOptions): Promise<void> {
  if (!(await detectRows(options, process.stdin, process.stdout, voices.tell))) process.exitCode = 1;
}

async function runBacktest(options: BacktestOptions): Promise<void> {
  if (!(await backtestFile(options, voices))) process.exitCode = 1;
}

async function runLocalise(options: LocaliseOptions): Promise<void> {
  if (!(await localiseFiles(options, voices))) process.exitCode = 1;
}

function runManifest({ check }: { check?: boolean }): void {
  const printed = printManifest();
  if (check !== true) return void process.stdout.write(printed);
  if (readFileSync(join(packageRoot, 'manifest.yml'), 'utf8') === printed)
    return say('manifest.yml is up to date.');
  throw new OpsError('misconfigured', 'manifest.yml is out of date.', {
    hint: 'Run: npx paydesk manifest > manifest.yml',
  });
}

async function runPostgres({ database }: { database: string }): Promise<void> {
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
