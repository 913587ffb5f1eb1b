/** When a dispute waits for an answer, whether one can be given, and whether money is away: a row for every state. */
import { describe, expect, it } from 'vitest';
import {
  answerTo,
  canBeAnswered,
  isInquiry,
  tookTheMoneyBack,
  type Answer,
} from '../../src/nouns/dispute.js';
import type { Dispute } from '../../src/ports/payments-api.js';
import { aDispute, at, now } from '../support/payment-objects.js';

const due: Answer = { kind: 'due', by: at('11-22T12:00') };
const past = at('11-20T09:00');

it.each<[why: string, dispute: Partial<Dispute>, answer: Answer, canAnswer: boolean]>([
  ['it is due', {}, due, true],
  ['an inquiry is answered as a dispute is', { status: 'warning_needs_response' }, due, true],
  ['an appeal is due, and takes other evidence', { status: 'appeal_needs_response' }, due, false],
  ['evidence was handed in once', { submissionCount: 1 }, due, false],
  ['the day is past', { respondBy: past }, { kind: 'late', by: past }, false],
  ['no date, and not past it', { respondBy: null }, { kind: 'no_date' }, true],
  ['no date, and past it', { respondBy: null, pastDue: true }, { kind: 'late', by: null }, false],
  ['none is heard', { respondBy: null, answerAllowed: false }, { kind: 'not_allowed' }, false],
  ['it was answered', { status: 'under_review' }, { kind: 'none' }, false],
  ['an inquiry was answered', { status: 'warning_under_review' }, { kind: 'none' }, false],
  ['it was won', { status: 'won' }, { kind: 'none' }, false],
  ['it was lost', { status: 'lost' }, { kind: 'none' }, false],
  ['it was prevented', { status: 'prevented' }, { kind: 'none' }, false],
  ['a word to come, with a day to come', { status: 'brand_new' }, due, false],
  ['a word to come, with a day past', { status: 'brand_new', respondBy: past }, { kind: 'none' }, false],
  ['a word to come, without a day', { status: 'brand_new', respondBy: null }, { kind: 'none' }, false],
])('%s', (_why, changed, answer, canAnswer) => {
  const dispute = aDispute(changed);
  expect(answerTo(dispute, now)).toEqual(answer);
  expect(canBeAnswered(dispute, now)).toBe(canAnswer);
});

describe('the money', () => {
  it.each<[string, isInquiry: boolean, isGone: boolean]>([
    ['needs_response', false, false],
    ['under_review', false, false],
    ['lost', false, true],
    ['appeal_lost', false, true],
    ['won', false, false],
    ['warning_needs_response', true, false],
    ['warning_closed', true, false],
    ['warning_lost', true, false],
  ])('of one that is %s', (status, inquiry, gone) => {
    expect([isInquiry({ status }), tookTheMoneyBack({ status })]).toEqual([inquiry, gone]);
  });
});
