/**
 * The arguments of a Web API call, whichever way they came: form fields (with JSON text inside), JSON or multipart.
 * Invariant: reading never throws anything but Slack's own refusal.
 */
import { readParts } from '../multipart.js';
import { invalidArguments } from './errors.js';
import { asArray, asObject, parseJson, textOf } from './json.js';
import type { JsonObject } from './json.js';
import type { Json } from './wire.js';

export interface Arguments {
  /** A string; numbers and booleans of a JSON body read as text. Undefined when absent or empty. */
  text(name: string): string | undefined;
  /** @throws SlackError invalid_arguments when it is missing */
  required(name: string): string;
  flag(name: string): boolean;
  /** A whole number within bounds, or the default. */
  integer(name: string, bounds: { min: number; max: number; default: number }): number;
  /** A value that may have come as JSON text; undefined when absent, the text itself when it is no JSON. */
  json(name: string): Json | undefined;
  /** Comma-separated, or a JSON array. */
  list(name: string): string[];
  /** All of them but the token, as they came. */
  given(): JsonObject;
}

export function createArguments(values: JsonObject): Arguments {
  const text = (name: string): string | undefined => {
    const value = values[name];
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const json = (name: string): Json | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? (parseJson(value) ?? value) : value;
  };
  return {
    text,
    json,
    required(name) {
      const value = text(name);
      if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
      return value;
    },
    flag: (name) => ['true', '1'].includes(text(name) ?? ''),
    integer(name, bounds) {
      const value = text(name);
      if (value === undefined) return bounds.default;
      const number = Number(value);
      if (!Number.isInteger(number))
        throw invalidArguments(`must provide an integer [json-pointer:/${name}]`);
      return Math.min(bounds.max, Math.max(bounds.min, number));
    },
    list(name) {
      const value = json(name);
      const items = asArray(value) ?? text(name)?.split(',') ?? [];
      return items.map((item) => textOf(item).trim()).filter((item) => item !== '');
    },
    given: () => Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'token')),
  };
}

/** Parses the body of a call by its content type. @returns undefined when it cannot be read */
export function parseBody(contentType: string, body: Buffer): JsonObject | undefined {
  if (contentType.includes('application/json')) return asObject(parseJson(body.toString('utf8')));
  if (contentType.includes('multipart/form-data')) {
    const fields = readParts(contentType, body)?.filter((part) => part.fileName === null);
    return fields && Object.fromEntries(fields.map((part) => [part.name, part.bytes.toString('utf8')]));
  }
  return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
}
