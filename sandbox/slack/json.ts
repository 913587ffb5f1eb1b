/**
 * Small, total readers for JSON that came from outside: a wrong shape reads as `undefined`, never as an exception.
 * Invariant: nothing here changes its argument. Deliberately absent: schemas; Block Kit has its own validator.
 */
import type { Json } from './wire.js';

export type JsonObject = Record<string, Json>;

/** The value as an object, or undefined when it is anything else (null and arrays included). */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function asArray(value: unknown): Json[] | undefined {
  return Array.isArray(value) ? (value as Json[]) : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The strings of an array; other values are left out. */
export function stringsOf(value: unknown): string[] {
  return (asArray(value) ?? []).filter((item): item is string => typeof item === 'string');
}

/** The string, or an empty one for anything else: for ids that the validator has already seen to be strings. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** Characters as Slack counts them: a surrogate pair is one. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Parses JSON text; undefined when it is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A deep copy as plain JSON: `undefined` members vanish, as they do on the wire. */
export function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
