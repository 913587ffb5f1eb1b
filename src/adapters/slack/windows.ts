/**
 * Opens modals, and turns the desk's modals into Slack's views.
 *
 * Invariant: a window that was opened from the person's Home says so in its `external_id`, which Slack hands back with
 * every click and submission of it; so any replica knows that Home is to be rendered again.
 */
import { randomUUID } from 'node:crypto';
import type { ViewsOpenArguments, WebClient } from '@slack/web-api';
import { OpsError } from '../../kernel/errors.js';
import type { Modal, Windows } from '../../ports/command.js';
import { callError, callFault, isRefused } from './client.js';

/** What of a view tells where it was opened. */
export interface Origin {
  type: string;
  external_id?: string;
}

const homeMark = 'home:';

export const isOfHome = (view: Origin | undefined): boolean =>
  view?.type === 'home' || view?.external_id?.startsWith(homeMark) === true;

/** `externalId` is null for a window that has nothing to remember. */
export function viewOf(modal: Modal, externalId: string | null): ViewsOpenArguments['view'] {
  return {
    type: 'modal',
    callback_id: modal.callbackId,
    title: plain(modal.title),
    ...(modal.submit === null ? {} : { submit: plain(modal.submit) }),
    close: plain(modal.close),
    blocks: [...modal.blocks],
    private_metadata: modal.memo,
    ...(externalId === null ? {} : { external_id: externalId }),
  };
}

const plain = (text: string) => ({ type: 'plain_text' as const, text });

/** A trigger lives three seconds and serves once. */
const tooLate = [
  'expired_trigger_id',
  'exchanged_trigger_id',
  'invalid_trigger_id',
  'trigger_expired',
  'trigger_exchanged',
];

/**
 * `from`: the view that was clicked; a window over another one is laid upon it, so that what was typed below stays.
 * Throws `conflict` when the moment to open a window is over, `rate_limited`, `unavailable`, and `internal` when Slack
 * refuses the window itself.
 */
export function windowsThrough(client: WebClient, triggerId: string, from?: Origin): Windows {
  return {
    open: async (modal) => {
      const view = viewOf(modal, isOfHome(from) ? homeMark + randomUUID() : null);
      const show = from?.type === 'modal' ? client.views.push : client.views.open;
      await show({ trigger_id: triggerId, view }).catch((error: unknown) => {
        throw openingError(error);
      });
    },
  };
}

function openingError(error: unknown): OpsError {
  const fault = callFault(error);
  if (isRefused(fault, tooLate)) {
    return new OpsError('conflict', 'This window took too long to open.', {
      hint: 'Click again, or type the command again.',
      cause: error,
    });
  }
  if (isRefused(fault, ['push_limit_reached'])) {
    return new OpsError('conflict', 'Slack shows no more than three windows upon each other.', {
      hint: 'Close this one and click again.',
      cause: error,
    });
  }
  // Only a window that is laid upon another one can miss it.
  if (isRefused(fault, ['not_found'])) {
    return new OpsError('conflict', 'The window that you clicked in was closed before the next one opened.', {
      hint: 'Open it again and click once more.',
      cause: error,
    });
  }
  return callError(error, 'Slack did not open the window.');
}
