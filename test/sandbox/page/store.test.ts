/** The store's reducer, and what one person sees of it: visibility, grouping, threads, unread counts. */
import { describe, expect, it } from 'vitest';
import { applyEvent, storeOf, viewStack, withCalls, type Store } from '../../../sandbox/slack/page/store.js';
import {
  channelRows,
  conversationsOf,
  counterpart,
  directWith,
  threadRows,
  threadSummary,
  unreadCount,
} from '../../../sandbox/slack/page/timeline.js';
import type {
  ApiCall,
  Channel,
  Delivery,
  Message,
  OpenView,
  SandboxEvent,
  User,
} from '../../../sandbox/slack/wire.js';

const message = (ts: string, more: Partial<Message> = {}): Message => ({
  ts,
  channel: 'C1',
  user: 'U1',
  text: `at ${ts}`,
  ...more,
});
const channel = (messages: Message[], more: Partial<Channel> = {}): Channel => ({
  id: 'C1',
  name: 'ops',
  is_private: false,
  is_im: false,
  is_archived: false,
  topic: '',
  purpose: '',
  members: ['U1', 'U2'],
  messages,
  ...more,
});
const view = (id: string, more: Partial<OpenView> = {}): OpenView => ({
  id,
  root_view_id: id,
  previous_view_id: null,
  user: 'U1',
  hash: '1',
  view: { type: 'modal', blocks: [] },
  ...more,
});

function store(...channels: Channel[]): Store {
  return storeOf(
    {
      team: { id: 'T1', name: 'Northwind', domain: 'northwind' },
      bot: { user_id: 'UB', bot_id: 'B1', connection: 'none' },
      users: [],
      groups: [],
      channels,
      views: [],
      homes: {},
      commands: [],
      shortcuts: [],
      scenarios: [],
      services: {
        slack: { apiUrl: '', botToken: '', appToken: '', signingSecret: '' },
        paymentsApi: null,
        booksUrl: null,
        statusPages: {},
        operationsApi: null,
        mail: null,
        inbox: null,
        identity: null,
      },
    },
    [],
  );
}

const ids = (state: Store, person: string): string[] => viewStack(state, person).map((each) => each.id);
const texts = (state: Store): string[] =>
  state.channels.flatMap((each) => each.messages.map((one) => `${one.ts}=${one.text}`));

describe('applyEvent', () => {
  it('inserts messages in order of time, in whichever order they come', () => {
    const events = ['3.0', '1.0', '2.0', '10.0'].map((ts): SandboxEvent => ({
      type: 'message',
      message: message(ts, { text: '' }),
    }));
    expect(texts(events.reduce(applyEvent, store(channel([]))))).toEqual(['1.0=', '2.0=', '3.0=', '10.0=']);
  });

  it('gives the same for an event applied twice, as a reconnect may replay', () => {
    const events: SandboxEvent[] = [
      { type: 'message', message: message('1.0') },
      { type: 'message_changed', message: message('1.0', { text: 'new', edited: { ts: '2.0' } }) },
      { type: 'view', view: view('V1') },
      { type: 'channel', channel: channel([], { id: 'C2' }) },
      { type: 'message_deleted', channel: 'C1', ts: '9.0' },
    ];
    const once = events.reduce(applyEvent, store(channel([])));
    expect(events.slice(1).reduce(applyEvent, once)).toEqual(once);
    expect(texts(once)).toEqual(['1.0=new']);
  });

  it('keeps two people’s ephemeral messages of one moment apart', () => {
    const [a, b] = ['U1', 'U2'].map((ephemeral_to): SandboxEvent => ({
      type: 'message',
      message: message('1.0', { ephemeral_to }),
    }));
    expect(texts([a!, b!].reduce(applyEvent, store(channel([]))))).toHaveLength(2);
  });

  it('removes a deleted message, and only that', () => {
    const before = store(channel([message('1.0'), message('2.0')]));
    expect(texts(applyEvent(before, { type: 'message_deleted', channel: 'C1', ts: '1.0' }))).toEqual([
      '2.0=at 2.0',
    ]);
  });

  it('keeps a channel’s messages when the channel changes', () => {
    const { messages: _, ...renamed } = channel([], { name: 'renamed' });
    const after = applyEvent(store(channel([message('1.0')])), { type: 'channel', channel: renamed });
    expect([after.channels[0]?.name, texts(after)]).toEqual(['renamed', ['1.0=at 1.0']]);
  });

  it('keeps a person’s stack of views in order, and what lies below once its top closes', () => {
    const open = [view('V1'), view('V2', { previous_view_id: 'V1' }), view('V3', { user: 'U2' })].map(
      (each): SandboxEvent => ({ type: 'view', view: each }),
    );
    const stacked = open.reduce(applyEvent, store());
    expect(ids(stacked, 'U1')).toEqual(['V1', 'V2']);
    expect(ids(applyEvent(stacked, { type: 'view_closed', view_id: 'V2' }), 'U1')).toEqual(['V1']);
    expect(ids(stacked, 'U9')).toEqual([]);
  });

  it('replaces a delivery by its acknowledged self, and bounds the list', () => {
    const delivery = (n: number, ack_ms: number | null): SandboxEvent => ({
      type: 'delivery',
      delivery: {
        envelope_id: `e${n}`,
        type: 'events_api',
        transport: 'socket',
        sent_at: '',
        ack_ms,
        retry_attempt: 0,
        payload: {},
      } satisfies Delivery,
    });
    const acked = [delivery(1, null), delivery(1, 12)].reduce(applyEvent, store());
    expect(acked.deliveries.map((each) => each.ack_ms)).toEqual([12]);
    const many = Array.from({ length: 300 }, (_, n) => delivery(n, 1)).reduce(applyEvent, store());
    expect([many.deliveries.length, many.deliveries.at(-1)?.envelope_id]).toEqual([200, 'e299']);
  });

  it('follows the bot, the scenarios and the homes', () => {
    const home = view('VH', { view: { type: 'home', blocks: [] } });
    const scenario = {
      name: 's',
      title: 'S',
      expect: '',
      running: true,
      stoppable: true,
      note: null,
      takes: null,
    };
    const ana = { id: 'U1', name: 'ana', deleted: false } as User;
    const events: SandboxEvent[] = [
      { type: 'bot', connection: 'socket' },
      { type: 'home', view: home },
      { type: 'scenarios', scenarios: [scenario] },
      { type: 'user', user: { ...ana, deleted: true } },
    ];
    const after = events.reduce(applyEvent, { ...store(), users: [ana, { ...ana, id: 'U2' }] });
    expect(after.users.map(({ deleted }) => deleted)).toEqual([true, false]);
    expect([after.bot.connection, after.homes.U1?.id, after.scenarios[0]?.running]).toEqual([
      'socket',
      'VH',
      true,
    ]);
  });
});

describe('timeline', () => {
  const day = 86_400;
  const noon = 20_000 * day + day / 2;
  const at = (seconds: number): string => `${noon + seconds}.000000`;

  it.each([
    ['soon after, same author', message(at(60)), true],
    ['five minutes later', message(at(301)), false],
    ['another author', message(at(60), { user: 'U2' }), false],
    ['an ephemeral after a plain one', message(at(60), { ephemeral_to: 'U1' }), false],
    ['a join notice', message(at(60), { subtype: 'channel_join' }), false],
  ])('groups with the message before: %s → %s', (_reason, next, grouped) => {
    expect(channelRows(channel([message(at(0)), next]), 'U1', 'UTC')[1]?.grouped).toBe(grouped);
  });

  it('opens a day in the reader’s zone, not in UTC', () => {
    const late = [message(`${20_000 * day + day - 60}.0`), message(`${20_001 * day + 60}.0`)];
    const opens = (tz: string): boolean[] => channelRows(channel(late), 'U1', tz).map((row) => row.opensDay);
    expect(opens('UTC')).toEqual([true, true]);
    expect(opens('America/New_York')).toEqual([true, false]);
  });

  it('shows ephemerals to their one person, and replies in their thread only', () => {
    const room = channel([
      message('1.0'),
      message('2.0', { ephemeral_to: 'U1' }),
      message('3.0', { thread_ts: '1.0', user: 'U2' }),
      message('4.0', { thread_ts: '1.0', subtype: 'thread_broadcast' }),
    ]);
    const seen = (person: string): string[] => channelRows(room, person, 'UTC').map((row) => row.message.ts);
    expect([seen('U1'), seen('U2')]).toEqual([
      ['1.0', '2.0', '4.0'],
      ['1.0', '4.0'],
    ]);
    expect(threadRows(room, '1.0', 'U1', 'UTC').map((row) => row.message.ts)).toEqual(['1.0', '3.0', '4.0']);
    expect(threadSummary(room, room.messages[0]!)).toEqual({
      count: 2,
      authors: ['U2', 'U1'],
      lastTs: '4.0',
    });
    expect(threadSummary(room, room.messages[1]!)).toBeNull();
  });

  it('counts as unread what came later, from others, and can be seen', () => {
    const room = channel([
      message('1.0', { user: 'U2' }),
      message('2.0', { user: 'U2' }),
      message('3.0'),
      message('4.0', { user: 'U2', ephemeral_to: 'U3' }),
      message('5.0', { user: 'U2', thread_ts: '1.0' }),
    ]);
    expect(unreadCount(room, 'U1', '1.0')).toBe(1);
  });

  it('lists a person’s own channels by name, and names the other side of a direct one', () => {
    const direct = channel([], { id: 'D1', is_im: true, members: ['U1', 'UB'] });
    const all = [
      channel([], { name: 'b' }),
      channel([], { name: 'a' }),
      channel([], { name: 'old', is_archived: true }),
      channel([], { name: 'other', members: ['U9'] }),
      direct,
    ];
    const { channels, direct: ims } = conversationsOf(all, 'U1');
    expect([channels.map((each) => each.name), ims]).toEqual([['a', 'b'], [direct]]);
    const bot = { id: 'UB' } as never;
    expect([counterpart(direct, 'U1', [bot]), counterpart(all[0]!, 'U1', [bot])]).toEqual([bot, null]);
  });
});

describe('calls of the bot', () => {
  const call = (id: number, error?: string): ApiCall => ({
    id,
    method: 'chat.postMessage',
    at: '2026-11-20T10:00:00.000Z',
    ms: 1,
    status: 200,
    ok: error === undefined,
    ...(error !== undefined && { error }),
    arguments: {},
    answer: {},
    findings: [],
  });

  it('come once each and in order, whether loaded or told', () => {
    const all = withCalls([call(3), call(1)], [call(2), call(3)]);
    expect(all.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('are kept as they arrive, and the oldest are forgotten first', () => {
    let state = store();
    for (let id = 1; id <= 201; id++) state = applyEvent(state, { type: 'call', call: call(id) });
    expect(state.calls).toHaveLength(200);
    expect(state.calls[0]?.id).toBe(2);
  });
});

describe('a direct conversation', () => {
  const person = (id: string, name: string): User => ({
    id,
    name,
    real_name: name,
    title: '',
    email: '',
    tz: 'UTC',
    is_bot: false,
    is_restricted: false,
    deleted: false,
    color: '#000000',
  });
  const [ana, ben] = [person('U1', 'ana'), person('U2', 'ben')];

  it('is the existing one for both people', () => {
    const existing = channel([], { id: 'D1', is_im: true });
    expect(directWith([channel([]), existing], ana, ben)).toBe(existing);
    expect(directWith([existing], ben, ana)).toBe(existing);
  });

  it('else one under the name of the other, so that the first message in it begins it', () => {
    const group = channel([], { id: 'D2', is_im: true, members: ['U1', 'U2', 'U3'] });
    expect(directWith([group], ana, ben)).toMatchObject({ id: '@ben', is_im: true, members: ['U1', 'U2'] });
  });
});
