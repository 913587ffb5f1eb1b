/**
 * What the environment says: addresses with passwords in them, tokens, ports and folders.
 *
 * Invariants: all faults are reported at once, by variable; secrets become `Secret` here and are never printed; an empty
 * variable counts as absent.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, OpsError } from '../kernel/errors.js';
import { Secret } from '../kernel/secret.js';
import { privateUrl } from './values.js';

const secretStarting = (prefix: string, hint: string): z.ZodType<Secret | undefined> =>
  z
    .string()
    .startsWith(prefix, { message: `must start with “${prefix}”: ${hint}` })
    .transform((value) => new Secret(value))
    .optional();

const portRange = { message: 'must be a whole number from 0 to 65535; 0 takes any free port' };
const port = z.coerce.number(portRange).int(portRange).min(0, portRange).max(65_535, portRange);

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, { message: 'must look like postgres://user:password@host:5432/database' })
  .transform((value) => new Secret(value))
  .optional();

const booksUrl = z
  .string()
  .regex(/^(?:postgres(?:ql)?|trino(?:\+http)?):\/\/\S+$/, {
    message:
      'must look like postgres://user:password@host:5432/database, or trino://user:password@host:8443/catalog/schema',
  })
  .transform((value) => new Secret(value))
  .optional();

const originUrl = privateUrl
  .refine((value) => /^https?:\/\/[^/?#@]+\/?$/.test(value), {
    message: 'must be an address without a path, such as https://paydesk.example.com',
  })
  .transform((value) => new URL(value).origin);

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const oidcVariables = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const;

const variablesSchema = z.object({
  SLACK_BOT_TOKEN: secretStarting('xoxb-', 'the bot token from “OAuth & Permissions”'),
  SLACK_APP_TOKEN: secretStarting('xapp-', 'the app-level token from “Basic Information”'),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(16, { message: 'is too short: it is the signing secret from “Basic Information”' })
    .transform((value) => new Secret(value))
    .optional(),
  SLACK_API_URL: privateUrl.default('https://slack.com/api/'),
  DATABASE_URL: postgresUrl,
  /** Who owns the tables and migrates them, when DATABASE_URL names a role that does not. */
  DATABASE_OWNER_URL: postgresUrl,
  BOOKS_DATABASE_URL: booksUrl,
  STRIPE_API_KEY: z
    .string()
    .min(8, { message: 'is too short to be a key' })
    .transform((value) => new Secret(value))
    .optional(),
  /** Signing secrets of the webhook endpoint, with commas between: two while one replaces the other. */
  STRIPE_WEBHOOK_SECRETS: z
    .string()
    .regex(/^\s*whsec_[^\s,]+\s*(,\s*whsec_[^\s,]+\s*)*$/, {
      message: 'must be signing secrets that start with “whsec_”, with commas between',
    })
    .transform((value) => value.split(',').map((secret) => new Secret(secret.trim())))
    .optional(),
  OPERATIONS_API_TOKEN: z
    .string()
    .min(8, { message: 'is too short to be a token' })
    .transform((value) => new Secret(value))
    .optional(),
  /** With it, pipelines report changes to `POST /changes`. */
  CHANGES_TOKEN: z
    .string()
    .min(16, { message: 'is too short to be a token' })
    .transform((value) => new Secret(value))
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, { message: 'must look like smtp://user:password@host:587, or smtps://' })
    .transform((value) => new Secret(value))
    .optional(),
  PAYDESK_HOME: z.string().default('.paydesk'),
  PAYDESK_CONFIG: z.string().default('paydesk.yaml'),
  PORT: port.default(3000),
  /** For /healthz, /readyz and /metrics; without it they answer on PORT. */
  OPERATIONS_PORT: port.optional(),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(logLevels, { message: `must be one of ${logLevels.join(', ')}` }).default('info'),
  OIDC_ISSUER: privateUrl.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z
    .string()
    .min(16, { message: 'is too short: it also encrypts browser cookies' })
    .transform((value) => new Secret(value))
    .optional(),
  PUBLIC_URL: originUrl.optional(),
});

/**
 * What must be there. Checked apart from the shape, on the raw values, so that what is missing
 * and what is bad are reported together.
 */
const givenSchema = z.record(z.string(), z.string().optional());

/** For the commands that need no Slack. */
export const environmentSchema = givenSchema.superRefine((environment, context) => {
  const { PORT = '3000', OPERATIONS_PORT = '' } = environment;
  if (Number(PORT) === Number(OPERATIONS_PORT || -1) && Number(PORT) > 0) {
    const message = 'must not be the same as PORT, which is 3000 where it is not set';
    context.addIssue({ code: 'custom', path: ['OPERATIONS_PORT'], message });
  }
  const missing = oidcVariables.filter((name) => environment[name] === undefined);
  if (missing.length === oidcVariables.length) return;
  const message =
    'is missing: the identity provider needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET';
  for (const name of missing) context.addIssue({ code: 'custom', path: [name], message });
});

/** For running the bot: the tokens of Socket Mode, or the token and signing secret of HTTP. */
export const botEnvironmentSchema = environmentSchema.superRefine((environment, context) => {
  if (environment.SLACK_BOT_TOKEN === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['SLACK_BOT_TOKEN'],
      message: 'is missing: the bot token from “OAuth & Permissions”',
    });
  }
  if (environment.SLACK_APP_TOKEN === undefined && environment.SLACK_SIGNING_SECRET === undefined) {
    const message = 'is missing: give an app-level token for Socket Mode, or SLACK_SIGNING_SECRET for HTTP';
    context.addIssue({ code: 'custom', path: ['SLACK_APP_TOKEN'], message });
  }
});

export interface Environment extends z.output<typeof variablesSchema> {
  /** Of places of statements, by variable: `STATEMENTS_` and the id of the place, then what it is. */
  statementSecrets: Readonly<Record<string, Secret>>;
}

const secretsOfPlaces = (given: Readonly<Record<string, string | undefined>>): Record<string, Secret> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      name.startsWith('STATEMENTS_') && value !== undefined ? [[name, new Secret(value)]] : [],
    ),
  );

/** Reads `.env` of the working folder when there is one; what is set already wins. Throws `misconfigured`. */
export function readDotEnv(): void {
  const path = resolve('.env');
  if (!existsSync(path)) return;
  try {
    process.loadEnvFile(path);
  } catch (cause) {
    throw new OpsError('misconfigured', `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Throws `misconfigured` with every fault. Values are never part of the message. `needs` is what must be there. */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  needs: typeof environmentSchema = environmentSchema,
): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim() !== ''));
  const shape = variablesSchema.safeParse(given);
  const presence = needs.safeParse(given);
  if (shape.success && presence.success) return { ...shape.data, statementSecrets: secretsOfPlaces(given) };
  const issues = [...(shape.error?.issues ?? []), ...(presence.error?.issues ?? [])];
  const lines = issues.map(({ path, message }) => `  ${String(path[0])} ${message}`);
  throw new OpsError('misconfigured', `The environment has ${lines.length} fault(s):\n${lines.join('\n')}`, {
    hint: 'See “Connecting a real workspace” in README.md; `npm start` without SLACK_* variables starts the sandbox.',
  });
}
