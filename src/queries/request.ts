/**
 * Reads what follows `/query`: the name of a query, then its parameters in order or by name.
 *
 * Invariant: everything that is wrong is said at once, with how the query is called.
 */
import { nearest } from '../kernel/nearest.js';
import { OpsError } from '../kernel/errors.js';
import type { Day } from '../kernel/time-zone.js';
import { takeDay } from '../kernel/written-days.js';
import { isBad, type BadQuery, type Query } from './definition.js';
import { readValue, type Parameter } from './parameters.js';

export interface QueryCall {
  query: Query;
  /** As typed, standard values included; days as dates. */
  given: readonly string[];
  /** To be bound, in order. */
  values: readonly (string | boolean)[];
}

/** Words, where quotes hold blanks together; Slack writes curly ones on some keyboards. */
export const wordsOf = (text: string): string[] =>
  [...text.replace(/[“”]/g, '"').matchAll(/((?:[^\s"=]+=)?)"([^"]*)"|(\S+)/g)].map(
    ([, name = '', quoted = '', plain]) => plain ?? `${name}${quoted}`,
  );

/**
 * `today`: the day of the person who asks. Throws `not_found` for an unknown name, `misconfigured` for a bad file,
 * `invalid` for values.
 */
export function readCall(
  words: readonly string[],
  queries: readonly (Query | BadQuery)[],
  today: Day,
): QueryCall {
  const [name = '', ...rest] = words;
  const query = queries.find((one) => one.name === name.toLowerCase());
  if (!query) throw unknownQuery(name, queries);
  if (isBad(query))
    throw new OpsError('misconfigured', `${query.name} cannot be run: ${query.faults[0] ?? ''}`, {
      hint: 'Correct the file and run the query again; Paydesk reads the file each time.',
    });
  return readValues(query, rest, today);
}

/**
 * Values in their order, some of them by name: `2026-11-27 limit=10`. Without `today`, days are written as dates alone: what
 * a button carries must mean the same tomorrow.
 */
export function readValues(query: Query, words: readonly string[], today: Day | null = null): QueryCall {
  const { parameters } = query;
  const named = new Map<string, string>();
  const inOrder: string[] = [];
  for (const word of words) {
    const [, name = '', value = ''] = /^([a-z][a-z0-9_]*)=([^]*)$/.exec(word) ?? [];
    if (parameters.some((parameter) => parameter.name === name)) named.set(name, value);
    else inOrder.push(word);
  }
  const rest = parameters.filter(({ name }) => !named.has(name));
  const faults = inOrder.slice(rest.length).map((word) => `“${word.slice(0, 40)}” is one value too many`);
  const given = parameters.map((parameter): string | null => {
    const value = named.get(parameter.name) ?? inOrder[rest.indexOf(parameter)];
    if (value === undefined) return parameter.standard;
    return parameter.type === 'date' && today !== null ? asDate(value, today) : value;
  });
  const read = parameters.map((parameter, index) => valueOf(parameter, given[index] ?? null));
  faults.push(...read.flatMap((value) => (value.ok ? [] : [value.fault])));
  if (faults.length > 0)
    throw new OpsError('invalid', `${capital(faults.join('; '))}.`, { hint: `Write ${usageOf(query)}.` });
  const values = read.flatMap((value) => (value.ok ? [value.value] : []));
  return { query, given: given.map((text) => text ?? ''), values };
}

/** `yesterday` as a date; what is no day stays as it is, to be refused with the others. */
function asDate(text: string, today: Day): string {
  const taken = /^\d{4}-/.test(text) ? null : takeDay(text);
  return taken?.rest.trim() === '' ? taken.on(today) : text;
}

const valueOf = (parameter: Parameter, text: string | null): ReturnType<typeof readValue> =>
  text === null ? { ok: false, fault: `${parameter.name} is missing` } : readValue(parameter, text);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** “`/query refunds-of-a-day <day> [limit]`”. */
export const usageOf = ({ name, parameters }: Query): string =>
  `\`${[`/query ${name}`, ...parameters.map((one) => (one.standard === null ? `<${one.name}>` : `[${one.name}]`))].join(' ')}\``;

function unknownQuery(name: string, queries: readonly (Query | BadQuery)[]): OpsError {
  const names = queries.map((query) => query.name);
  const guess = nearest(name.slice(0, 60), names);
  return new OpsError('not_found', `There is no query “${name.slice(0, 60)}”.`, {
    hint: guess === null ? '`/query` lists them.' : `Did you mean ${guess}?`,
  });
}
