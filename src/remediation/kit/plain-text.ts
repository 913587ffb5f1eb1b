/**
 * Text that leaves the house, to the platform or in a letter: what is typed, shown, approved and sent is the same.
 *
 * Invariants: no card number leaves, even when invisible characters separate its digits; nothing that hides, or shows the
 * text in another order than it is written; line breaks are line feeds.
 * Marks that only set a direction stay, because right-to-left scripts need them.
 */
import { fail, ok, type Result } from '../../kernel/result.js';
import { containsCardNumber } from '../../kernel/sensitive.js';
import type { Field } from './action.js';
import { textField } from './fields.js';

export const plainTextField = (label: string, most: number, hint?: string): Field<string> => {
  const field = textField(label, most, hint);
  return {
    ...field,
    parse: (typed) => {
      const read = field.parse(typed.replace(/\r\n?|[\u2028\u2029]/g, '\n'));
      return read.ok ? plain(read.value) : read;
    },
  };
};

/** Without line breaks and tabs. */
export const plainLineField = (label: string, most: number, hint?: string): Field<string> => {
  const field = textField(label, most, hint);
  return {
    ...field,
    parse: (typed) => {
      if (/[\n\r\t\u2028\u2029]/.test(typed)) return fail('Use a single line, without tabs.');
      const read = field.parse(typed);
      return read.ok ? plain(read.value) : read;
    },
  };
};

/** Embeddings, overrides and isolates: they show a text in another order than it is written. */
const reordering = /[\u202a-\u202e\u2066-\u2069]/;
/** Soft hyphens, blanks without width, marks, tags. */
const unseen = /\p{Cf}/gu;

function plain(text: string): Result<string, string> {
  if (/[^\P{Cc}\n\t]/u.test(text)) return fail('Remove the control characters: they are invisible.');
  if (reordering.test(text))
    return fail('Remove the characters that reorder text: it would read differently from how it is written.');
  const seen = text.replace(unseen, '');
  if (containsCardNumber(text) || containsCardNumber(seen))
    return fail('Remove the card number: give at most its last four digits.');
  return ok(text);
}
