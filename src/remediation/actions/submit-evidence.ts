/** Hands everything that is staged to the bank, and what is added here with it: once and for all. */
import { canBeAnswered } from '../../nouns/dispute.js';
import type { Action } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { evidenceAction, type EvidenceFacts } from '../kit/evidence.js';
import type { EvidenceParams } from '../kit/evidence-params.js';
import { waitingDisputeOf, type Offer, type Thing } from '../kit/thing.js';

export const submitEvidence: Action = defineAction<EvidenceParams, EvidenceFacts>(
  evidenceAction({
    id: 'submit-evidence',
    title: 'Submit evidence',
    summary: 'Answer a dispute with evidence, the draft included; only once',
    risk: 'high',
    submit: true,
    offerFor,
  }),
);

function offerFor(thing: Thing): Offer | null {
  const dispute = waitingDisputeOf(thing);
  if (!dispute || !canBeAnswered(dispute, thing.now)) return null;
  return { text: 'Submit evidence…', kind: 'dispute', id: dispute.id };
}
