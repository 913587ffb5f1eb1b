/**
 * Who has a dispute, and the buttons that change it.
 *
 * Invariant: taking over names in its value whom the card showed, so that a stale card takes nothing from somebody else.
 */
import type { Button } from '@slack/types';
import { button, mention } from '../kit/blocks.js';

export const disputeIds = { take: 'dispute_take', release: 'dispute_release' } as const;

/** `du_1`, and after a blank its owner as the card shows. */
export const ownershipValue = (id: string, ownerId: string | null): string =>
  ownerId === null ? id : `${id} ${ownerId}`;

export interface Ownership {
  id: string;
  ownerId: string | null;
  isAwaited: boolean;
  /** Who reads the card; null where everybody does. */
  readerId: string | null;
}

/** What the reader can do about who has it, while an answer is awaited. */
export function ownershipButtons({ id, ownerId, isAwaited, readerId }: Ownership): (Button | null)[] {
  if (!isAwaited) return [];
  const value = ownershipValue(id, ownerId);
  const text = ownerId === null ? 'Take' : 'Take over';
  const isOwn = ownerId !== null && ownerId === readerId;
  const mayRelease = isOwn || (ownerId !== null && readerId === null);
  return [
    isOwn ? null : button({ actionId: disputeIds.take, text, value, label: `${text} ${id}` }),
    mayRelease
      ? button({ actionId: disputeIds.release, text: 'Release', value: id, label: `Release ${id}` })
      : null,
  ];
}

export const ownerLine = (ownerId: string | null): string =>
  ownerId === null ? '*Owner:* none yet' : `*Owner:* ${mention(ownerId)}`;
