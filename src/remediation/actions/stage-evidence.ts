/** Puts evidence beside a dispute without handing it in: it can be changed until it is submitted. */
import type { Action } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { evidenceAction, type EvidenceFacts } from '../kit/evidence.js';
import type { EvidenceParams } from '../kit/evidence-params.js';

export const stageEvidence: Action = defineAction<EvidenceParams, EvidenceFacts>(
  evidenceAction({
    id: 'stage-evidence',
    title: 'Stage evidence',
    summary: 'Save evidence to a dispute draft',
    risk: 'low',
    submit: false,
  }),
);
