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
