/** Refusals of the operations API, as problems (RFC 9457) with a `code` for programs. A 4xx promises that nothing was done. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
  }

  toBody(): object {
    return {
      title: this.code.replaceAll('_', ' '),
      status: this.status,
      detail: this.message,
      code: this.code,
    };
  }
}

export const notFound = (what: string): Problem => new Problem(404, 'not_found', `There is no ${what}.`);
export const invalid = (detail: string): Problem => new Problem(400, 'invalid', detail);

/** A text of the body that must be there. */
export function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 1_000) return value;
  throw invalid(`${name} must be a text of 1 to 1,000 characters`);
}
