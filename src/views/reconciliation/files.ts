/** The cards of statement files: late ones, and those that could not be used. */
import { isoDay } from '../../kernel/calendar-day.js';
import type { Card } from '../../ports/card.js';
import type { Quarantined } from '../../ports/statement-inbox.js';
import type { LateStatement } from '../../reconciliation/days/deps.js';
import type { PlaceNews } from '../../reconciliation/intake/places.js';
import { actions, cardOf, code, context, escape, instant, section, wording } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { startButtons, type Startable } from '../remediation/start.js';
import { dayText } from './words.js';

/** `startable`: the actions that the desk has. */
export function lateCard(late: LateStatement, startable: readonly Startable[]): Card {
  const { partner, businessDay, dueAt, arrivedAt, usually, learnedFrom, timeZone } = late;
  const what = `${escape(partner.name)}’s statement for ${dayText(businessDay)}`;
  const habit = joined(
    usually === null ? null : `It usually comes around ${usually} (${escape(timeZone)})`,
    learnedFrom === null ? null : `learned from ${learnedFrom} arrivals`,
  );
  if (arrivedAt !== null) {
    const text = `${what} has arrived, ${instant(arrivedAt)}`;
    return cardOf(text, [section(`:white_check_mark: *${text}*`), context(`It was due ${instant(dueAt)}.`)]);
  }
  const text = `${what} is late: it was due ${instant(dueAt)}`;
  const missing = {
    kind: 'statement' as const,
    partner: partner.id,
    businessDay: isoDay(businessDay),
    now: dueAt,
  };
  return cardOf(text, [
    section(`:hourglass_flowing_sand: *${text}*`),
    section('Until the file arrives, nothing from that day counts as missing.'),
    ...(habit === '' ? [] : [context(habit)]),
    ...actions(...startButtons(missing, startable)),
  ]);
}

export function quarantineCard({ name, why, partner, sha256, at }: Quarantined): Card {
  const text = `A statement file was set aside: ${code(name)}`;
  return cardOf(text, [
    section(`:no_entry: *${text}*`),
    section(escape(why, 600)),
    context(
      joined(
        partner === null ? null : `Partner: ${escape(partner)}`,
        sha256 === null ? 'not read' : `kept under SHA-256 ${sha256.slice(0, 12)}…`,
        instant(at),
      ),
    ),
  ]);
}

export function placeCard({ place, since, why, overAt }: PlaceNews): Card {
  if (overAt !== null) {
    const text = `Statements from ${code(place)} can be read again since ${instant(overAt)}`;
    return cardOf(text, [
      section(`:white_check_mark: *${text}*`),
      context(`They could not be read from ${instant(since)}.`),
    ]);
  }
  const text = `Statements from ${code(place)} can’t be read`;
  return cardOf(text, [
    section(`:electric_plug: *${text}*`),
    section(wording(why, 600)),
    context(joined(`Since ${instant(since)}`, 'other places are not affected', code('paydesk doctor'))),
  ]);
}
