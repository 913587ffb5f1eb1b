/**
 * Runs Paydesk's own command line as child processes, exactly as anybody would run it, and on a leash.
 *
 * Invariants: a child gets only the environment it is given; it is not in the terminal's process group, so Ctrl-C
 * reaches the sandbox alone, which then stops its children in order; it does not outlive the sandbox.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Program {
  /** The first line on its standard output that matches; rejects with its last words when it ends before. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves with its exit code or signal, whenever it ends. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

interface ProgramFacts {
  /** The package's root. */
  root: string;
  args: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  /** Everything it says goes there. */
  logFile: string;
}

/** Longer than the bot's own bound on stopping. */
const stopTimeoutMs = 15_000;
const lastWordsKept = 20;

export function run({ root, args, environment, logFile }: ProgramFacts): Program {
  const extension = extname(import.meta.filename);
  const built = extension === '.js' ? join(root, 'dist') : root;
  const loader = extension === '.js' ? [] : ['--import', 'tsx'];
  const leash = join(built, `sandbox/leash${extension}`);
  // As the files of deploy/ run it.
  const setting = { MALLOC_ARENA_MAX: '2' };
  const child = spawn(
    process.execPath,
    [...loader, '--import', leash, join(built, `src/cli${extension}`), ...args],
    { env: { ...environment, ...setting }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true },
  );
  return watch(child, logFile);
}

function watch(child: ChildProcess, logFile: string): Program {
  const log = openLog(logFile);
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${withoutSecrets(line)}\n`);
      lines.push(line);
      if (lines.length > lastWordsKept) lines.shift();
      waiting.forEach((offer) => offer(line));
    });
  }
  const ended = once(child, 'exit').then(([code, signal]) => {
    log.end();
    return signal === null ? `exit code ${String(code)}` : String(signal);
  });
  return {
    ended,
    line: (pattern) => nextLine(pattern, lines, waiting, ended),
    stop: () => stop(child, ended),
  };
}

/** Without its file, for instance on a full disk, the program is watched all the same. */
function openLog(path: string): WriteStream {
  const log = createWriteStream(path, { flags: 'a' });
  // A stream ends with its first error; what is written afterwards goes nowhere.
  log.on('error', (error) => process.stderr.write(`${path} is no longer written: ${error.message}\n`));
  return log;
}

function nextLine(
  pattern: RegExp,
  lines: readonly string[],
  waiting: Set<(line: string) => void>,
  ended: Promise<string>,
): Promise<string> {
  const said = lines.find((line) => pattern.test(line));
  if (said !== undefined) return Promise.resolve(said);
  return new Promise((resolve, reject) => {
    const offer = (line: string): void => {
      if (!pattern.test(line)) return;
      waiting.delete(offer);
      resolve(line);
    };
    waiting.add(offer);
    void ended.then((how) =>
      reject(
        new Error(`${lastWords(lines)}
(${how})`),
      ),
    );
  });
}

/** What it said to people; failing that, its last line of log. */
function lastWords(lines: readonly string[]): string {
  const plain = lines.filter((line) => !line.startsWith('{'));
  return plain.length > 0 ? plain.join('\n') : (lines.at(-1) ?? '');
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

/** Database addresses carry their password. */
const withoutSecrets = (line: string): string => line.replace(/(\w+:\/\/[^:@/\s]+):[^@\s]+@/g, '$1:…@');
