/**
 * What an app keeps with a message for itself or for other apps.
 * Source: docs.slack.dev/messaging/message-metadata. Deliberately absent: the events about it.
 */
import type { Arguments } from './arguments.js';
import { SlackError } from './errors.js';
import { asArray, asObject } from './json.js';
import type { Json, MessageMetadata } from './wire.js';

/** Slack answers `metadata_too_large` from a size that it does not document; sixteen kilobytes is ours. */
const metadataMaxBytes = 16_384;

/**
 * The argument `metadata`: undefined when absent, null for the empty object that takes it away.
 * @throws SlackError invalid_metadata_format when it is no object, invalid_metadata_schema when it has another shape,
 * metadata_too_large
 */
export function metadataArgument(args: Arguments): MessageMetadata | null | undefined {
  const given = args.json('metadata');
  if (given === undefined) return undefined;
  const metadata = asObject(given);
  if (metadata === undefined) throw new SlackError('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return null;
  const { event_type, event_payload, ...others } = metadata;
  const payload = asObject(event_payload);
  const isKnown = typeof event_type === 'string' && event_type !== '' && Object.keys(others).length === 0;
  if (!isKnown || payload === undefined || !Object.values(payload).every(isValue)) {
    throw new SlackError('invalid_metadata_schema');
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > metadataMaxBytes) {
    throw new SlackError('metadata_too_large');
  }
  return { event_type, event_payload: payload };
}

/** Plain values, flat objects of them, and lists of such objects, as in the types of @slack/types. */
const isValue = (value: Json | undefined): boolean =>
  isPlain(value) || (asArray(value)?.every(isFlat) ?? isFlat(value));

const isPlain = (value: Json | undefined): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const isFlat = (value: Json | undefined): boolean => {
  const object = asObject(value);
  return object !== undefined && Object.values(object).every(isPlain);
};
