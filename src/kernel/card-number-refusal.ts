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

const areHalves = (first: string, second: string): boolean => {
  const [end, start] = [/\p{N}[\p{N} -]*$/u.exec(first), /^[\p{N} -]*\p{N}/u.exec(second)];
  return end !== null && start !== null && containsCardNumber(`${end[0]} ${start[0]}`);
};

/** Fields of a few digits each that make one number in their order. */
function groupsOf(filled: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const groups = filled.filter(([, value]) => /^[\p{N} -]+$/u.test(value));
  return containsCardNumber(groups.map(([, value]) => value).join(' ')) ? groups : [];
}
