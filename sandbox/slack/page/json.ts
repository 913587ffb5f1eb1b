/**
 * Careful reading of JSON of unknown shape: blocks come from a bot, which may be wrong.
 * Invariant: no function here throws; what is missing or of another type reads as empty.
 */
import type { Json } from '../wire.js';

/** A JSON object, as blocks and elements are. */
export type Obj = Record<string, Json | undefined>;

/** Anything a reader may be given. */
export type Value = Json | Obj | undefined;

export function obj(value: Value): Obj {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function list(value: Value): Json[] {
  return Array.isArray(value) ? value : [];
}

export function objs(value: Value): Obj[] {
  return list(value).map(obj);
}

export function str(value: Value, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

export function num(value: Value, otherwise = 0): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

/** The text of a `plain_text` or `mrkdwn` object; a bare string counts as itself. */
export function words(value: Value): string {
  return typeof value === 'string' ? value : str(obj(value).text);
}

/** What was read as objects, as the JSON that it is. */
export function json(value: Obj | Obj[]): Json {
  return value as Json;
}
