/**
 * Who answers a dispute at its deadline, by the provider's words.
 */
import { describe, expect, it } from 'vitest';
import { answeredBy, responderOf, responderSentence, type Responder } from '../../src/nouns/responder.js';
import type { Dispute } from '../../src/ports/payments-api.js';
import { aDispute, now } from '../support/payment-objects.js';

describe('who answers at the deadline', () => {
  it.each<[string | null, boolean, Responder, string]>([
    [null, false, 'person', 'the account has no Smart Disputes'],
    [null, true, 'person', 'a draft is not sent by itself'],
    ['manual', false, 'person', 'switched off for this dispute'],
    ['prefer_manual', false, 'provider_without_evidence', 'nobody gave evidence'],
    ['prefer_manual', true, 'person_staged', 'a draft switches the provider off'],
    ['prefer_smart_disputes', true, 'provider_or_person', 'the provider goes first'],
    ['smart_disputes', true, 'provider_alone', 'nobody else may'],
    ['a_word_to_come', false, 'unknown', 'never counted on'],
  ])('%s, draft %s → %s: %s', (intendedSubmission, hasEvidence, expected) => {
    const dispute = aDispute({ intendedSubmission, hasEvidence });
    expect(responderOf(dispute)).toBe(expected);
    expect(responderSentence(dispute, now)).toEqual(expect.any(String));
  });

  it.each<[string, Partial<Dispute>]>([
    ['decided', { status: 'won' }],
    ['answered already', { submissionCount: 1 }],
    ['no answer is allowed', { answerAllowed: false, respondBy: null }],
    ['the deadline has passed', { respondBy: new Date(now.getTime() - 1) }],
  ])('nobody is named when %s', (_reason, changed) => {
    expect(responderSentence(aDispute({ intendedSubmission: 'prefer_manual', ...changed }), now)).toBeNull();
  });
});

describe('who has answered', () => {
  it.each<[string, Partial<Dispute>, string | null]>([
    ['a person', { status: 'under_review', submissionMethod: 'manual' }, 'your team'],
    ['the provider', { status: 'lost', submissionMethod: 'smart_disputes' }, 'the provider (Smart Disputes)'],
    ['nobody', { status: 'lost', submissionMethod: 'not_submitted' }, 'nobody'],
    ['it is still due', { submissionMethod: 'not_submitted' }, null],
    ['the provider does not say', { status: 'lost', submissionMethod: null }, null],
    ['a word to come', { status: 'lost', submissionMethod: 'by_carrier' }, 'by_carrier'],
  ])('%s', (_reason, changed, expected) => {
    expect(answeredBy(aDispute(changed), now)).toBe(expected);
  });
});
