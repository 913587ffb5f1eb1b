#!/usr/bin/env node
/**
 * The command line: which commands there are, and how they end.
 *
 * Invariants: a fault that a person can mend is printed as a sentence and a hint, never as a stack; exit code 1 then, and 2
 * for a call that cannot be read. A command loads what it needs and nothing else, because loading the bot takes seconds.
 */
import { Command } from 'commander';
import type { MetricBacktestOptions } from './cli/backtest-metric.js';
import type { BacktestOptions, LocaliseOptions } from './cli/backtest.js';
import type { DetectOptions } from './cli/detect.js';
import type { ParseOptions } from './cli/parse.js';
import type { ReconcileOptions } from './cli/reconcile.js';
import { voices } from './cli/voices.js';
import { OpsError, toOpsError } from './kernel/errors.js';
import { packageVersion } from './kernel/package-root.js';

const usageExitCode = 2;

const program = new Command('paydesk')
  .description('The payments operations desk in Slack.')
  .version(packageVersion)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageExitCode));

program
  .command('start')
  .description('run the bot with the settings from the environment and paydesk.yaml')
  .action(async () => (await import('./main.js')).main());

program
  .command('migrate')
  .description('migrate the database of DATABASE_URL to this version')
  .action(async () => (await import('./cli/migrate.js')).migrate(voices));

program
  .command('doctor')
  .description('check configuration, database, Slack, payments API and books, with a fix for each fault')
  .action(async () => end(await (await import('./cli/doctor.js')).runDoctor(voices)));

const audit = program.command('audit').description('check or copy the audit log');

audit
  .command('verify')
  .description('verify the chain and show the first bad entry')
  .option('--expect <head...>', 'heads published outside the database, as <number>:<hash>', [])
  .action(async ({ expect }: { expect: string[] }) =>
    end(await (await import('./cli/audit.js')).verifyAudit(expect, voices)),
  );

audit
  .command('export')
  .description('write the entries as JSON lines, exactly as they were hashed')
  .option('--from <number>', 'the first entry', '1')
  .option('--to <file>', 'a new file instead of the standard output')
  .action(async (options: { from: string; to?: string }) =>
    (await import('./cli/audit.js')).exportAudit(options, voices),
  );

program
  .command('manifest')
  .description('print the Slack app manifest')
  .option('--check', 'compare manifest.yml with the registries instead')
  .action(async ({ check }: { check?: boolean }) =>
    (await import('./cli/manifest.js')).runManifest(check === true, voices),
  );

program
  .command('postgres')
  .description(
    'run the embedded PostgreSQL of PAYDESK_HOME until stopped, and print the address of one of its databases',
  )
  .option('--database <name>', 'created if missing', 'paydesk')
  .action(async ({ database }: { database: string }) =>
    (await import('./cli/postgres.js')).runPostgres(database, voices),
  );

program
  .command('parse')
  .description('print the rows of a statement file in one form for all partners')
  .argument('<file>')
  .option('--format <id>', 'the format, instead of detecting it from the content')
  .option('--profile <id>', 'a CSV profile, built in or from paydesk.yaml')
  .option('--json', 'JSON lines')
  .action(async (file: string, options: ParseOptions) =>
    end(await (await import('./cli/parse.js')).parseFile(file, options, voices.say, process.stderr)),
  );

program
  .command('reconcile')
  .description('compare a ledger with a statement, file against file')
  .requiredOption('--ledger <file>', 'CSV: id,partner_ref,amount_minor,currency,value_date,type,batch_id')
  .requiredOption(
    '--statement <file>',
    'any statement, or CSV: line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor',
  )
  .option('--format <id>', 'the format of the statement, instead of detecting it from the content')
  .option('--profile <id>', 'the CSV profile of the statement, built in or from paydesk.yaml')
  .option(
    '--partner <id>',
    'use this partner’s reconciliation settings in paydesk.yaml; only the desk checks payouts against their batches',
  )
  .option('--settle <rule>', 'when money is due, such as T+2')
  .option(
    '--calendar <id>',
    'the business days on which money settles: TARGET, or a country such as DE; default TARGET, or the partner’s',
  )
  .option('--as-of <day>', 'the day that the statement ends on, as YYYY-MM-DD')
  .option('--json', 'JSON lines')
  .action(async (options: ReconcileOptions) =>
    (await import('./cli/reconcile.js')).reconcileFiles(options, voices, process.stderr),
  );

program
  .command('calendar')
  .description('print the closing days of a year')
  .argument('<id>', 'TARGET, or a country such as DE')
  .argument('<year>')
  .option('--json', 'one line of JSON')
  .action(async (id: string, year: string, { json }: { json?: boolean }) =>
    (await import('./cli/reconcile.js')).printCalendar(id, year, json === true, voices),
  );

program
  .command('detect')
  .description('score rows of timestamp,value from the standard input, 0 to 1 each; 0.5 or more is an alert')
  .option('--alerts-per-week <number>', 'acceptable false alerts per week', '1')
  .action(async (options: DetectOptions) =>
    end(
      await (await import('./cli/detect.js')).detectRows(options, process.stdin, process.stdout, voices.tell),
    ),
  );

program
  .command('backtest')
  .description('show the alerts that a history of counts would have raised')
  .option('--input <file>', 'CSV: bucket, any dimensions, attempts, failures; buckets ascending')
  .option('--metric <id>', 'a metric of paydesk.yaml, counted in the books of BOOKS_DATABASE_URL')
  .option('--from <time>', 'with --metric: a day or an instant in UTC; absent: a week before the end')
  .option('--to <time>', 'with --metric: absent: now')
  .option('--svg <file>', 'with --metric: also writes the pictures there')
  .option('--warmup <days>', 'how many days at the start are history', '14')
  .option('--budget <alerts>', 'how many false alerts a week are acceptable, for rates and for volumes', '1')
  .option('--json', 'JSON lines')
  .action(async ({ input, metric, ...options }: Partial<BacktestOptions & MetricBacktestOptions>) => {
    if ((input === undefined) === (metric === undefined))
      throw new OpsError('invalid', 'Give either --input or --metric.');
    if (metric !== undefined)
      await (await import('./cli/backtest-metric.js')).backtestMetric({ ...options, metric }, voices);
    else
      end(
        await (
          await import('./cli/backtest.js')
        ).backtestFile({ warmup: '14', budget: '1', ...options, input: input ?? '' }, voices),
      );
  });

program
  .command('localise')
  .description('print the slices that explain why one table of counts fails more than another, as JSON')
  .requiredOption('--baseline <file>', 'CSV of a normal period: any dimensions, attempts, failures')
  .requiredOption('--current <file>', 'the same columns for the period to explain')
  .action(async (options: LocaliseOptions) =>
    end(await (await import('./cli/backtest.js')).localiseFiles(options, voices)),
  );

function end(isGood: boolean): void {
  if (!isGood) process.exitCode = 1;
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
