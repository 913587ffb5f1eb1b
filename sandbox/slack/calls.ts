/**
 * The newest Web API calls and answers to a response_url, for the inspector.
 * Invariant: no token, signing secret or ticket of a socket is ever kept. Deliberately absent: uploaded bytes.
 */
import type { Changes } from './changes.js';
import type { Credentials } from './ids.js';
import { asArray, asObject, asString, stringsOf } from './json.js';
import type { JsonObject } from './json.js';
import type { Clock } from './store.js';
import type { ApiCall, Json } from './wire.js';

const kept = 500;
/** A modal of a hundred blocks is shorter; a page of history may be longer. */
const shownMaxCharacters = 50_000;

export interface Calls {
  record(call: {
    method: string;
    ms: number;
    status: number;
    arguments: JsonObject;
    answer: JsonObject;
  }): void;
  log(): readonly ApiCall[];
}

interface Deps {
  credentials: Credentials;
  changes: Changes;
  clock: Clock;
}

/** Slack's `errors` are texts, those of blocks.validate objects with a pointer. */
function findingsOf(answer: JsonObject): string[] {
  const objects = (asArray(answer.errors) ?? []).flatMap((error) => {
    const { pointer, message } = asObject(error) ?? {};
    return message === undefined
      ? []
      : [`${asString(message) ?? ''} [json-pointer:${asString(pointer) ?? ''}]`];
  });
  const texts = stringsOf(answer.errors);
  if (objects.length + texts.length > 0) return [...texts, ...objects];
  return stringsOf(asObject(answer.response_metadata)?.messages);
}

export function createCalls({ credentials, changes, clock }: Deps): Calls {
  const secrets = Object.values(credentials) as string[];
  let calls: ApiCall[] = [];
  let count = 0;

  const shown = (value: JsonObject): Json => {
    const text = secrets
      .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), JSON.stringify(value))
      .replace(/([?&]ticket=)[\w-]+/g, '$1[redacted]');
    return text.length > shownMaxCharacters
      ? { omitted_characters: text.length }
      : (JSON.parse(text) as Json);
  };

  return {
    record({ method, ms, status, answer, ...rest }) {
      const { token: _token, ...given } = rest.arguments;
      const error = asString(answer.error);
      const call: ApiCall = {
        id: (count += 1),
        method,
        at: clock.now().toISOString(),
        ms: Math.round(ms * 10) / 10,
        status,
        ok: answer.ok === true,
        ...(error !== undefined && { error }),
        arguments: shown(given),
        answer: shown(answer),
        findings: findingsOf(answer),
      };
      calls = [...calls.slice(1 - kept), call];
      changes.emit({ type: 'call', call });
    },
    log: () => calls,
  };
}
