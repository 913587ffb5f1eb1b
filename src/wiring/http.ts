/**
 * Who may ask what over HTTP: with `OPERATIONS_PORT`, liveness, readiness and metrics answer there, and `PORT`, which
 * others must reach, answers them no more.
 */
import { createChangesHandler } from '../adapters/http/changes.js';
import { confirmationsMount, type ConfirmationPages } from '../adapters/http/confirmations.js';
import { operationsMounts, type OperationsSources } from '../adapters/http/operations.js';
import { startHttpServer, type Handler, type HttpServer, type Mount } from '../adapters/http/server.js';
import { webhookMount, type WebhookReceiver } from '../adapters/http/webhooks.js';
import { createChanges } from '../adapters/postgres/changes.js';
import type { Database } from '../adapters/postgres/database.js';
import type { Environment } from '../config/environment.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { stripeWebhookPath } from './disputes.js';

export interface HttpServers {
  /** Where the world reaches Paydesk. */
  port: number;
  /** Where those who run it do; the same without `OPERATIONS_PORT`. */
  operationsPort: number;
  close(): Promise<void>;
}

/** Whether others than those who run Paydesk must reach `PORT`. */
export const isPortPublic = ({
  OIDC_ISSUER,
  SLACK_APP_TOKEN,
  SLACK_SIGNING_SECRET,
  STRIPE_WEBHOOK_SECRETS,
}: Environment): boolean =>
  OIDC_ISSUER !== undefined ||
  STRIPE_WEBHOOK_SECRETS !== undefined ||
  (SLACK_APP_TOKEN === undefined && SLACK_SIGNING_SECRET !== undefined);

/** What is behind the paths that the world reaches; each null while it is not there. */
export interface HttpDeps {
  /** Slack's requests, where it calls over HTTP. */
  slack: () => Handler | null;
  /** Where there is an identity provider, and something to confirm. */
  confirmations: () => ConfirmationPages | null;
  /** Where pipelines report changes; null without a token. */
  changes: () => Handler | null;
  /** Where the payments provider's signing secret is known. */
  stripe: () => WebhookReceiver | null;
}

/** Null without a token, and until there is a database. */
export function changesFrom(
  database: Database | null,
  { environment, clock, log }: { environment: Environment; clock: Clock; log: Log },
): Handler | null {
  const { CHANGES_TOKEN: token } = environment;
  return database && token
    ? createChangesHandler({ changes: createChanges(database), token, clock, log })
    : null;
}

/** One line for each part that the world reaches. */
const worldMounts = ({ slack, confirmations, changes, stripe }: HttpDeps): Mount[] => [
  { path: '/slack/events', handler: slack },
  confirmationsMount(confirmations),
  { path: '/changes', handler: changes },
  webhookMount(stripeWebhookPath, stripe),
];

/** Throws `misconfigured` when a port cannot be had; then none is taken. */
export async function openHttp(
  environment: Environment,
  operations: OperationsSources,
  world: HttpDeps,
  log: Log,
): Promise<HttpServers> {
  const { HOST: host, PORT, OPERATIONS_PORT } = environment;
  if (OPERATIONS_PORT === undefined) {
    if (isPortPublic(environment)) log.warn({ port: PORT }, sharedPort);
    const server = await startHttpServer(
      host,
      PORT,
      [...operationsMounts(operations), ...worldMounts(world)],
      log,
    );
    return { port: server.port, operationsPort: server.port, close: () => server.close() };
  }
  const own = await startHttpServer(host, OPERATIONS_PORT, operationsMounts(operations), log, {
    setting: 'OPERATIONS_PORT',
  });
  const server = await startHttpServer(host, PORT, worldMounts(world), log).catch(
    async (error: unknown): Promise<HttpServer> => {
      await own.close();
      throw error;
    },
  );
  return {
    port: server.port,
    operationsPort: own.port,
    close: async () => {
      await Promise.all([server.close(), own.close()]);
    },
  };
}

const sharedPort =
  '/readyz and /metrics answer on the port that other hosts must reach; OPERATIONS_PORT gives them their own port';
