/**
 * What went wrong between us and the identity provider, as an OpsError.
 *
 * Invariant: what is not a known outage, refusal or wrong setting counts as an answer that must not be
 * believed. The provider's own words stay in the cause: the sender of a browser can forge them.
 */
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { OpsError } from '../../kernel/errors.js';

const outages: readonly string[] = ['server_error', 'temporarily_unavailable'];
const settings: readonly string[] = ['invalid_client', 'unauthorized_client', 'invalid_scope'];
/** The library's codes for an answer that is late, or of a status or type that no working provider gives. */
const silences: readonly string[] = [
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
];
const wrongProvider: readonly string[] = [
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_INVALID_SERVER_METADATA',
];

const codeOf = (thrown: unknown): string => (thrown instanceof ClientError ? (thrown.code ?? '') : '');

/** When the provider was asked about itself: it is another one, or it is not there. */
export const discoveryFailureOf = (thrown: unknown): OpsError =>
  wrongProvider.includes(codeOf(thrown)) ? misconfigured(thrown) : unavailable(thrown);

/** When somebody came back from it. */
export function signInFailureOf(thrown: unknown): OpsError {
  if (thrown instanceof OpsError) return thrown;
  if (thrown instanceof AuthorizationResponseError)
    return outages.includes(thrown.error) ? unavailable(thrown) : refused(thrown);
  if (thrown instanceof ResponseBodyError) {
    if (outages.includes(thrown.error) || thrown.status >= 500) return unavailable(thrown);
    return settings.includes(thrown.error) ? misconfigured(thrown) : invalid(thrown);
  }
  if (thrown instanceof WWWAuthenticateChallengeError) return misconfigured(thrown);
  return isNetworkError(thrown) || silences.includes(codeOf(thrown)) ? unavailable(thrown) : invalid(thrown);
}

/** What `fetch` throws when there is no answer: a TypeError without a code, as opposed to the library's own. */
const isNetworkError = (thrown: unknown): boolean => thrown instanceof TypeError && !('code' in thrown);

const unavailable = (cause: unknown): OpsError =>
  new OpsError('unavailable', 'The identity provider does not answer.', {
    hint: 'Try again in a minute. Nothing was changed.',
    cause,
  });

const refused = (cause: unknown): OpsError =>
  new OpsError('forbidden', 'The identity provider did not sign you in.', {
    hint: 'Open the link from Slack again and sign in.',
    cause,
  });

const misconfigured = (cause: unknown): OpsError =>
  new OpsError(
    'misconfigured',
    'The identity provider rejects Paydesk, or OIDC_ISSUER names a different provider.',
    {
      hint: 'Check OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, and the redirect address at the provider.',
      cause,
    },
  );

const invalid = (cause: unknown): OpsError =>
  new OpsError('invalid', 'This sign-in cannot be accepted.', {
    hint: 'Open the link from Slack again and sign in once more.',
    cause,
  });
