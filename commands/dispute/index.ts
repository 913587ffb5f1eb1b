/**
 * `/dispute`: which disputes need a response, how long is left for this one, who has it, and how do they end?
 */
import type { Card } from '../../src/ports/card.js';
import type { ActionRequest, Command } from '../../src/ports/command.js';
import { disputeIds } from '../../src/views/disputes/ownership.js';
import { openIds, pageIds } from '../../src/views/disputes/queue.js';
import { mention } from '../../src/views/kit/blocks.js';
import { lookUpIds } from '../../src/views/kit/look-ups.js';
import { requireLookups, requireMember } from '../door.js';
import { refuseNearMiss } from '../../src/kernel/nearest.js';
import { connected, requireDisputeId, type DisputeDeps } from './deps.js';
import { askedCard, oneCard } from './one.js';
import { queueCard, queuePage } from './queue.js';
import { monthCard } from './stats.js';

export type { DisputeDeps } from './deps.js';

type Shown = (value: string, readerId: string, desk: DisputeDeps) => Promise<Card>;

/** A click that reads. */
const showing =
  (card: Shown) =>
  async ({ value, answer, person }: ActionRequest, desk: DisputeDeps): Promise<void> => {
    await requireLookups(desk, person.userId, 'Disputes');
    await answer.privately(await card(value, person.userId, desk));
  };

/** A click that decides who has a dispute. Guests may look and not decide. */
const deciding =
  (decide: (value: string, personId: string, desk: DisputeDeps) => Promise<Card>) =>
  async ({ value, answer, person }: ActionRequest, desk: DisputeDeps): Promise<void> => {
    await requireMember(desk, person.userId, 'Dispute assignments');
    await answer.privately(await decide(value, person.userId, desk));
  };

export const disputeCommand: Command<DisputeDeps> = {
  name: '/dispute',
  summary: 'See which disputes need a response, and by when',
  usageHint: '[dp_… | pi_… | due 24h | stats 2026-11]',
  examples: [
    { text: '/dispute', does: 'disputes that need a response, nearest deadline first' },
    {
      text: '/dispute due 3d',
      does: 'only those due within that time: `24h`, `3d`, `tomorrow`; `overdue` for missed ones',
    },
    { text: '/dispute dp_1Q…', does: 'one dispute: deadline, stakes, reason, who answers, evidence, owner' },
    { text: '/dispute pi_3Q…', does: 'the disputes of one payment' },
    { text: '/dispute stats 2026-11', does: 'a month: win rate, reasons, network programmes' },
  ],
  reads: () => true,
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, 'Disputes');
    return answer.privately(await cardFor(text.trim(), person.userId, desk));
  },
  actions: {
    [lookUpIds.dispute]: showing(oneCard),
    ...Object.fromEntries(openIds.map((id) => [id, showing(oneCard)])),
    ...Object.fromEntries(Object.values(pageIds).map((id) => [id, showing(queuePage)])),
    [disputeIds.take]: deciding(taken),
    [disputeIds.release]: deciding(released),
  },
};

async function cardFor(text: string, readerId: string, desk: DisputeDeps): Promise<Card> {
  const found = /^(?:(due|overdue|stats)(?:\s+([^]*))?)?$/i.exec(text);
  if (found === null) {
    if (/^[a-z]+$/i.test(text)) refuseNearMiss('/dispute', text, ['due', 'overdue', 'stats', 'help']);
    return askedCard(text, readerId, desk);
  }
  const [, word = 'due', rest = ''] = found;
  const verb = word.toLowerCase();
  if (verb === 'stats') return monthCard(rest, desk);
  return queueCard(verb === 'due' ? 'open' : 'missed', rest, readerId, desk);
}

/** `du_1`, or `du_1 U1BO` where the card showed somebody. */
async function taken(value: string, personId: string, desk: DisputeDeps): Promise<Card> {
  const [, ownerId = null] = / ([UW][A-Z0-9]{2,20})$/.exec(value) ?? [];
  const { disputes } = connected(desk);
  const { dispute, fromId } = await disputes.take(requireDisputeId(value), personId, ownerId);
  const note = fromId === null ? 'You own it now.' : `You took it over from ${mention(fromId)}.`;
  return oneCard(dispute.id, personId, desk, note);
}

async function released(value: string, personId: string, desk: DisputeDeps): Promise<Card> {
  const { id } = await connected(desk).disputes.release(requireDisputeId(value), personId);
  return oneCard(id, personId, desk, 'You released it. It has no owner now.');
}
