/**
 * What a person reads of the payments that they watch: that it began, the one message that ends it, and their list in Home.
 */
import type { Button, KnownBlock } from '@slack/types';
import type { Hop, HopKind } from '../../payments/hops.js';
import type { WatchNews } from '../../payments/watch.js';
import type { Card } from '../../ports/card.js';
import type { Watch } from '../../ports/watches.js';
import { actions, button, cardOf, code, context, instant, section } from '../kit/blocks.js';
import { lookUpButton } from '../kit/look-ups.js';
import { awaited, done, sentence } from './headline.js';

export const watchIds = { start: 'payment_watch', stop: 'watch_stop' } as const;

export const watchButton = (paymentId: string): Button | null =>
  button({
    actionId: watchIds.start,
    text: 'Watch',
    value: paymentId,
    label: `Watch ${paymentId}: send me a direct message when the next step arrives or is overdue`,
  });

const stopButton = ({ id, paymentId }: Watch): Button | null =>
  button({ actionId: watchIds.stop, text: 'Stop watching', value: id, label: `Stop watching ${paymentId}` });

const stepOf = (kind: string): string => awaited[kind as HopKind];

export function watchStartedCard(watch: Watch, hop: Hop): Card {
  const what = hop.state === 'overdue' ? 'arrives' : 'arrives or is overdue';
  const text = `Watching ${code(watch.paymentId)}: you get one direct message when its next step (${stepOf(watch.hop)}) ${what}.`;
  return cardOf(text, [section(`:eyes: ${text}`), ...actions(stopButton(watch))]);
}

export const alreadyWatchedCard = (paymentId: string): Card => {
  const text = `You already watch ${code(paymentId)}. Your watches are in App Home.`;
  return cardOf(text, [section(text)]);
};

export const watchStoppedCard = ({ paymentId }: Watch): Card => {
  const text = `Stopped watching ${code(paymentId)}.`;
  return cardOf(text, [section(text)]);
};

const marks = { arrived: ':white_check_mark:', overdue: ':warning:', ended: ':x:' } as const;

/** The one direct message. */
export function watchNewsCard(watch: Watch, { state, trace }: WatchNews): Card {
  const step = stepOf(watch.hop);
  const words = {
    arrived: `${done[watch.hop as HopKind]}: ${code(watch.paymentId)}`,
    overdue: `The ${step} of ${code(watch.paymentId)} is overdue`,
    ended: `The ${step} of ${code(watch.paymentId)} did not happen`,
  };
  const text = words[state];
  return cardOf(text, [
    section(`${marks[state]} *${text}*`),
    ...(trace === null ? [] : [section(sentence(trace, trace.asOf, instant))]),
    ...actions(lookUpButton('payment', watch.paymentId)),
    context(`You watched this payment from ${instant(watch.startedAt)}. The watch is over.`),
  ]);
}

const mostShown = 8;

export const watchBlocks = (watches: readonly Watch[]): KnownBlock[] => [
  ...watches
    .slice(0, mostShown)
    .map((watch) =>
      section(
        `${code(watch.paymentId)}: awaiting ${stepOf(watch.hop)}, watched since ${instant(watch.startedAt)}`,
        stopButton(watch),
      ),
    ),
  ...(watches.length > mostShown ? [context(`${watches.length - mostShown} more`)] : []),
];
