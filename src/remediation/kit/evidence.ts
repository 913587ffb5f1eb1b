/**
 * Evidence for a dispute, staged or submitted: two actions that differ in one word to the provider.
 *
 * Reading back rests on a mark: the order writes the plan's key into the dispute's metadata in the same call as the
 * evidence, so a dispute with our key has had our order. One that still has the mark of when the plan was made has not
 * had it, and the order may be sent again: under its key the provider repeats no upload and no update. Two cases are for
 * people: another mark (a later plan wrote over whatever was there), and evidence that somebody submitted elsewhere.
 * Files are uploaded before; an upload alone changes nothing about the dispute.
 * Deliberately absent: taking a staged piece back, and what needs a fee or a network's own form (compliance, CE 3.0).
 */
import { plural } from '../../kernel/counts.js';
import { createHash } from 'node:crypto';
import { evidenceDocumentKinds, type EvidenceDocumentKind, type EvidenceKind } from '../../ports/evidence.js';
import { takesEvidence } from '../../nouns/dispute.js';
import type { Dispute } from '../../ports/payments-api.js';
import type {
  ActionDefinition,
  ActionFault,
  Brief,
  Effect,
  Preview,
  ReadBack,
  Step,
  Verification,
  World,
} from './action.js';
import {
  contendsOf,
  answerFaults,
  deadlineText,
  readDispute,
  reasonText,
  responderLines,
  switchesProviderOff,
  type DisputeFacts,
} from './dispute-facts.js';
import { readFiles, readPlannedFile, sizeText, type FileFact } from './evidence-files.js';
import {
  answersAnything,
  alternativesText,
  kindsText,
  kindText,
  lackingFor,
  recommendedFor,
} from '../../nouns/evidence-needs.js';
import {
  evidenceFields,
  fieldOfKind,
  givenDocuments,
  givenFaults,
  givenTexts,
  type EvidenceParams,
} from './evidence-params.js';
import { moneyOfFact } from './fields.js';
import { customerLines, providerOf } from './provider.js';

type Piece = {
  kind: EvidenceKind;
  characters: number;
  /** So that another text of the same length is another plan. */
  sha256: string;
  /** The beginning, for people; null for what is personal, and for documents. */
  excerpt: string | null;
};

export type EvidenceFacts = DisputeFacts & {
  feeUnacknowledged: boolean;
  /** What the dispute has before anything is added, by kind in alphabetical order. */
  evidence: readonly Piece[];
  files: readonly FileFact[];
  /** The key of the plan that wrote evidence last. */
  mark: string | null;
};

type EvidenceStep = Step<EvidenceParams, EvidenceFacts>;

/** In the metadata of a dispute: the key of the plan whose evidence it has. */
const mark = 'paydesk';
/** Of all texts together. Source: the provider's reference of the dispute update. */
const charactersMax = 150_000;
const excerptLength = 200;
const untold: readonly EvidenceKind[] = [
  ...evidenceDocumentKinds,
  'billing_address',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'shipping_address',
];

type EvidenceDefinition = ActionDefinition<EvidenceParams, EvidenceFacts>;

/** What staging and submitting say each for itself. */
type Own = Pick<EvidenceDefinition, 'id' | 'title' | 'summary' | 'risk' | 'offerFor'> & { submit: boolean };

export function evidenceAction({ submit, ...own }: Own): EvidenceDefinition {
  return {
    ...own,
    fields: evidenceFields,
    prefills: { dispute: 'dispute' },
    brief: briefOf,
    read,
    volatile: ['customer', 'customerEmail'],
    contends: contendsOf,
    check: (params, facts, now) => [
      ...answerFaults(facts, now),
      ...givenFaults(params, facts.files),
      ...lengthFaults(params, facts),
      ...(submit ? submitFaults(params, facts) : stageFaults(params)),
    ],
    preview: submit ? submitPreview : stagePreview,
    execute: (step) => execute(step, submit),
    readBack: async (step) => readBackOf(await disputeOf(step), step),
    verify: async (step) => {
      const dispute = await disputeOf(step);
      return submit ? verifySubmitted(dispute) : verifyStaged(dispute, step);
    },
  };
}

const disputeOf = ({ facts, world }: EvidenceStep): Promise<Dispute> =>
  providerOf(world).payments.dispute(facts.dispute);

async function read(params: EvidenceParams, world: World): Promise<EvidenceFacts> {
  const { dispute, facts } = await readDispute(params.dispute, world);
  return {
    ...facts,
    feeUnacknowledged: dispute.feeUnacknowledged,
    evidence: piecesOf(dispute),
    files: await readFiles(params.files, world),
    mark: dispute.metadata[mark] ?? null,
  };
}

function piecesOf({ evidence }: Dispute): Piece[] {
  return Object.entries(evidence)
    .map(([kind, text]) => pieceOf(kind as EvidenceKind, text))
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

function pieceOf(kind: EvidenceKind, text: string): Piece {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const excerpt = untold.includes(kind) ? null : beginningOf(text);
  return { kind, characters: text.length, sha256, excerpt };
}

function beginningOf(text: string): string {
  // Half a surrogate pair has no place in a plan.
  const characters = Array.from(text.replace(/\p{Cs}/gu, '\ufffd'));
  if (characters.length <= excerptLength) return characters.join('');
  return `${characters.slice(0, excerptLength).join('')}… (${characters.length} characters)`;
}

function addedKinds(params: EvidenceParams, { files }: EvidenceFacts): EvidenceKind[] {
  return [...givenTexts(params), ...givenDocuments(params, files)].map(({ kind }) => kind);
}

/** What is there before and stays. */
function staying(params: EvidenceParams, facts: EvidenceFacts): Piece[] {
  const added = addedKinds(params, facts);
  return facts.evidence.filter(({ kind }) => !added.includes(kind));
}

const kindsAfter = (params: EvidenceParams, facts: EvidenceFacts): EvidenceKind[] => [
  ...addedKinds(params, facts),
  ...staying(params, facts).map(({ kind }) => kind),
];

function lengthFaults(params: EvidenceParams, facts: EvidenceFacts): ActionFault[] {
  const lengths = [
    ...givenTexts(params).map(({ text }) => text.length),
    ...staying(params, facts).map(({ characters }) => characters),
  ];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= charactersMax) return [];
  return [
    {
      field: 'explanation',
      message: `The texts have ${total} characters in total; the bank accepts at most ${charactersMax}.`,
    },
  ];
}

function stageFaults(params: EvidenceParams): ActionFault[] {
  if (givenTexts(params).length > 0 || params.files.length > 0) return [];
  return [{ field: 'explanation', message: 'Nothing to stage: write a text or choose a file.' }];
}

function submitFaults(params: EvidenceParams, facts: EvidenceFacts): ActionFault[] {
  const { dispute, reason, feeUnacknowledged } = facts;
  const present = kindsAfter(params, facts);
  const faults: ActionFault[] = [];
  const fault = (field: string, message: string): number => faults.push({ field, message });
  if (feeUnacknowledged)
    fault(
      'dispute',
      `The network charges a fee to hear ${dispute} (Visa: 500 USD, refunded if you win), and no one has agreed to it. Agree on the dispute’s page in the provider’s dashboard, then submit again.`,
    );
  if (!answersAnything(present))
    fault(
      'explanation',
      `There is no evidence for ${dispute} yet: add an explanation, another text or a file.`,
    );
  const lacking = lackingFor(reason, present);
  const [first] = lacking[0] ?? [];
  if (first)
    fault(
      fieldOfKind(first),
      `A response to “${reasonText(facts)}” still needs: ${alternativesText(lacking)}.`,
    );
  return faults;
}

/** What a dispute needs, before anything is filled in. */
async function briefOf(disputeId: string, world: World): Promise<Brief> {
  const { dispute, facts } = await readDispute(disputeId, world);
  const present = Object.keys(dispute.evidence) as EvidenceKind[];
  const lacking = lackingFor(facts.reason, present);
  const recommended = recommendedFor(facts.reason, present);
  const now = world.clock.now();
  return {
    lines: [
      `Customer’s claim: ${reasonText(facts)}`,
      `${deadlineText(facts, now)}.`,
      ...responderLines(facts, now),
      ...(lacking.length > 0 ? [`Required: ${alternativesText(lacking)}`] : []),
      ...(recommended.length > 0 ? [`Recommended: ${kindsText(recommended)}`] : []),
      ...(present.length > 0 ? [`Already there: ${kindsText(present)}`] : []),
    ],
    first: [...lacking.flat(), ...recommended].map(fieldOfKind),
  };
}

function stagePreview(params: EvidenceParams, facts: EvidenceFacts, now: Date): Preview {
  const lacking = lackingFor(facts.reason, kindsAfter(params, facts));
  return {
    headline: `Stage ${kindsText(addedKinds(params, facts))} for dispute ${facts.dispute} (${facts.amount})`,
    changes: [
      ...addedLines(params, facts),
      ...stayingLines(params, facts),
      ...(lacking.length > 0
        ? [`Still missing for “${reasonText(facts)}”: ${alternativesText(lacking)}`]
        : []),
      ...recommendedLines(params, facts),
      ...(switchesProviderOff(facts)
        ? [
            'This switches off the provider’s own answer (Smart Disputes): someone must submit evidence before the deadline.',
          ]
        : responderLines(facts, now)),
      `${deadlineText(facts, now)}. Nothing goes to the bank yet.`,
    ],
    affected: customerLines(facts),
    undo: 'Stage different evidence in its place: it can be changed until it is submitted.',
    irreversible: null,
    value: null,
    ...placeOf(facts),
  };
}

function submitPreview(params: EvidenceParams, facts: EvidenceFacts, now: Date): Preview {
  return {
    headline: `Submit the evidence for dispute ${facts.dispute} (${facts.amount}) to the bank`,
    changes: [
      `Customer’s claim: ${reasonText(facts)}`,
      ...addedLines(params, facts),
      ...stayingLines(params, facts),
      `Everything that goes to the bank: ${kindsText(kindsAfter(params, facts))}`,
      ...recommendedLines(params, facts),
      ...responderLines(facts, now),
      `${deadlineText(facts, now)}.`,
    ],
    affected: [...customerLines(facts), 'The customer’s bank decides, which takes up to three months.'],
    undo: null,
    irreversible: 'The bank accepts evidence only once: afterwards nothing can be added or changed.',
    value: moneyOfFact(facts.amount),
    ...placeOf(facts),
  };
}

function placeOf({
  dispute,
  partner,
  merchant,
}: EvidenceFacts): Pick<Preview, 'subject' | 'partner' | 'merchant'> {
  return { subject: { kind: 'dispute', id: dispute }, partner, merchant };
}

function addedLines(params: EvidenceParams, { files, evidence }: EvidenceFacts): string[] {
  const verb = (kind: EvidenceKind): string =>
    evidence.some((piece) => piece.kind === kind) ? 'Replaces' : 'Adds';
  return [
    ...givenTexts(params).map(({ kind, text }) => `${verb(kind)} the ${kindText(kind)}: “${text}”`),
    ...givenDocuments(params, files).map(
      ({ kind, file }) =>
        `${verb(kind)} the ${kindText(kind)}: ${file.name} (${file.mimeType}, ${sizeText(file.size)})`,
    ),
  ];
}

function stayingLines(params: EvidenceParams, facts: EvidenceFacts): string[] {
  const pieces = staying(params, facts).map(({ kind, excerpt }) =>
    excerpt === null ? kindText(kind) : `${kindText(kind)} “${excerpt}”`,
  );
  return pieces.length === 0 ? [] : [`Already there: ${pieces.join(', ')}`];
}

function recommendedLines(params: EvidenceParams, facts: EvidenceFacts): string[] {
  const missing = recommendedFor(facts.reason, kindsAfter(params, facts));
  return missing.length === 0 ? [] : [`Recommended but missing: ${kindsText(missing)}`];
}

async function execute(step: EvidenceStep, submit: boolean): Promise<Effect> {
  const { params, facts, idempotencyKey, world } = step;
  const texts = Object.fromEntries(givenTexts(params).map(({ kind, text }) => [kind, text]));
  const evidence = { ...texts, ...(await upload(step)) };
  const order = { disputeId: facts.dispute, evidence, submit, metadata: { [mark]: idempotencyKey } };
  return effectOf(await providerOf(world).writes.updateEvidence({ ...order, idempotencyKey }));
}

/**
 * Each file has a key of its own that follows from the plan's, so a repeat finds what was uploaded before. All are read
 * before the first is sent, so that nothing is uploaded for a plan that is no longer valid.
 */
async function upload({ params, facts, idempotencyKey, world }: EvidenceStep) {
  const { writes } = providerOf(world);
  const documents = await Promise.all(
    givenDocuments(params, facts.files).map(async ({ kind, file }) => ({
      kind,
      file: await readPlannedFile(file, world),
    })),
  );
  const ids: Partial<Record<EvidenceDocumentKind, string>> = {};
  for (const [index, { kind, file }] of documents.entries()) {
    const { name, mimeType, content } = file;
    const key = `${idempotencyKey}:file:${index + 1}`;
    ids[kind] = (await writes.uploadEvidence({ name, mimeType, content, idempotencyKey: key })).fileId;
  }
  return ids;
}

function effectOf({ id, status, submissionCount, evidence }: Dispute): Effect {
  const what = submissionCount > 0 ? 'was submitted' : 'is staged';
  const kinds = kindsText(Object.keys(evidence) as EvidenceKind[]);
  return { id, summary: `Evidence for ${id} ${what}: ${kinds}. The dispute is ${status}.` };
}

function readBackOf(dispute: Dispute, { facts, idempotencyKey }: EvidenceStep): ReadBack {
  const { id, status, submissionCount, metadata } = dispute;
  const found = metadata[mark] ?? null;
  if (found === idempotencyKey) return { kind: 'done', effect: effectOf(dispute) };
  const seen = `${id} is ${status}, with evidence submitted ${plural(submissionCount, 'time')}.`;
  if (found !== facts.mark)
    return {
      kind: 'cannot_tell',
      evidence: [seen, `Another plan (${found ?? 'unnamed'}) wrote evidence meanwhile.`],
    };
  if (submissionCount > facts.submissionCount || !takesEvidence(dispute))
    return {
      kind: 'cannot_tell',
      evidence: [seen, 'It does not carry this plan’s key: someone may have answered elsewhere.'],
    };
  return { kind: 'not_done', evidence: [seen, `${id} does not carry the key of this plan.`] };
}

function verifySubmitted({ id, status, submissionCount, pastDue }: Dispute): Verification {
  const evidence = `${id} is ${status}, with evidence submitted ${plural(submissionCount, 'time')}.`;
  if (submissionCount === 0) return { kind: 'not_yet', evidence };
  if (pastDue)
    return { kind: 'wrong', evidence: `${evidence} It came too late, so the bank may not see it.` };
  return takesEvidence({ status }) ? { kind: 'not_yet', evidence } : { kind: 'visible', evidence };
}

function verifyStaged(dispute: Dispute, { params, facts }: EvidenceStep): Verification {
  const { id, hasEvidence, metadata } = dispute;
  const added = addedKinds(params, facts);
  const missing = added.filter((kind) => !(kind in dispute.evidence));
  if (hasEvidence && missing.length === 0)
    return { kind: 'visible', evidence: `${id} has ${kindsText(added)}.` };
  const evidence = `${id} lacks ${missing.length === 0 ? 'the sign that evidence is staged' : kindsText(missing)}.`;
  const isUntouched = (metadata[mark] ?? null) === facts.mark;
  return isUntouched ? { kind: 'not_yet', evidence } : { kind: 'wrong', evidence };
}
