/**
 * Scenarios: what a person or a test can make happen in the world, by name. Each acts on the world alone; the payments
 * API, the books and the status pages follow because they read the same world.
 * Invariant: names are permanent; a scenario that runs cannot be started twice; stopping restores.
 */
import type { ScenarioInfo } from '../slack/wire.js';
import type { Clock } from './clock.js';
import { PAYMENTS_API_PARTNER } from './partners.js';
import type { World } from './world.js';

export interface ScenariosOptions {
  world: World;
  clock: Clock;
  /** Takes Stripe-shaped objects from anywhere into the payments API. */
  putObjects: (objects: readonly unknown[]) => void;
}

export interface Scenarios {
  list(): ScenarioInfo[];
  /** Starts one and answers what it did. Rejects with a sentence for a person when it cannot. */
  start(name: string, params?: Record<string, unknown>): Promise<unknown>;
  stop(name: string): Promise<void>;
  /** Calls back whenever one starts or ends; returns how to stop that. */
  onChange(listener: (scenarios: ScenarioInfo[]) => void): () => void;
}

interface Scenario extends Pick<ScenarioInfo, 'name' | 'title' | 'expect'> {
  /** Begins; answers what it did and, where it lasts, how to end it. */
  begin(params: Record<string, unknown>): { result: unknown; end?: () => void };
  stoppable: boolean;
}

export function createScenarios(options: ScenariosOptions): Scenarios {
  const known = new Map(
    [partnerOutage(options), importObjects(options)].map((scenario) => [scenario.name, scenario]),
  );
  const running = new Map<string, () => void>();
  const listeners = new Set<(scenarios: ScenarioInfo[]) => void>();
  const list = (): ScenarioInfo[] =>
    [...known.values()].map(({ name, title, expect, stoppable }) => ({
      name, title, expect, stoppable, running: running.has(name),
    })); // prettier-ignore
  const tell = (): void => listeners.forEach((listener) => listener(list()));
  const find = (name: string): Scenario => {
    const scenario = known.get(name);
    if (!scenario) throw new Error(`There is no scenario "${name}". Known: ${[...known.keys()].join(', ')}.`);
    return scenario;
  };
  return {
    list,
    start: async (name, params = {}) => {
      const scenario = find(name);
      if (running.has(name)) throw new Error(`The scenario "${name}" is already running.`);
      const { result, end } = await Promise.resolve(scenario.begin(params));
      if (end) running.set(name, end);
      tell();
      return result;
    },
    stop: (name) =>
      Promise.resolve().then(() => {
        find(name);
        running.get(name)?.();
        if (running.delete(name)) tell();
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** `{partner?}`: the payments API's partner unless another is named. */
function partnerOutage({ world, clock }: ScenariosOptions): Scenario {
  return {
    name: 'partner-outage',
    title: 'Partner outage',
    expect:
      'Three in four payments at one partner fail with the partner at fault and answers become slow. Its status page turns to major; look at /partner.',
    stoppable: true,
    begin: ({ partner: wanted = PAYMENTS_API_PARTNER }) => {
      const partner = world.partners.find(({ id, name }) => id === wanted || name === wanted);
      if (!partner)
        throw new Error(
          `There is no partner "${String(wanted)}". Known: ${world.partners.map(({ id }) => id).join(', ')}.`,
        );
      const end = world.startOutage(partner.id, clock.now().getTime());
      return { result: { partner: partner.id }, end: () => end(clock.now().getTime()) };
    },
  };
}

/** `{objects: [...]}`: each with `id` and `object`. */
function importObjects({ putObjects }: ScenariosOptions): Scenario {
  return {
    name: 'import-objects',
    title: 'Import objects',
    expect: 'Objects as Stripe returns them become known to the payments API; look one up with /payment.',
    stoppable: false,
    begin: ({ objects }) => {
      if (!Array.isArray(objects))
        throw new Error('Give the objects to import as a list: {"objects": [...]}.');
      putObjects(objects);
      return { result: { imported: objects.length } };
    },
  };
}
