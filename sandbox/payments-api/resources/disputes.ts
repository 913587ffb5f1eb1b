/**
 * Disputes: retrieve, list, update with evidence, close.
 * Invariant: evidence is submitted once (`submit` is true unless the caller says otherwise) and only while a response is
 * possible; all texts together hold at most 150,000 characters; a document is a file that was uploaded as evidence.
 */
import type { Api, Call } from '../api.js';
import { invalidParameter, missingResource, refused, unknownParameter } from '../errors.js';
import type { FormValue } from '../form.js';
import { listParams, listPage } from '../lists.js';
import { isRecord, numberOf, textOf, type ApiObject } from '../objects/api-object.js';
import { disputeEvidenceTemplate } from '../objects/templates.js';
import { allowOnly, flagParam, isForm, mergedMetadata } from '../params.js';
import { evidencePurpose, findFile } from './files.js';
import { amongRelated } from './refunds.js';

/** The kinds that take the id of a file. */
const documents = [
  'cancellation_policy',
  'customer_communication',
  'customer_signature',
  'duplicate_charge_documentation',
  'receipt',
  'refund_policy',
  'service_documentation',
  'shipping_documentation',
  'uncategorized_file',
];
const maxEvidenceCharacters = 150_000;

function findDispute(api: Api, id: string): ApiObject {
  const dispute = api.store.find(id);
  if (dispute?.object !== 'dispute') throw missingResource('dispute', id, 'dispute');
  return dispute;
}

export function retrieveDispute({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  return findDispute(api, id);
}

export function listDisputes({ api, form, path }: Call): unknown {
  allowOnly(form, [...listParams, 'charge', 'payment_intent']);
  return listPage(api.store, { type: 'dispute', url: path, form, among: amongRelated(api, 'dispute', form) });
}

export function updateDispute({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, ['evidence', 'metadata', 'submit', 'intended_submission_method']);
  const dispute = findDispute(api, id);
  const evidence = { ...evidenceOf(dispute), ...givenEvidence(api, form) };
  const submit = 'evidence' in form || 'submit' in form ? flagParam(form, 'submit', true) : false;
  if ('evidence' in form || submit) checkOpen(dispute);
  checkLength(evidence);
  const details = isRecord(dispute.evidence_details) ? dispute.evidence_details : {};
  const count = typeof details.submission_count === 'number' ? details.submission_count : 0;
  const updated = {
    ...dispute,
    evidence,
    evidence_details: {
      ...details,
      has_evidence: Object.values(evidence).some((value) => typeof value === 'string' && value !== ''),
      ...(submit ? { submission_count: count + 1, submission_method: 'manual' } : {}),
    },
    intended_submission_method: givenMethod(form, dispute),
    metadata: mergedMetadata(form, dispute.metadata),
    ...(submit ? { status: reviewStatus(dispute) } : {}),
  };
  api.publish('charge.dispute.updated', updated);
  return updated;
}

const methods = ['manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'];

/** Only an account with Smart Disputes can choose one that the provider answers. */
function givenMethod(form: Call['form'], dispute: ApiObject): unknown {
  const { intended_submission_method: method } = form;
  if (method === undefined) return dispute.intended_submission_method ?? null;
  if (typeof method !== 'string' || !methods.includes(method))
    throw invalidParameter(
      'intended_submission_method',
      `Invalid intended_submission_method: must be one of ${methods.join(', ')}`,
    );
  const available = (dispute.intended_submission_method ?? null) !== null;
  if (!available && method !== 'manual')
    throw refused('smart_disputes_not_available', 'Smart Disputes is not available for this dispute.');
  return method;
}

const evidenceOf = (dispute: ApiObject): Record<string, unknown> =>
  isRecord(dispute.evidence) ? dispute.evidence : disputeEvidenceTemplate;

function givenEvidence(api: Api, form: Call['form']): Record<string, unknown> {
  const { evidence } = form;
  if (evidence === undefined || evidence === '') return {};
  if (!isForm(evidence)) throw invalidParameter('evidence', 'Invalid hash');
  const unknown = Object.keys(evidence).find((key) => !(key in disputeEvidenceTemplate));
  if (unknown !== undefined) throw unknownParameter(`evidence[${unknown}]`);
  for (const kind of documents) checkFile(api, kind, evidence[kind]);
  return Object.fromEntries(
    Object.entries(evidence).map(([key, value]) => [key, value === '' ? null : value]),
  );
}

function checkFile(api: Api, kind: string, id: FormValue | undefined): void {
  if (id === undefined || id === '') return;
  const param = `evidence[${kind}]`;
  const file = typeof id === 'string' ? findFile(api, id) : null;
  if (!file) throw invalidParameter(param, `No such file upload: ${JSON.stringify(id)}`, 'resource_missing');
  if (textOf(file, 'purpose') !== evidencePurpose)
    throw invalidParameter(param, `The file must have been uploaded with the purpose ${evidencePurpose}.`);
}

function checkLength(evidence: Record<string, unknown>): void {
  const texts = Object.values(evidence).filter((value) => typeof value === 'string');
  if (texts.reduce((sum, text) => sum + text.length, 0) > maxEvidenceCharacters)
    throw invalidParameter(
      'evidence',
      `The combined character count of evidence must not exceed ${maxEvidenceCharacters}.`,
    );
}

const isOpen = (dispute: ApiObject): boolean => (textOf(dispute, 'status') ?? '').endsWith('needs_response');

function checkOpen(dispute: ApiObject): void {
  if (isOpen(dispute)) return;
  throw refused(
    'dispute_evidence_already_submitted',
    `This dispute has a status of ${textOf(dispute, 'status') ?? ''}; evidence can no longer be given.`,
  );
}

const reviewStatus = (dispute: ApiObject): string =>
  (textOf(dispute, 'status') ?? '').startsWith('warning_') ? 'warning_under_review' : 'under_review';

/** Accepting a dispute means losing it; there is no way back. */
export function closeDispute({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  const dispute = findDispute(api, id);
  if (!isOpen(dispute))
    throw refused(
      'dispute_not_open',
      `This dispute is already closed or under review (amount ${numberOf(dispute, 'amount')}).`,
    );
  const closed = {
    ...dispute,
    status: (textOf(dispute, 'status') ?? '').startsWith('warning_') ? 'warning_closed' : 'lost',
  };
  api.publish('charge.dispute.closed', closed);
  return closed;
}
