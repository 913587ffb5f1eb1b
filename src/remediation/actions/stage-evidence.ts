/** Puts evidence beside a dispute without handing it in: it can be changed until it is submitted. */
import { canBeAnswered } from '../../nouns/dispute.js';
import type { Action } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { evidenceAction, type EvidenceFacts } from '../kit/evidence.js';
import type { EvidenceParams } from '../kit/evidence-params.js';
import type { Offer, Thing } from '../kit/thing.js';

export const stageEvidence: Action = defineAction<EvidenceParams, EvidenceFacts>(
  evidenceAction({
    id: 'stage-evidence',
    title: 'Stage evidence',
    summary: 'Save evidence to a dispute draft',
    risk: 'low',
    submit: false,
    offerFor,
  }),
);

/** On the card of a dispute only: the card of its payment has room for what ends it. */
function offerFor(thing: Thing): Offer | null {
  if (thing.kind !== 'dispute' || !canBeAnswered(thing.dispute, thing.now)) return null;
  return { text: 'Stage evidence…', kind: 'dispute', id: thing.dispute.id };
}
