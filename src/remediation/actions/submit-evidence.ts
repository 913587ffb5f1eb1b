/** Hands everything that is staged to the bank, and what is added here with it: once and for all. */
import type { Action } from '../action.js';
import { defineAction } from '../define-action.js';
import { evidenceAction, type EvidenceFacts } from '../evidence.js';
import type { EvidenceParams } from '../evidence-params.js';

export const submitEvidence: Action = defineAction<EvidenceParams, EvidenceFacts>(
  evidenceAction({
    id: 'submit-evidence',
    title: 'Submit evidence',
    summary: 'Answer a dispute with evidence, the draft included; only once',
    risk: 'high',
    submit: true,
  }),
);
