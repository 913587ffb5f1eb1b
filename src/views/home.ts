/**
 * A person's own page: what waits for them, what they asked for, and how to look things up.
 *
 * Invariants: what can be approved here is shown here whole, as on its card; buttons are those that the person may use.
 * Slack takes 100 blocks.
 */
import type { HeaderBlock, KnownBlock } from '@slack/types';
import type { CardBlock } from '../ports/card.js';
import type { FreezeStory, Snapshot } from '../remediation/deps.js';
import { context, divider, section } from './blocks.js';
import { freezeBanner } from './remediation-freeze.js';
import { buttonsOf, firstLine, originLine, requestBlocks } from './remediation-card.js';

export interface HomeFacts {
  /** Null while guarded actions are not configured. */
  waiting: { toDecide: readonly Snapshot[]; own: readonly Snapshot[] } | null;
  help: readonly CardBlock[];
  /** The freeze that lasts now. */
  freeze: FreezeStory | null;
}

const mostToDecide = 5;
const mostOwn = 6;

export function homeBlocks({ waiting, help, freeze }: HomeFacts): CardBlock[] {
  return [
    ...freezeBanner(freeze),
    ...(waiting ? waitingBlocks(waiting) : []),
    header('Look things up'),
    ...help,
  ];
}

function waitingBlocks({ toDecide, own }: NonNullable<HomeFacts['waiting']>): KnownBlock[] {
  return [
    header('Waiting for me'),
    ...(toDecide.length === 0 ? [section('Nothing waits for you.')] : []),
    ...toDecide.slice(0, mostToDecide).flatMap((snapshot) => [
      ...requestBlocks(snapshot),
      ...buttonsOf(snapshot, 'approver'),
      context(originLine(snapshot)),
      divider,
    ]),
    ...moreThan(toDecide, mostToDecide),
    ...(own.length === 0 ? [] : [header('I asked for')]),
    ...own.slice(0, mostOwn).flatMap((snapshot) => [
      section(firstLine(snapshot)),
      ...buttonsOf(snapshot, 'requester'),
      context(originLine(snapshot)),
    ]),
    ...moreThan(own, mostOwn),
  ];
} // prettier-ignore

function moreThan(all: readonly Snapshot[], most: number): KnownBlock[] {
  return all.length > most ? [context(`${all.length - most} more: \`/remediate list\``)] : [];
}

const header = (text: string): HeaderBlock => ({ type: 'header', text: { type: 'plain_text', text } });
