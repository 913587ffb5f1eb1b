/**
 * A value that must not be seen: a token, a password, a connection address with a password in it.
 *
 * Invariant: only `reveal()` gives the value; printing, logging, inspecting or serialising a Secret shows a mask.
 */
import { inspect } from 'node:util';

const mask = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
