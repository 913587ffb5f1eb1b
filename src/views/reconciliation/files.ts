/** The cards of statement files: late ones, and those that could not be used. */
import { isoDay } from '../../kernel/calendar-day.js';
import type { Card } from '../../ports/card.js';
import type { Quarantined } from '../../ports/statement-inbox.js';
import type { LateStatement } from '../../reconciliation/days/deps.js';
import { cardOf, code, context, escape, instant, section } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { dayText } from './words.js';

export function lateCard(late: LateStatement): Card {
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
  return cardOf(text, [
    section(`:hourglass_flowing_sand: *${text}*`),
    section(
      `Nothing of that day is counted as missing until the file is there. Ask for it: \`/remediate request-statement ${partner.id}\` (business day ${isoDay(businessDay)}).`,
    ),
    ...(habit === '' ? [] : [context(habit)]),
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
