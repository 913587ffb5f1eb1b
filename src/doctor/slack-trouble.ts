import { callError, callFault } from '../adapters/slack/client.js';
import type { OpsError } from '../kernel/errors.js';

/** Slack did not answer what was asked: that says nothing about the configuration. */
export const slackTrouble = (error: unknown): OpsError =>
  callError(
    error,
    callFault(error).kind === 'rate_limited' ? 'Slack limits our rate.' : 'Slack cannot be reached.',
  );
