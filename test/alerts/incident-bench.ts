/**
 * One alert that people took to an incident, and the incident's channel in the stand-in for Slack.
 */
import type { Channel } from '../../sandbox/slack/wire.js';
import type { AlertService } from '../../src/alerts/alerts.js';
import type { AlertDeps } from '../../src/alerts/deps.js';
import type { Incident } from '../../src/ports/incidents.js';
import { secondMs } from '../../src/kernel/clock.js';
import { livingIncidents } from '../../src/wiring/alerts.js';
import { moveOn } from '../engine/move-on.js';
import { startOutboxBench, type OutboxBench, type Wire } from '../outbox/support.js';
import { change, replica, stageOn, type Stage } from './support.js';

export interface IncidentBench extends OutboxBench {
  stage: Stage;
  /** Her id. */
  ana: string;
  /** Moves the incident on until it is where it should be. */
  untilState(desk: AlertService, id: string, state: Incident['state']): Promise<void>;
  /** A desk on which Ana took the alert to an incident. */
  opened(over?: Partial<AlertDeps>, wire?: Wire): Promise<AlertService>;
  /** The channels of incidents. */
  rooms(): Promise<Channel[]>;
}

export async function startIncidentBench(options: object = {}): Promise<IncidentBench> {
  const bench = await startOutboxBench({ rateLimits: false, ...options });
  const stage = stageOn(bench);
  bench.startSender({ paceMs: 0 });
  const { users } = await bench.slack.control.state();
  const ana = users.find(({ name }) => name === 'ana')?.id ?? '';
  return {
    ...bench,
    stage,
    ana,
    untilState: (desk, id, state) =>
      bench.until(async () => {
        await moveOn(bench.db, bench.clock, livingIncidents(desk));
        return (await desk.incident(id)).state === state;
      }, 10 * secondMs),
    opened: async (over = {}, wire) => {
      const desk = replica(stage, over, wire);
      stage.seen = [change(stage)];
      await desk.tick();
      await desk.takeToIncident('ALR-1', ana);
      return desk;
    },
    rooms: async () =>
      (await bench.slack.control.state()).channels.filter(({ name }) => name.startsWith('inc-')),
  };
}
