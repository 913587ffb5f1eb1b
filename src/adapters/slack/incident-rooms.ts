/**
 * Incident channels in Slack.
 *
 * Invariants: a channel whose making was not heard of is found again and not made twice; what is done already is no error;
 * a refusal is a sentence that says what to change; one that is not known here is tried again, because Slack adds refusals.
 * Source: docs.slack.dev/reference/methods/conversations.create, .invite, .setTopic, .archive, pins.add, files.*.
 */
import type { ConversationsHistoryResponse, WebClient } from '@slack/web-api';
import { OpsError } from '../../kernel/errors.js';
import type { IncidentEntry, IncidentRooms } from '../../ports/incidents.js';
import { callError, callFault, isRefused } from './client.js';
import { patiently } from './patiently.js';

type SlackMessage = NonNullable<ConversationsHistoryResponse['messages']>[number];

/** Of names that are taken by others: then somebody names channels like ours on purpose. */
const namesTried = 5;
const pagesMax = 20;
const pageSize = 200;
const topicMax = 250;
const pushpins = ['pushpin', 'round_pushpin'];
const clockSlackMs = 5 * 60_000;

const words: Readonly<Record<string, string>> = {
  missing_scope: 'the app lacks a permission; install it again from manifest.yml',
  restricted_action: 'the settings of the workspace don’t let apps do this',
  user_is_restricted: 'the settings of the workspace don’t let apps do this',
  no_permission: 'the settings of the workspace don’t let apps do this',
  too_many_convos_for_team: 'the workspace has reached its limit of channels',
  too_many_pins: 'the channel has reached its limit of pins',
  cant_invite: 'one of these people can’t be invited',
  no_external_invite_permission: 'one of these people is from another company',
  user_not_found: 'one of these people isn’t in this workspace',
  not_in_channel: 'the app was removed from the channel',
  is_archived: 'the channel is already archived',
  channel_not_found: 'the channel is gone',
  message_not_found: 'it was deleted',
  invitee_cant_see_channel: 'one of these people can’t see the channel',
  ura_max_channels: 'a guest is in as many channels as guests can be',
  org_user_not_in_team: 'one of these people isn’t in this workspace',
  user_team_not_in_channel: 'one of these people is from another company',
  file_uploads_disabled: 'the settings of the workspace don’t let apps do this',
  storage_limit_reached: 'the workspace has no room for files',
};

const passing = ['unavailable', 'rate_limited'];

function refusal(error: unknown, what: string): OpsError {
  const known = callError(error, `${what}: Slack can’t be reached.`);
  const fault = callFault(error);
  if (passing.includes(known.code) || fault.kind !== 'refused') return known;
  return refused(fault.error, what, error);
}

function refused(word: string, what: string, cause: unknown): OpsError {
  const why = Object.hasOwn(words, word) ? words[word] : undefined;
  return new OpsError(
    why === undefined ? 'unavailable' : 'misconfigured',
    `${what}: ${why ?? `Slack says ${word}`}.`,
    { cause, details: { refusal: word } },
  );
}

/** `done`: answers which say that it is so already. */
async function call(what: string, work: () => Promise<unknown>, done: readonly string[] = []): Promise<void> {
  await work().catch((error: unknown) => {
    if (!isRefused(callFault(error), done)) throw refusal(error, what);
  });
}

/** All of them, also after one that is refused; throws the first refusal. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const refusals: unknown[] = [];
  for (const item of items) await work(item).catch((error: unknown) => refusals.push(error));
  if (refusals.length > 0) throw refusals[0];
}

/** A busy room has more threads than Slack lets anybody read in a minute: what was read is kept while that passes. */
export function createIncidentRooms(
  client: WebClient,
  pause?: (durationMs: number) => Promise<unknown>,
): IncidentRooms {
  const reading: Reading = { client, again: (call) => patiently(call, pause) };
  return {
    create: (name, since) => create(client, name, since),
    invite: (channel, people) => invite(client, channel, people),
    setTopic: (channel, topic) =>
      call('The topic can’t be set', () =>
        client.conversations.setTopic({ channel, topic: topic.slice(0, topicMax) }),
      ),
    pin: (channel, timestamps) =>
      each(timestamps, (timestamp) =>
        call('The card can’t be pinned', () => client.pins.add({ channel, timestamp }), ['already_pinned']),
      ),
    archive: (channel) =>
      call('The channel can’t be archived', () => client.conversations.archive({ channel }), [
        'already_archived',
        'is_archived',
        'channel_not_found',
      ]),
    marked: async (channel) => {
      const messages = await messagesOf(reading, channel);
      for (const { reply_count: replies = 0, ts } of [...messages])
        if (replies > 0 && ts !== undefined) messages.push(...(await repliesOf(reading, channel, ts)));
      return messages
        .filter(isMarked)
        .map(entryOf)
        .sort((a, b) => a.at.getTime() - b.at.getTime());
    },
    hasFile: async (channel, name) =>
      (await messagesOf(reading, channel)).some(({ files = [] }) => files.some((file) => file.name === name)),
    upload: (channel, { name, title, text }) =>
      call('The summary can’t be uploaded', () =>
        client.filesUploadV2({ channel_id: channel, filename: name, title, content: text }),
      ),
    peopleOf: (groups) => peopleOf(client, groups),
  };
}

const present = ['already_in_channel', 'cant_invite_self'];

/** Slack invites whom it can, and says of each of the others why not, in a good answer as in a refusal. */
async function invite(client: WebClient, channel: string, people: readonly string[]): Promise<void> {
  if (people.length === 0) return;
  const what = 'People can’t be invited';
  const { errors = [] } = await client.conversations
    .invite({ channel, users: people.join(','), force: true })
    .catch((error: unknown) => {
      if (isRefused(callFault(error), present)) return { errors: [] };
      throw refusal(error, what);
    });
  const [missing] = errors.filter(({ error = '' }) => !present.includes(error));
  if (missing) throw refused(missing.error ?? 'cant_invite', what, null);
}

async function create(client: WebClient, wanted: string, since: Date): Promise<string> {
  const what = 'The incident channel can’t be created';
  for (let attempt = 1; attempt <= namesTried; attempt++) {
    const name = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    try {
      const { channel } = await client.conversations.create({ name });
      if (channel?.id === undefined)
        throw new OpsError('unavailable', 'Slack did not say which channel it made.');
      return channel.id;
    } catch (error) {
      if (error instanceof OpsError) throw error;
      if (!isRefused(callFault(error), ['name_taken'])) throw refusal(error, what);
      const ours = await ourChannel(client, name, since);
      if (ours !== null) return ours;
    }
  }
  throw new OpsError('misconfigured', `${what}: the names ${wanted} to ${wanted}-${namesTried} are taken.`);
}

/** The channel of this name that we made since; null where it is somebody else’s, or an older one. */
async function ourChannel(client: WebClient, name: string, since: Date): Promise<string | null> {
  const { user_id: ourselves } = await client.auth.test().catch((error: unknown) => {
    throw refusal(error, 'Slack doesn’t say who we are');
  });
  for (let cursor: string | undefined, page = 0; page < pagesMax; page++) {
    const answer = await client.conversations
      .list({ exclude_archived: true, limit: 1000, ...(cursor !== undefined && { cursor }) })
      .catch((error: unknown) => {
        throw refusal(error, 'Channels can’t be listed');
      });
    const found = answer.channels?.find((channel) => channel.name === name);
    if (found) {
      const isOurs =
        found.creator === ourselves && (found.created ?? 0) * 1000 >= since.getTime() - clockSlackMs;
      return isOurs ? (found.id ?? null) : null;
    }
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') return null;
  }
  return null;
}

interface Reading {
  client: WebClient;
  /** Also when Slack’s limit is reached. */
  again: <Value>(call: () => Promise<Value>) => Promise<Value>;
}

interface Page {
  messages?: SlackMessage[];
  response_metadata?: { next_cursor?: string };
}

/** Without the replies in threads. */
const messagesOf = ({ client, again }: Reading, channel: string): Promise<SlackMessage[]> =>
  allPages('The channel can’t be read', (page) =>
    again(() => client.conversations.history({ channel, limit: pageSize, ...page })),
  );

/** Every page of a thread begins with the message that it is about. */
const repliesOf = async ({ client, again }: Reading, channel: string, ts: string): Promise<SlackMessage[]> =>
  (
    await allPages('A thread can’t be read', (page) =>
      again(() => client.conversations.replies({ channel, ts, limit: pageSize, ...page })),
    )
  ).filter((message) => message.ts !== ts);

async function allPages(
  what: string,
  pageAt: (page: { cursor?: string }) => Promise<Page>,
): Promise<SlackMessage[]> {
  const messages: SlackMessage[] = [];
  for (let cursor: string | undefined, page = 0; page < pagesMax; page++) {
    const answer = await pageAt(cursor === undefined ? {} : { cursor }).catch((error: unknown) => {
      throw refusal(error, what);
    });
    messages.push(...(answer.messages ?? []));
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') break;
  }
  return messages;
}

const isMarked = ({ reactions = [] }: SlackMessage): boolean =>
  reactions.some(({ name }) => pushpins.includes(name ?? ''));

const entryOf = ({ ts = '0', user, text = '' }: SlackMessage): IncidentEntry => ({
  source: `message:${ts}`,
  at: new Date(Number(ts) * 1000),
  by: user ?? null,
  text,
});

async function peopleOf(client: WebClient, groups: readonly string[]): Promise<string[]> {
  if (groups.length === 0) return [];
  const { usergroups = [] } = await client.usergroups
    .list({ include_users: true })
    .catch((error: unknown) => {
      throw refusal(error, 'The on-call groups can’t be read');
    });
  return [
    ...new Set(usergroups.filter(({ id = '' }) => groups.includes(id)).flatMap(({ users = [] }) => users)),
  ];
}
