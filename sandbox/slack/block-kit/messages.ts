/**
 * The validator's findings in the words of Slack's Web API: `errors` and `response_metadata.messages`, each with its
 * JSON pointer.
 */
import type { JsonObject } from '../json.js';

export function errorMessages(errors: readonly { pointer: string; message: string }[]): JsonObject {
  const texts = errors.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
  return { errors: texts, response_metadata: { messages: texts.map((text) => `[ERROR] ${text}`) } };
}
