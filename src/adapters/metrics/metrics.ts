/**
 * What Prometheus reads at `/metrics`: the process itself, commands and clicks, the outbox, and what is connected.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OutboxBacklog } from '../../ports/outbox.js';
import type { Clock } from '../../kernel/clock.js';

export interface Metrics {
  observeCommand(what: string, outcome: 'ok' | 'error', durationMs: number): void;
  render(): Promise<{ contentType: string; body: string }>;
}

export interface MetricsSources {
  /** Null while the database is out of reach. */
  backlog(): Promise<OutboxBacklog | null>;
  /** By part: 1 ready, 0 not. */
  parts(): Promise<Readonly<Record<string, boolean>>>;
  /** How far this machine's clock is ahead of the database's; null while that is not known. */
  clockAheadMs(): number | null;
  clock: Clock;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const commands = new Counter({
    name: 'paydesk_commands_total',
    help: 'Commands and clicks that were run',
    labelNames: ['command', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'paydesk_command_duration_seconds',
    help: 'From acknowledgement to the last answer',
    labelNames: ['command'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const outbox = new Gauge({
    name: 'paydesk_outbox_messages',
    help: 'Messages by state; held: refused by Slack, kept and retried',
    labelNames: ['state'],
    registers,
  });
  const age = new Gauge({
    name: 'paydesk_outbox_oldest_seconds',
    help: 'Age of the oldest waiting message',
    registers,
  });
  const ready = new Gauge({
    name: 'paydesk_ready',
    help: '1 when the part is ready',
    labelNames: ['part'],
    registers,
  });
  const clockAhead = new Gauge({
    name: 'paydesk_clock_ahead_seconds',
    help: 'How far this machine’s clock is ahead of the database’s, which Paydesk uses',
    registers,
  });
  const refresh = async (): Promise<void> => {
    const [backlog, parts] = await Promise.all([sources.backlog(), sources.parts()]);
    if (backlog) {
      outbox.set({ state: 'waiting' }, backlog.waiting - backlog.held);
      outbox.set({ state: 'held' }, backlog.held);
      outbox.set({ state: 'refused' }, backlog.refused);
      const oldest = backlog.oldestWaitingAt;
      age.set(oldest ? (sources.clock.now().getTime() - oldest.getTime()) / 1000 : 0);
    }
    const aheadMs = sources.clockAheadMs();
    if (aheadMs !== null) clockAhead.set(aheadMs / 1000);
    for (const [part, isReady] of Object.entries(parts)) ready.set({ part }, isReady ? 1 : 0);
  };
  return {
    observeCommand: (command, outcome, durationMs) => {
      commands.inc({ command, outcome });
      durations.observe({ command }, durationMs / 1000);
    },
    render: async () => {
      await refresh();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
