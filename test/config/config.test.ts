/**
 * Configuration: every rule has a file that breaks it, and what it expects to be told stands in the file itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { botEnvironmentSchema, environmentSchema, parseEnvironment } from '../../src/config/environment.js';
import { loadConfig, parseConfig } from '../../src/config/load.js';
import { configSchema } from '../../src/config/schema.js';
import { OpsError } from '../../src/kernel/errors.js';
import { root } from '../house/source-tree.js';

const folder = join(import.meta.dirname, 'faults');

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof OpsError && error.code === 'misconfigured')
      return `${error.publicMessage}\n${error.hint ?? ''}`;
    throw error;
  }
  throw new Error('nothing was found wrong');
}

describe('every rule says where it is broken', () => {
  it.each(readdirSync(folder))('%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const expected = [...text.matchAll(/^# expect: ?(.*)$/gm)].map(([, words = '']) => words);
    expect(expected.length).toBeGreaterThan(0);
    const message = messageOf(() => parseConfig(text, 'paydesk.yaml'));
    for (const words of expected) expect(message).toContain(words);
  });
});

describe('a good file', () => {
  it('may be as short as this, with defaults for the rest', () => {
    const config = parseConfig('company: L\npartners: [{ id: aa, name: A, kind: psp }]', 'x');
    expect(config).toMatchObject({
      schedules: {},
      partners: [{ timeZone: 'UTC', expectations: { payout: 3 * 86_400_000 } }],
    });
  });

  it('may say http to what runs on this machine', () => {
    const [paymentsApi, operationsApi] = ['http://127.0.0.1:4010', 'http://localhost:4020'];
    const text = `company: L\npartners: [{ id: aa, name: A, kind: psp }]\npaymentsApi: { partner: aa, baseUrl: "${paymentsApi}" }\noperationsApi: { baseUrl: "${operationsApi}" }`;
    expect(parseConfig(text, 'x')).toMatchObject({
      paymentsApi: { baseUrl: paymentsApi },
      operationsApi: { baseUrl: operationsApi },
    });
    const slack = 'http://127.0.0.1:4030/api/';
    expect(parseEnvironment({ SLACK_API_URL: slack }).SLACK_API_URL).toBe(slack);
  });

  it('paydesk.example.yaml is one, and shows every key', () => {
    const path = join(root, 'paydesk.example.yaml');
    loadConfig(path);
    const text = readFileSync(path, 'utf8');
    const keys = keysIn(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }));
    expect(keys.length).toBeGreaterThan(15);
    expect(keys.filter((key) => !new RegExp(`^\\s*(?:- )?${key}:`, 'm').test(text))).toEqual([]);
  });

  it('that is missing is reported with what to do', () => {
    expect(messageOf(() => loadConfig('/nowhere/paydesk.yaml'))).toMatch(
      /cannot be read[^]*paydesk\.example\.yaml/,
    );
  });
});

function keysIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object'
      ? Object.keys(schema.properties ?? {})
      : [];
  return [...own, ...Object.values(schema).flatMap(keysIn)];
}

const good = {
  SLACK_BOT_TOKEN: 'xoxb-1-2',
  SLACK_APP_TOKEN: 'xapp-1-2',
  DATABASE_URL: 'postgres://u:p@localhost/paydesk',
};

describe('the environment', () => {
  it('becomes numbers, defaults and secrets', () => {
    const environment = parseEnvironment({ ...good, PORT: '8080', HOST: ' ' }, botEnvironmentSchema);
    expect(environment).toMatchObject({ PORT: 8080, HOST: '127.0.0.1', PAYDESK_HOME: '.paydesk' });
    expect(JSON.stringify(environment)).not.toMatch(/xoxb|xapp|u:p/);
    expect(environment.SLACK_BOT_TOKEN?.reveal()).toBe('xoxb-1-2');
  });

  it('may give a signing secret instead of an app token', () => {
    const { SLACK_APP_TOKEN: _, ...rest } = good;
    const environment = parseEnvironment(
      { ...rest, SLACK_SIGNING_SECRET: 's'.repeat(32) },
      botEnvironmentSchema,
    );
    expect(environment.SLACK_SIGNING_SECRET?.reveal()).toHaveLength(32);
  });

  it.each([
    ['SLACK_BOT_TOKEN', 'xoxp-user', 'a user token'],
    ['SLACK_APP_TOKEN', 'xoxb-1', 'the bot token in the wrong place'],
    ['SLACK_SIGNING_SECRET', 'short', 'too short'],
    ['SLACK_API_URL', 'slack.com/api', 'no scheme'],
    ['SLACK_API_URL', 'http://slack.example.com/api/', 'tokens could be read on the way'],
    ['DATABASE_URL', 'mysql://x', 'another database'],
    ['BOOKS_DATABASE_URL', 'localhost', 'no address'],
    ['STRIPE_API_KEY', 'x', 'too short'],
    ['OPERATIONS_API_TOKEN', 'x', 'too short'],
    ['SMTP_URL', 'mail.example.com:587', 'no scheme'],
    ['SMTP_URL', 'http://mail.example.com', 'another protocol'],
    ['PORT', 'http', 'not a number'],
    ['PORT', '70000', 'beyond the last port'],
    ['LOG_LEVEL', 'loud', 'not a level'],
    ['OIDC_ISSUER', 'http://login.example.com', 'codes and tokens could be read on the way'],
    ['OIDC_CLIENT_SECRET', 'short-secret', 'too short to seal anything with'],
    ['PUBLIC_URL', 'http://paydesk.example.com', 'cookies could be read on the way'],
    ['PUBLIC_URL', 'https://example.com/paydesk', 'a path'],
    ['PUBLIC_URL', 'https://user@example.com', 'a name in the address'],
  ])('%s=%s is refused: %s', (name, value) => {
    const message = messageOf(() => parseEnvironment({ ...good, [name]: value }, botEnvironmentSchema));
    expect(message).toContain(`  ${name} `);
    if (value.length > 5) expect(message).not.toContain(value);
  });

  it('takes an identity provider as a whole or not at all', () => {
    const oidc = {
      OIDC_ISSUER: 'https://login.example.com',
      OIDC_CLIENT_ID: 'paydesk',
      OIDC_CLIENT_SECRET: 's'.repeat(32),
      PUBLIC_URL: 'https://paydesk.example.com/',
    };
    const environment = parseEnvironment(oidc);
    expect(environment.PUBLIC_URL).toBe('https://paydesk.example.com');
    expect(JSON.stringify(environment)).not.toContain('sss');
    expect(parseEnvironment({ OIDC_ISSUER: '', PUBLIC_URL: oidc.PUBLIC_URL }).OIDC_ISSUER).toBeUndefined();
    const message = messageOf(() => parseEnvironment({ OIDC_CLIENT_ID: 'paydesk' }));
    expect(message).toMatch(/ {2}OIDC_ISSUER is missing[^]* {2}OIDC_CLIENT_SECRET is missing/);
    expect(message).not.toContain('OIDC_CLIENT_ID is missing');
  });

  it('reports all faults at once', () => {
    const message = messageOf(() =>
      parseEnvironment({ PORT: 'x', LOG_LEVEL: 'x', DATABASE_URL: 'x' }, environmentSchema),
    );
    for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL']) expect(message).toContain(name);
    expect(messageOf(() => parseEnvironment({}, botEnvironmentSchema))).toMatch(
      /SLACK_BOT_TOKEN[^]*SLACK_APP_TOKEN/,
    );
  });

  it.each(['x', '3.5', '70000'])('reports what is missing beside what is bad, such as PORT=%s', (port) => {
    const variables = { PORT: port, OIDC_ISSUER: 'x', SLACK_APP_TOKEN: 'xoxb-1' };
    const message = messageOf(() => parseEnvironment(variables, botEnvironmentSchema));
    // What is only bad is not called missing.
    expect(message.match(/^ {2}\w+ is missing/gm)).toEqual([
      '  OIDC_CLIENT_ID is missing',
      '  OIDC_CLIENT_SECRET is missing',
      '  SLACK_BOT_TOKEN is missing',
    ]);
    for (const name of Object.keys(variables)) expect(message).toContain(`  ${name} `);
    expect(message).toContain('has 6 fault(s)');
  });
});
