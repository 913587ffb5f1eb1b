/**
 * The live card of an alert that a partner raised about its own service.
 */
import { formatDuration } from '../../kernel/duration.js';
import type { Card } from '../../ports/card.js';
import type { PartnerSignal } from '../../ports/provider-events.js';
import { actions, cardOf, context, escape, instant, section, sections } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';

export const signalCardOf = ({ id }: PartnerSignal): string => `partner-signal:${id}`;

/** “Northpay reports api error: …”. */
const signalSentence = (signal: PartnerSignal, name: string): string =>
  `${escape(name)} ${signal.resolvedAt === null ? 'reports' : 'has recovered from'} ${escape(signal.type.replaceAll('_', ' '))}`;

/** For the partner's own card. */
export const signalLine = (signal: PartnerSignal, name: string): string =>
  joined(
    `:large_orange_circle: *${signalSentence(signal, name)}*`,
    escape(signal.summary),
    signal.startedAt === null ? null : `since ${instant(signal.startedAt)}`,
  );

export function signalCard(signal: PartnerSignal, name: string): Card {
  const { partner, summary, severity, startedAt, resolvedAt, id } = signal;
  const title = signalSentence(signal, name);
  const lasted =
    startedAt !== null && resolvedAt !== null
      ? `lasted ${formatDuration(resolvedAt.getTime() - startedAt.getTime())}`
      : null;
  return cardOf(title, [
    section(`${resolvedAt === null ? ':large_orange_circle:' : ':white_check_mark:'} *${title}*`),
    ...sections(escape(summary, 500).trim() === '' ? [] : [escape(summary, 500)]),
    ...actions(lookUpButton('partner', partner)),
    context(
      joined(
        startedAt === null ? null : `since ${instant(startedAt)}`,
        lasted,
        severity === null ? null : escape(severity.replaceAll('_', ' ')),
        `alert ${escape(id)}`,
      ),
    ),
  ]);
}
