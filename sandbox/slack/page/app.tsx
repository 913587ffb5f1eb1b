/**
 * The desk: rail, sidebar, the open conversation, a side panel, and what lies above them: modal, confirm, toasts.
 * Invariant: everything is drawn for one person; switching the person changes what is visible and nothing else.
 */
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Channel, User } from '../wire.js';
import type { Api } from './api.js';
import { ChannelView } from './channel.js';
import { ConfirmDialog, useConfirm } from './confirm.js';
import { DeskContext, useDesk, type PageContext, type Draft } from './desk.js';
import { Inspector } from './inspector.js';
import {
  rememberedMarks,
  rememberedPerson,
  rememberMarks,
  rememberPerson,
  type ReadMarks,
} from './memory.js';
import { Modal } from './modal.js';
import { Rail, type Panel } from './rail.js';
import { Scenarios } from './scenarios.js';
import { Sidebar } from './sidebar.js';
import { viewStack, type Store } from './store.js';
import { Thread } from './thread.js';
import { conversationsOf, directWith, isVisible, unreadCount } from './timeline.js';
import { Toasts, useToasts } from './toasts.js';
import type { Route } from './route.js';

interface AppProps {
  store: Store;
  api: Api;
  route: Route;
  go: (change: Partial<Route>) => void;
  nowMs: number;
  lost: boolean;
}

export function App({ store, api, route, go, nowMs, lost }: AppProps): VNode {
  const [panel, setPanel] = useState<Panel>(null);
  const [drawer, setDrawer] = useState(false);
  const [draft, setDraft] = useState<Draft | null>(null);
  const toasts = useToasts();
  const confirm = useConfirm();
  const person = personOf(store, route);
  const channel = channelOf(store, route, person);
  const unread = useUnread(store, person, channel);
  useAddress({ store, route, go }, person, channel);
  const move = (change: Partial<Route>): void => {
    setDrawer(false);
    if (change.thread !== undefined && change.thread !== null) setPanel(null);
    go({ person: person.name, ...change });
  };
  const write = (line: string): void => {
    setDraft({ line, count: (draft?.count ?? 0) + 1 });
    if (route.tab === 'home') go({ tab: 'messages' });
  };
  const openPanel = (next: Panel): void => {
    setDrawer(false);
    setPanel(next);
    if (next !== null && route.thread !== null) go({ thread: null });
  };
  const desk: PageContext = {
    ...{ store, person, route, nowMs, draft, api, write },
    go: move,
    toast: toasts.say,
    ask: confirm.ask,
  };
  const stack = viewStack(store, person.id);
  return (
    <DeskContext.Provider value={desk}>
      <div
        class={drawer ? 'desk drawer-open' : 'desk'}
        onKeyDown={(event) => event.key === 'Escape' && setDrawer(false)}
      >
        <Rail panel={panel} onPanel={openPanel} />
        <Sidebar current={channel} unread={unread} />
        {drawer && (
          <button
            type="button"
            class="shade"
            aria-label="Close the sidebar"
            onClick={() => setDrawer(false)}
          />
        )}
        <main class="stage">
          <Banners connection={store.bot.connection} lost={lost} />
          {channel === null ? (
            <p class="empty-stage">This person is in no channel.</p>
          ) : (
            <ChannelView
              key={`${channel.id}/${person.id}`}
              channel={channel}
              onMenu={() => setDrawer(true)}
            />
          )}
        </main>
        <Side panel={panel} channel={channel} onClose={() => setPanel(null)} />
      </div>
      {stack.length > 0 && <Modal key={stack[0]?.root_view_id} stack={stack} />}
      {confirm.open !== null && <ConfirmDialog key={confirm.open.key} question={confirm.open} />}
      <Toasts toasts={toasts} />
    </DeskContext.Provider>
  );
}

/** What stands at the right: a panel, or else the open thread. */
function Side({
  panel,
  channel,
  onClose,
}: {
  panel: Panel;
  channel: Channel | null;
  onClose: () => void;
}): VNode | null {
  const { route, person } = useDesk();
  if (panel === 'scenarios') return <Scenarios onClose={onClose} />;
  if (panel === 'inspector') return <Inspector onClose={onClose} />;
  if (route.thread === null || channel === null) return null;
  return <Thread key={`${route.thread}/${person.id}`} channel={channel} threadTs={route.thread} />;
}

function Banners({ connection, lost }: { connection: string; lost: boolean }): VNode {
  return (
    <div role="status" class="banners">
      {lost && <p class="banner lost">Connection to the sandbox lost. Trying to reconnect…</p>}
      {!lost && connection === 'none' && (
        <p class="banner">
          Paydesk is not connected. Commands and buttons will fail with “operation_timeout” until it is.
        </p>
      )}
    </div>
  );
}

/** The window's title, the remembered person, and an address that names where one is. */
function useAddress(
  { store, route, go }: Pick<AppProps, 'store' | 'route' | 'go'>,
  person: User,
  channel: Channel | null,
): void {
  useEffect(() => {
    rememberPerson(person.name);
    document.title = `${channel?.is_im === false ? channel.name : 'Paydesk'} - ${store.team.name}`;
  }, [person.name, channel?.name, store.team.name]);
  useEffect(() => {
    if (route.channel === '' && channel !== null) go({ person: person.name, channel: channel.name });
  }, [route.channel, channel?.name, person.name]);
}

function personOf(store: Store, route: Route): User {
  const people = store.users.filter((user) => !user.is_bot && !user.deleted);
  const wanted = [route.person, rememberedPerson()];
  const named = wanted
    .map((name) => people.find((user) => user.name === name || user.id === name))
    .find(Boolean);
  const first = named ?? people[0] ?? store.users[0];
  if (first === undefined) throw new Error('The workspace has no people.');
  return first;
}

function channelOf(store: Store, route: Route, person: User): Channel | null {
  const other = store.users.find((user) => `@${user.name}` === route.channel);
  if (other !== undefined) return directWith(store.channels, person, other);
  const named = store.channels.find(
    (each) => each.id === route.channel || (!each.is_im && each.name === route.channel),
  );
  const allowed =
    named !== undefined && (named.members.includes(person.id) || (!named.is_private && !named.is_im));
  return allowed ? named : whereTheBotSpoke(store, person);
}

/** The channel with the bot's first message, the welcome: a person who asked for none begins there, whatever has come since. */
function whereTheBotSpoke(store: Store, person: User): Channel | null {
  const first = ({ messages }: Channel): number =>
    Number(
      messages.find((each) => each.user === store.bot.user_id && isVisible(each, person.id))?.ts ?? Infinity,
    );
  const { channels } = conversationsOf(store.channels, person.id);
  return channels.toSorted((a, b) => Number(first(a) > first(b)) - Number(first(a) < first(b)))[0] ?? null;
}

/**
 * Unread messages by channel for the person; the open channel counts as read. For a person never seen before all that
 * is there counts as read; a conversation that begins later counts as unread.
 */
function useUnread(store: Store, person: User, open: Channel | null): Record<string, number> {
  const [marks, setMarks] = useState<ReadMarks>(rememberedMarks);
  const newest = (channel: Channel): string => channel.messages.at(-1)?.ts ?? '0';
  useEffect(() => {
    const next = { ...marks };
    const isKnown = Object.keys(marks).some((key) => key.startsWith(`${person.id}/`));
    for (const channel of store.channels) {
      const key = `${person.id}/${channel.id}`;
      if (channel.id === open?.id || (!isKnown && next[key] === undefined)) next[key] = newest(channel);
    }
    if (JSON.stringify(next) === JSON.stringify(marks)) return;
    setMarks(next);
    rememberMarks(next);
  }, [store.channels, person.id, open?.id]);
  return useMemo(() => {
    const count = (channel: Channel): number =>
      channel.id === open?.id
        ? 0
        : unreadCount(channel, person.id, marks[`${person.id}/${channel.id}`] ?? '0');
    return Object.fromEntries(store.channels.map((channel) => [channel.id, count(channel)]));
  }, [store.channels, person.id, open?.id, marks]);
}
