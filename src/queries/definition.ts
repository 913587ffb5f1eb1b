/**
 * A query file: a header of comments (title, who may run it, parameters) and one statement.
 *
 * Invariants: a file with a fault is never run, and says every fault with its line; files are independent; nothing but
 * the file's own text is sent to the books.
 */
import type { QueryFile } from '../ports/queries.js';
import { parameterTypes, readValue, type Parameter, type ParameterType } from './parameters.js';

export interface Query {
  name: string;
  title: string;
  about: string;
  /** Roles of the configuration; `members` is everybody in the workspace who is no guest. */
  who: readonly string[];
  /** Columns whose values are shown masked. */
  personal: readonly string[];
  /** In the order of `$1`, `$2`… */
  parameters: readonly Parameter[];
  sql: string;
}

/** A file that is not run, and why: one sentence a fault. */
export interface BadQuery {
  name: string;
  faults: readonly string[];
}

export const everyMember = 'members';

const longestFile = 50_000;
const mostParameters = 10;
const nameShape = /^[a-z][a-z0-9-]{0,59}$/;
const headerLine = /^--\s*(?:(title|about|who|personal)\s*:\s*(.*)|(\$\d+)\s*(.*))$/;
const parameterLine = /^([a-z][a-z0-9_]{0,39})\s+([a-z]+)\s*(?:=\s*([^:]*?))?\s*(?::\s*(.*))?$/;

/** `roles`: those that the configuration has. */
export function readQuery({ name, text, why }: QueryFile, roles: readonly string[]): Query | BadQuery {
  if (!nameShape.test(name))
    return { name, faults: ['The file’s name must be lower-case letters, digits and hyphens, with .sql.'] };
  if (text === null) return { name, faults: [why ?? 'The file cannot be read.'] };
  if (text.length > longestFile)
    return { name, faults: [`The file is longer than ${longestFile} characters.`] };
  const header = headerOf(text);
  const sql = text.trim().replace(/;\s*$/, '');
  const faults = [...header.faults, ...faultsOf(header, sql, roles)];
  if (faults.length > 0) return { name, faults };
  const { title, about, who, personal, parameters } = header;
  return { name, title, about, who, personal, parameters, sql };
}

export const isBad = (query: Query | BadQuery): query is BadQuery => 'faults' in query;

interface Header extends Omit<Query, 'name' | 'sql'> {
  faults: string[];
}

/** Every line is read, so that a header may be above, below or between other comments. */
function headerOf(text: string): Header {
  const header = { title: '', about: '', who: [] as string[], personal: [] as string[] };
  const parameters: Parameter[] = [];
  const faults: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [, key, value = '', place, parameter = ''] = headerLine.exec(line.trim()) ?? [];
    if (key === 'title' || key === 'about') header[key] = value.trim();
    else if (key === 'who' || key === 'personal') header[key] = listOf(value);
    if (place === undefined) continue;
    const read = parameterOf(parameter.trim());
    if (typeof read === 'string') faults.push(`Line ${index + 1}: ${read}`);
    else if (place !== `$${parameters.length + 1}`)
      faults.push(`Line ${index + 1}: ${place} must be $${parameters.length + 1}: parameters are in order.`);
    else parameters.push(read);
  }
  return { ...header, parameters, faults };
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** What is wrong with it, where something is. */
function parameterOf(text: string): Parameter | string {
  const [, name, type = '', standard, about = ''] = parameterLine.exec(text) ?? [];
  if (name === undefined) return 'a parameter is written as `-- $1 name type: what it is`.';
  if (!isType(type)) return `${type} is not a type; types are ${parameterTypes.join(', ')}.`;
  const parameter = { name, type, standard: standard?.trim() ?? null, about: about.trim() };
  const value = parameter.standard === null ? null : readValue(parameter, parameter.standard);
  return value === null || value.ok ? parameter : `its default value is not valid: ${value.fault}.`;
}

const isType = (word: string): word is ParameterType => (parameterTypes as readonly string[]).includes(word);

function faultsOf(header: Header, sql: string, roles: readonly string[]): string[] {
  const { title, who, parameters } = header;
  const statement = withoutComments(sql);
  const used = new Set([...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const unknown = who.filter((role) => role !== everyMember && !roles.includes(role));
  const names = parameters.map(({ name }) => name);
  const lines: [boolean, string][] = [
    [title === '', 'It has no title: begin it with `-- title: …`.'],
    [who.length === 0, `It does not say who may run it: add \`-- who: ${everyMember}\`, or roles.`],
    [unknown.length > 0, `It names roles that paydesk.yaml does not have: ${unknown.join(', ')}.`],
    [parameters.length > mostParameters, `It has more than ${mostParameters} parameters.`],
    [new Set(names).size < names.length, 'Two of its parameters have the same name.'],
    [!/^(?:select|with|values|table)\b/i.test(statement), 'Its statement must begin with select or with.'],
  ];
  const unused = parameters.filter((_, index) => !used.has(index + 1)).map(({ name }) => name);
  const undeclared = [...used].filter((number) => number < 1 || number > parameters.length);
  return [
    ...lines.flatMap(([isFault, sentence]) => (isFault ? [sentence] : [])),
    ...unused.map((name) => `Its statement does not use the parameter ${name}.`),
    ...undeclared.map((number) => `Its statement uses $${number}, which the header does not declare.`),
  ];
}

const withoutComments = (sql: string): string =>
  sql
    .replace(/\/\*[^]*?\*\//g, ' ')
    .replace(/--[^\n]*/g, ' ')
    .trim();
