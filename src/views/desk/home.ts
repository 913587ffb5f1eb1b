/**
 * A person's own page: the decisions that they owe, their own requests, and how to look things up.
 *
 * Invariants: what can be approved here is shown here whole, as on its card; buttons are those that the person may use.
 * Slack takes 100 blocks.
 */
import type { KnownBlock } from '@slack/types';
import type { Part } from '../../kernel/part.js';
import type { CardBlock } from '../../ports/card.js';
import type { FreezeStory, Snapshot } from '../../remediation/life/deps.js';
import { context, divider, escape, section } from '../kit/blocks.js';
import { freezeBanner } from '../remediation/freeze.js';
import { noLinks, type Links } from '../kit/links.js';
import { dayBlocks, header, type HomeDay } from './home-day.js';
import { buttonsOf } from '../remediation/buttons.js';
import { firstLine, originLine, requestBlocks } from '../remediation/card.js';

export interface HomeFacts {
  /** Null while guarded actions are not configured. */
  waiting: Part<Waiting>;
  /** Null for people who see the help alone. */
  day: HomeDay | null;
  help: readonly CardBlock[];
  /** The freeze that lasts now. */
  freeze: FreezeStory | null;
  links?: Links;
  /** Plain text as this person reads it: instants in their own zone. */
  write?: (text: string) => string;
}

const mostToDecide = 5;
const mostOwn = 6;

export function homeBlocks({ waiting, day, help, freeze, links = noLinks, write }: HomeFacts): CardBlock[] {
  return [
    ...freezeBanner(freeze),
    ...waitingPart(waiting, links, write),
    ...(day === null ? [] : dayBlocks(day)),
    header('Look things up'),
    ...help,
  ];
}

function waitingPart(waiting: HomeFacts['waiting'], links: Links, write: HomeFacts['write']): KnownBlock[] {
  if (waiting === null) return [];
  if ('value' in waiting) return waitingBlocks(waiting.value, links, write);
  return [header('Needs my decision'), section(`:grey_question: Unknown: ${escape(waiting.unknown)}`)];
}

interface Waiting {
  toDecide: readonly Snapshot[];
  own: readonly Snapshot[];
}

function waitingBlocks({ toDecide, own }: Waiting, links: Links, write: HomeFacts['write']): KnownBlock[] {
  return [
    header('Needs my decision'),
    ...(toDecide.length === 0 ? [section('Nothing needs your decision.')] : []),
    ...toDecide
      .slice(0, mostToDecide)
      .flatMap((snapshot) => [
        ...requestBlocks(snapshot),
        ...buttonsOf(snapshot, 'approver', write),
        context(originLine(snapshot, links)),
        divider,
      ]),
    ...moreThan(toDecide, mostToDecide),
    ...(own.length === 0 ? [] : [header('My requests')]),
    ...own
      .slice(0, mostOwn)
      .flatMap((snapshot) => [
        section(firstLine(snapshot)),
        ...buttonsOf(snapshot, 'requester'),
        context(originLine(snapshot, links)),
      ]),
    ...moreThan(own, mostOwn),
  ];
}

function moreThan(all: readonly Snapshot[], most: number): KnownBlock[] {
  return all.length > most ? [context(`${all.length - most} more: \`/remediate list\``)] : [];
}
