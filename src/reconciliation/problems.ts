/** A place in a file that could not be read, and why. Reading goes on behind it, and the row is counted. */
export interface Problem {
  type: 'problem';
  /** The physical line, from 1. */
  line: number;
  field?: string;
  /** For programs, in snake case. */
  code: string;
  /** For people: what is there and what was expected. */
  message: string;
}

export function problem(line: number, code: string, message: string, field?: string): Problem {
  return field === undefined
    ? { type: 'problem', line, code, message }
    : { type: 'problem', line, field, code, message };
}

/** Foreign text inside a message: short, and without line breaks. */
export const quoted = (text: string): string =>
  `“${text.slice(0, 60).replace(/[\r\n\t\0]+/g, ' ')}${text.length > 60 ? '…' : ''}”`;

/** What a file consists of, or a problem where it has nothing: a statement of a day without rows says at least that. */
export function* orNoStatement<Item>(items: Iterable<Item>): Generator<Item | Problem, void, undefined> {
  let isEmpty = true;
  for (const item of items) {
    isEmpty = false;
    yield item;
  }
  if (isEmpty) yield problem(1, 'no_statement', 'the file has no statement');
}
