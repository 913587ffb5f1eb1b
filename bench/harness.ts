/**
 * What the benches share: the sandbox as a user starts it, people who type commands, and percentiles.
 *
 * A command's latency is what its person waits: from the request to the first message that only they can see, read
 * from the event stream. The sandbox's own quiet time after an answer is not in it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Message, State } from '../sandbox/slack/wire.js';

export interface Running {
  url: string;
  /** From the start of the process to its ready line. */
  readyMs: number;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a program of `dist` and waits for a line that ends in its address. */
export async function start(args: string[], environment: Record<string, string>): Promise<Running> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /ready: (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    const stop = async (): Promise<void> => {
      child.kill('SIGINT');
      if (child.exitCode === null) await once(child, 'exit');
    };
    return { url, readyMs: performance.now() - startedAt, child, stop };
  }
  throw new Error(`${args.join(' ')} ended without being ready`);
}

/** The process of a data folder whose command line matches. Linux only. */
export const pidOf = (pattern: RegExp, home: string): string | undefined =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return pattern.test(command) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home);
      } catch {
        return false;
      }
    });

export interface People {
  state(): Promise<State>;
  /** Types a command and resolves when its person sees an answer: the milliseconds until then, and the answer. */
  type(user: string, channel: string, text: string): Promise<{ ms: number; message: Message }>;
  /** Complete traces that people have seen so far; a card that still waits for a source is not one. */
  traces(): number;
  close(): void;
}

export async function people(url: string): Promise<People> {
  const closing = new AbortController();
  const waiting = new Map<string, (message: Message) => void>();
  const stream = await fetch(`${url}/_sandbox/events`, { signal: closing.signal });
  const state = async (): Promise<State> => (await (await fetch(`${url}/_sandbox/state`)).json()) as State;
  let traces = 0;
  const ids = new Map((await state()).users.map(({ name, id }) => [name, id]));
  void readMessages(stream, (message, line) => {
    if (line.includes('"As of ')) traces++;
    const key = `${message.ephemeral_to ?? ''}/${message.channel}`;
    waiting.get(key)?.(message);
    waiting.delete(key);
  }).catch(() => undefined);
  return {
    state,
    type: async (user, channel, text) => {
      const startedAt = performance.now();
      const seen = new Promise<{ ms: number; message: Message }>((resolve) => {
        const key = `${ids.get(user) ?? ''}/${channel}`;
        waiting.set(key, (message) => resolve({ ms: performance.now() - startedAt, message }));
      });
      const sent = fetch(`${url}/_sandbox/command`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user, channel, text }),
      });
      const answer = await seen;
      await (await sent).text();
      return answer;
    },
    traces: () => traces,
    close: () => closing.abort(),
  };
}

const messageEvent = 'data: {"type":"message",';

/** Other events are not even parsed: what the bench does is not what people wait for. */
async function readMessages(stream: Response, take: (message: Message, line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of (stream.body ?? []) as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith(messageEvent)) continue;
      const event = JSON.parse(line.slice('data: '.length)) as { message: Message };
      take(event.message, line);
    }
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`;

const lookMs = 20_000;
const mostLooks = 15;

/** The first start reconciles a week of statements, which is `npm run bench:first-start`'s to measure. */
export async function firstDaysReconciled(crowd: People): Promise<void> {
  let seen = -1;
  for (let looks = 0; looks < mostLooks; looks++) {
    await pause(lookMs);
    const { channels } = await crowd.state();
    const told = channels.find(({ name }) => name === 'reconciliation')?.messages.length ?? 0;
    if (told > 1 && told === seen) return;
    seen = told;
  }
}
