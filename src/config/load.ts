/**
 * Reads `paydesk.yaml`. All faults are reported at once; a file that cannot be read says where it was looked for.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf, OpsError } from '../kernel/errors.js';
import { faultsOf, misconfigured, parseYaml } from './faults.js';
import { configSchema, consistencySchema, type Config } from './schema.js';

/** Throws `misconfigured`. */
export function loadConfig(path: string): Config {
  return parseConfig(read(path), path);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new OpsError('misconfigured', `The configuration ${path} cannot be read: ${messageOf(cause)}`, {
      hint: 'Copy paydesk.example.yaml to paydesk.yaml, or name your file in PAYDESK_CONFIG.',
      cause,
    });
  }
}

/** `source` is what the faults call the text, usually its path. */
export function parseConfig(text: string, source: string): Config {
  const yaml = parseYaml(text);
  if (yaml.faults.length > 0) throw misconfigured(source, yaml.faults);
  const value: unknown = yaml.value ?? {};
  const shape = configSchema.safeParse(value);
  const consistency = consistencySchema.safeParse(value);
  if (shape.success && consistency.success) return shape.data;
  const issues = [...(shape.error?.issues ?? []), ...(consistency.error?.issues ?? [])];
  throw misconfigured(source, faultsOf(issues, yaml.locate, knownKeys));
}

const knownKeys: readonly string[] = [
  ...new Set(keysIn(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }))),
];

function keysIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object'
      ? Object.keys(schema.properties ?? {})
      : [];
  return [...own, ...Object.values(schema).flatMap(keysIn)];
}
