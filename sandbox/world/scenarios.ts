/**
 * Scenarios: what a person or a test can make happen in the world, by name. Nearly all add a disturbance to the world;
 * payments API, books, statements and status pages follow because they read the same world.
 * Invariant: names are permanent; a scenario that runs cannot be started twice; stopping restores, and what happened
 * stays. Only the world knows what runs, so it still runs after a restart.
 */
import type { ScenarioInfo } from '../slack/wire.js';
import { noteOf } from './disturbance-facts.js';
import { disturbing, type Params } from './disturbing.js';
import type { Clock } from './clock.js';
import type { Disturbance } from './disturbances.js';
import type { World } from './world.js';

interface ScenariosOptions {
  world: World;
  clock: Clock;
  /** Takes Stripe-shaped objects from anywhere into the payments API. */
  putObjects: (objects: readonly unknown[]) => void;
  /** Makes one thing happen at the partner whose payments API this is. */
  happen: (what: Happening) => Promise<unknown>;
}

export type Happening = 'new-dispute' | 'fraud-warning' | 'failed-payout' | 'failed-refund';

export interface Scenarios {
  list(): ScenarioInfo[];
  /** Starts one and answers what it did. Rejects with a sentence for a person when it cannot. */
  start(name: string, params?: Record<string, unknown>): Promise<unknown>;
  stop(name: string): Promise<void>;
  /** Calls back whenever one starts or ends; returns how to stop that. */
  onChange(listener: (scenarios: ScenarioInfo[]) => void): () => void;
}

interface Scenario extends Omit<ScenarioInfo, 'running' | 'note'> {
  begin(params: Params): Promise<unknown>;
}

export function createScenarios(options: ScenariosOptions): Scenarios {
  const { world, clock } = options;
  const known = new Map(
    [...disturbingScenarios(options), ...happenings(options), importObjects(options)].map((scenario) => [
      scenario.name,
      scenario,
    ]),
  );
  const running = (name: string): Disturbance[] =>
    world.disturbances.list().filter((one) => one.name === name && one.toMs === null);
  const list = (): ScenarioInfo[] =>
    [...known.values()].map(({ name, title, expect, stoppable, takes }) => {
      const [first] = running(name);
      const note = first ? noteOf(world, first, clock.now().getTime()) : null;
      return { name, title, expect, stoppable, takes, running: first !== undefined, note };
    });
  const find = (name: string): Scenario => {
    const scenario = known.get(name);
    if (!scenario) throw new Error(`There is no scenario "${name}". Known: ${[...known.keys()].join(', ')}.`);
    return scenario;
  };
  return {
    list,
    start: async (name, params = {}) => {
      const scenario = find(name);
      if (running(name).length > 0) throw new Error(`The scenario "${name}" is already running.`);
      return scenario.begin(params);
    },
    stop: async (name) => {
      const toMs = clock.now().getTime();
      for (const one of running(find(name).name)) await world.disturb({ ...one, toMs });
    },
    onChange: (listener) => world.onDisturb(() => listener(list())),
  };
}

const disturbingScenarios = ({ world, clock }: ScenariosOptions): Scenario[] =>
  disturbing.map(({ name, title, expect, plan }) => ({
    name,
    title,
    expect,
    stoppable: true,
    takes: null,
    begin: async (params) => {
      const { result, ...what } = plan({ world, nowMs: clock.now().getTime(), params });
      await world.disturb({ partnerId: null, country: null, reason: null, ...what, name, toMs: null });
      return typeof result === 'function' ? result() : result;
    },
  }));

const happening: readonly { name: Happening; title: string; expect: string }[] = [
  {
    name: 'new-dispute',
    title: 'One new dispute',
    expect:
      'A customer disputes a payment of 49 euros. The event reaches Paydesk by webhook, and within seconds the dispute has a card in #disputes, with a button to take it.',
  },
  {
    name: 'fraud-warning',
    title: 'Early fraud warning',
    expect:
      'An issuer reports a payment as fraud before anyone disputes it. A card in #disputes says that a refund now keeps it from becoming a dispute.',
  },
  {
    name: 'failed-payout',
    title: 'Failed payout',
    expect: 'The bank sends the last payout back: a card in #partner-alerts says why.',
  },
  {
    name: 'failed-refund',
    title: 'Failed refund',
    expect: 'A refund does not reach its customer: a card in #partner-alerts says why.',
  },
];

const happenings = ({ happen }: ScenariosOptions): Scenario[] =>
  happening.map((what) => ({ ...what, stoppable: false, takes: null, begin: () => happen(what.name) }));

/** `{objects: [...]}`: those with `id` and `object` are taken; a balance, for instance, has no id and is left out. */
function importObjects({ putObjects }: ScenariosOptions): Scenario {
  return {
    name: 'import-objects',
    title: 'Import objects',
    expect: 'Adds objects, as Stripe returns them, to the payments API. Look one up with /payment.',
    stoppable: false,
    takes: 'objects',
    begin: ({ objects }) => {
      if (!Array.isArray(objects))
        throw new Error('Give the objects to import as a list: {"objects": [...]}.');
      const named = objects.filter(hasId);
      if (named.length === 0) throw new Error('None of the objects has an id and an object type.');
      putObjects(named);
      return Promise.resolve({ imported: named.length, leftOut: objects.length - named.length });
    },
  };
}

const hasId = (object: unknown): boolean =>
  typeof object === 'object' &&
  object !== null &&
  'id' in object &&
  'object' in object &&
  typeof object.id === 'string' &&
  typeof object.object === 'string';
