/**
 * The registry of guarded actions: one line each. Modals, policy and the README's table follow from it.
 */
import type { Action } from '../kit/action.js';
import { acceptDispute } from './accept-dispute.js';
import { armRoute } from './arm-route.js';
import { cancelPayment } from './cancel-payment.js';
import { cancelPayout } from './cancel-payout.js';
import { capturePayment } from './capture-payment.js';
import { messagePartner } from './message-partner.js';
import { pauseRoute } from './pause-route.js';
import { refundPayment } from './refund-payment.js';
import { replayEvent } from './replay-event.js';
import { requestStatement } from './request-statement.js';
import { resumeRoute } from './resume-route.js';
import { stageEvidence } from './stage-evidence.js';
import { submitEvidence } from './submit-evidence.js';
import { writeOffBreak } from './write-off-break.js';

export const actions: readonly Action[] = [
  refundPayment,
  capturePayment,
  cancelPayment,
  cancelPayout,
  submitEvidence,
  stageEvidence,
  acceptDispute,
  pauseRoute,
  resumeRoute,
  armRoute,
  replayEvent,
  requestStatement,
  messagePartner,
  writeOffBreak,
];
