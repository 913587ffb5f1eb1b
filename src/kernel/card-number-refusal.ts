/**
 * What a person reads who gave a card number: one sentence, wherever it was given.
 *
 * Invariant: nothing of what was given is repeated.
 */
import { OpsError } from './errors.js';
import { containsCardNumber } from './sensitive.js';

export const cardNumberRefusal = {
  message: 'This looks like a card number, so it was not read, searched or stored.',
  hint: 'Delete it where you pasted it, and give at most its last four digits. A reference of 13 to 19 digits can look like a card number by chance; use another reference then.',
};

/** The same beside an input of a form, where everything else that was typed stays. */
export const cardNumberFault =
  'This looks like a card number, so it was not stored. Give the last four digits instead.';

/** Throws `invalid`. */
export function refuseCardNumber(text: string): void {
  if (!containsCardNumber(text)) return;
  throw new OpsError('invalid', cardNumberRefusal.message, { hint: cardNumberRefusal.hint });
}

/** The fields of a form that hold a card number, or a part of one that goes on in a later field. */
export function fieldsWithCardNumber(values: Readonly<Record<string, string>>): string[] {
  const filled = Object.entries(values).map(([field, value]) => [field, value.trim()] as const);
  const alone = filled.filter(([, value]) => containsCardNumber(value));
  const halves = filled.flatMap((one, place) =>
    filled.slice(place + 1).flatMap((other) => (areHalves(one[1], other[1]) ? [one, other] : [])),
  );
  const found = alone.length > 0 ? alone : halves.length > 0 ? halves : groupsOf(filled);
  return [...new Set(found.map(([field]) => field))];
}

/** A form's own numbers (a time in seconds, minutes, an amount) end up beside each other too, and make a card number by chance. */
const areHalves = (first: string, second: string): boolean => {
  const [end, start] = [/\p{N}[\p{N} -]*$/u.exec(first), /^[\p{N} -]*\p{N}/u.exec(second)];
  if (end === null || start === null || isInstant(first) || isInstant(second)) return false;
  const digits = [end[0], start[0]].map((half) => half.replace(/\P{N}/gu, '').length);
  return Math.min(...digits) >= fewestInHalf && containsCardNumber(`${end[0]} ${start[0]}`);
};

const fewestInHalf = 4;
/** Unix seconds, as Slack gives a chosen time. */
const isInstant = (value: string): boolean => /^1\d{9}$/.test(value);

/** Fields that hold the groups of a card as it is printed, and nothing else. */
function groupsOf(filled: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const groups = filled.filter(([, value]) => /^\p{N}{4,6}$/u.test(value));
  const printed = groups.map(([, value]) => value).join(' ');
  return printedGroups.test(printed) && containsCardNumber(printed) ? groups : [];
}

const printedGroups = /^\p{N}{4} (\p{N}{4} \p{N}{4} \p{N}{4,6}|\p{N}{6} \p{N}{4,5})$/u;
