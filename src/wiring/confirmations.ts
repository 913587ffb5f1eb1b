/**
 * Builds what confirms votes outside Slack: the identity provider, and our pages behind it.
 *
 * Invariant: without an identity provider there are no pages, and no link leads to one.
 */
import {
  confirmationAddress,
  createConfirmationPages,
  type ConfirmationDeps,
  type ConfirmationPages,
} from '../adapters/http/confirmations.js';
import { createIdentityProvider } from '../adapters/oidc/identity-provider.js';
import type { Environment } from '../config/environment.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { IdentityProvider } from '../ports/identity.js';

/** Where browsers reach us: as configured, or on this machine at the port (of the server, once it listens). */
export const publicUrlOf = ({ PUBLIC_URL }: Environment, port: number): string =>
  PUBLIC_URL ?? `http://localhost:${port}`;

/** Null when none is configured. */
export function identityProviderFrom(
  environment: Environment,
  clock: Clock,
  log: Log,
): IdentityProvider | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = environment;
  if (issuer === undefined || clientId === undefined || !clientSecret) return null;
  return createIdentityProvider({ issuer, clientId, clientSecret, clock, log });
}

/** Where a voter finds the page of a one-time token; null when no identity provider is configured. */
export function confirmationAddressFrom(
  environment: Environment,
  port: number,
): (token: string) => string | null {
  const publicUrl = environment.OIDC_ISSUER === undefined ? null : publicUrlOf(environment, port);
  return (token) => publicUrl && confirmationAddress(publicUrl, token);
}

/** Null when no identity provider is configured. */
export function confirmationPagesFrom(
  environment: Environment,
  port: number,
  rest: Pick<ConfirmationDeps, 'votes' | 'company' | 'clock' | 'log'>,
): ConfirmationPages | null {
  const provider = identityProviderFrom(environment, rest.clock, rest.log);
  const secret = environment.OIDC_CLIENT_SECRET;
  if (!provider || !secret) return null;
  return createConfirmationPages({ ...rest, provider, secret, publicUrl: publicUrlOf(environment, port) });
}
