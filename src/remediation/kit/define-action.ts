/**
 * Makes an action out of its definition: reads what was typed, collects faults, compares worlds.
 *
 * Invariants: no step of an action runs with parameters that do not read; a comparison names what differs, and never
 * passes over a fact that is not declared volatile.
 */
import { canonicalJson, type Json, type JsonObject } from '../../kernel/canonical-json.js';
import { OpsError, toOpsError, type OpsErrorCode } from '../../kernel/errors.js';
import type {
  Action,
  ActionDefinition,
  ActionFault,
  Field,
  Plan,
  Planned,
  Step,
  TypedParameters,
  World,
} from './action.js';

/** Longer than anything that people mean to type into one field. */
const longestTyped = 20_000;

export function defineAction<Params extends object, Facts extends JsonObject>(
  definition: ActionDefinition<Params, Facts>,
): Action {
  const {
    id,
    title,
    summary,
    risk,
    fields,
    prefills,
    followUp,
    closedWords = null,
    endedBy = null,
  } = definition;
  const arms = definition.arms?.bind(definition);
  const endedEarly = followUp?.endedEarly?.bind(followUp);
  const stepOf = (plan: Plan, idempotencyKey: string, world: World): Step<Params, Facts> => ({
    params: requireParams(fields, plan.typed),
    // Written by `read` of the same action, and held by the plan's hash since.
    facts: plan.facts as Facts,
    idempotencyKey,
    world,
  });
  return {
    id,
    title,
    summary,
    risk,
    fields,
    prefills,
    closedWords,
    endedBy,
    offerFor: (thing) => definition.offerFor?.(thing) ?? null,
    brief: definition.brief?.bind(definition) ?? null,
    endedEarly: endedEarly ? (plan, key, world) => endedEarly(stepOf(plan, key, world)) : null,
    faultsOf: (typed) => readParams(fields, typed).faults,
    plan: (typed, world) => planOf(definition, typed, world),
    changesSince: (plan, world) => changesSince(definition, plan, world),
    execute: (plan, key, world) => definition.execute(stepOf(plan, key, world)),
    readBack: (plan, key, world) => definition.readBack(stepOf(plan, key, world)),
    verify: (plan, key, effect, world) => definition.verify(stepOf(plan, key, world), effect),
    followUpAt: (plan) => followUp?.at(requireParams(fields, plan.typed), plan.facts as Facts) ?? null,
    followUp: (plan, { key, early }, world) => {
      if (!followUp) throw new OpsError('internal', `${id} has no follow-up.`);
      return followUp.run(stepOf(plan, key, world), early);
    },
    arms: arms ? (plan) => arms(requireParams(fields, plan.typed), plan.facts as Facts) : null,
  };
}

type Fields<Params> = { readonly [Name in keyof Params & string]: Field<Params[Name]> };
type Reading<Params> = { params: Params; faults: [] } | { params: null; faults: ActionFault[] };

function readParams<Params>(fields: Fields<Params>, typed: TypedParameters): Reading<Params> {
  const params: Record<string, unknown> = {};
  const faults: ActionFault[] = [];
  for (const [name, field] of Object.entries<Field<unknown>>(fields)) {
    const value = (typed[name] ?? '').trim();
    const parsed = readField(field, value);
    if (parsed.ok) params[name] = parsed.value;
    else faults.push({ field: name, message: parsed.fault });
  }
  return faults.length > 0 ? { params: null, faults } : { params: params as Params, faults: [] };
}

function readField(field: Field<unknown>, value: string): ReturnType<Field<unknown>['parse']> {
  if (value === '' && field.optional !== true) return { ok: false, fault: 'Required.' };
  if (value.length > longestTyped || /\p{Cs}/u.test(value) || value.includes('\0'))
    return { ok: false, fault: 'This text contains characters that can’t be used, or is too long.' };
  return field.parse(value);
}

function requireParams<Params>(fields: Fields<Params>, typed: TypedParameters): Params {
  const { params } = readParams(fields, typed);
  // A plan that an earlier version made may have a field that there is no longer: what it held would be left out.
  const isWhole = Object.entries(typed).every(([name, value]) => name in fields || value === '');
  if (params === null || !isWhole) throw new OpsError('internal', 'A stored plan cannot be read.');
  return params;
}

async function planOf<Params extends object, Facts extends JsonObject>(
  definition: ActionDefinition<Params, Facts>,
  typed: TypedParameters,
  world: World,
): Promise<Planned> {
  const { params, faults } = readParams(definition.fields, typed);
  if (params === null) return { ok: false, faults };
  const seen = await readFacts(definition, params, world, [...ofTheWorld, ...ofOurs]);
  if ('faults' in seen) return { ok: false, faults: seen.faults };
  const now = world.clock.now();
  const refused = definition.check(params, seen.facts, now);
  if (refused.length > 0) return { ok: false, faults: refused };
  const { facts } = seen;
  const kept = Object.fromEntries(
    Object.keys(definition.fields).map((name) => [name, (typed[name] ?? '').trim()]),
  );
  const preview = definition.preview(params, facts, now);
  const contends = definition.contends?.(facts) ?? [preview.subject.id];
  return { ok: true, plan: { action: definition.id, typed: kept, facts, contends, preview } };
}

/** What the world says against a plan. */
const ofTheWorld: readonly OpsErrorCode[] = ['not_found', 'invalid', 'conflict'];
/** What hinders us, such as a key that is refused, and says nothing about the world: a plan outlives it. */
const ofOurs: readonly OpsErrorCode[] = ['forbidden', 'misconfigured'];

/** `told`: the errors that become faults; any other is thrown. */
async function readFacts<Params extends object, Facts extends JsonObject>(
  definition: ActionDefinition<Params, Facts>,
  params: Params,
  world: World,
  told: readonly OpsErrorCode[],
): Promise<{ facts: Facts } | { faults: ActionFault[] }> {
  try {
    return { facts: await definition.read(params, world) };
  } catch (thrown) {
    const error = toOpsError(thrown);
    if (!told.includes(error.code)) throw error;
    const message = [error.publicMessage, error.hint].filter(Boolean).join(' ');
    // The first field names what the action is about.
    const [first = null] = Object.keys(definition.fields);
    const isAboutIt = error.code === 'not_found' || error.code === 'invalid';
    return { faults: [{ field: isAboutIt ? first : null, message }] };
  }
}

async function changesSince<Params extends object, Facts extends JsonObject>(
  definition: ActionDefinition<Params, Facts>,
  plan: Plan,
  world: World,
): Promise<string[]> {
  const params = requireParams(definition.fields, plan.typed);
  const seen = await readFacts(definition, params, world, ofTheWorld);
  if ('faults' in seen) return seen.faults.map(({ message }) => message);
  const volatile: readonly string[] = definition.volatile ?? [];
  const differing = differences(plan.facts, seen.facts, volatile);
  const broken = definition.check(params, seen.facts, world.clock.now()).map(({ message }) => message);
  return [...differing, ...broken];
}

/** “amount refunded: 0.00 EUR → 5.00 EUR”, for every fact that differs. */
function differences(before: JsonObject, now: JsonObject, volatile: readonly string[]): string[] {
  // In the action's own order, which a plan that was kept as text has lost.
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  return names
    .filter((name) => !volatile.includes(name))
    .filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(now[name] ?? null))
    .map((name) => `${wordsOf(name)}: ${shown(before[name])} → ${shown(now[name])}`);
}

/** `amountRefunded` as “amount refunded”. */
const wordsOf = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** Lists and objects in words too: “amount 1.00 EUR, id re_1, status succeeded”. */
function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(shown).join('; ') || 'none';
  // Sorted, because a plan that was kept as text comes back in another order.
  const members = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => `${wordsOf(name)} ${shown(member)}`).join(', ') || 'none';
}
