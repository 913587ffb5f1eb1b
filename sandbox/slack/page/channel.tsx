/**
 * The open conversation: its head, its tabs where it is with the app, its messages and the composer.
 * Invariant: who is not a member of a public channel may read it, and has no composer in it.
 */
import type { VNode } from 'preact';
import type { Channel, User } from '../wire.js';
import { Avatar } from './avatar.js';
import { Composer } from './composer.js';
import { useDesk } from './desk.js';
import { withEmoji } from './emoji.js';
import { AppHome } from './home.js';
import { Icon } from './icons.js';
import { MessageList } from './message-list.js';
import { Away, Mrkdwn } from './rich.js';
import { safeHref } from './text-tree.js';
import { channelRows, counterpart } from './timeline.js';

export function ChannelView({ channel, onMenu }: { channel: Channel; onMenu: () => void }): VNode {
  const { store, person, route } = useDesk();
  const other = counterpart(channel, person.id, store.users);
  const isApp = other?.is_bot === true;
  const home = isApp && route.tab === 'home';
  const joined = channel.members.includes(person.id);
  return (
    <>
      <ChannelHead channel={channel} other={other} onMenu={onMenu} />
      {isApp && <AppTabs home={home} />}
      <Bookmarks channel={channel} />
      {home ? (
        <AppHome />
      ) : (
        <>
          <MessageList
            rows={channelRows(channel, person.id, person.tz)}
            channel={channel}
            intro={<Intro channel={channel} other={other} />}
          />
          {joined ? (
            <Composer channel={channel} name={other?.real_name ?? `#${channel.name}`} />
          ) : (
            <p class="not-joined">
              You are viewing <strong>#{channel.name}</strong>, of which {person.real_name} is not a member.
            </p>
          )}
        </>
      )}
    </>
  );
}

function ChannelHead({
  channel,
  other,
  onMenu,
}: {
  channel: Channel;
  other: User | null;
  onMenu: () => void;
}): VNode {
  const { store } = useDesk();
  const members = channel.members
    .map((id) => store.users.find((user) => user.id === id))
    .filter((user) => user !== undefined);
  return (
    <header class="channel-head">
      <button type="button" class="icon-button menu-button" aria-label="Open the sidebar" onClick={onMenu}>
        <Icon name="menu" />
      </button>
      {other === null ? (
        <Icon name={channel.is_private ? 'lock' : 'hash'} size={18} />
      ) : (
        <Avatar user={other} size={24} />
      )}
      <h1>{other?.real_name ?? channel.name}</h1>
      {other?.is_bot === true && <span class="app-badge">APP</span>}
      <div class="topic">{other === null ? <Mrkdwn text={channel.topic} /> : other.title}</div>
      {!channel.is_im && (
        <span
          class="facepile"
          role="img"
          aria-label={`${members.length} members`}
          title={members.map((user) => user.real_name).join(', ')}
        >
          {members.slice(0, 3).map((user) => (
            <Avatar key={user.id} user={user} size={20} />
          ))}
          <span>{members.length}</span>
        </span>
      )}
    </header>
  );
}

function Bookmarks({ channel }: { channel: Channel }): VNode | null {
  const bookmarks = channel.bookmarks ?? [];
  if (bookmarks.length === 0) return null;
  return (
    <nav class="bookmarks" aria-label="Bookmarks">
      {bookmarks.map(({ id, title, link, emoji }) => {
        const href = safeHref(link);
        const label = `${withEmoji(emoji)} ${title}`.trim();
        return <span key={id}>{href === null ? label : <Away href={href}>{label}</Away>}</span>;
      })}
    </nav>
  );
}

function AppTabs({ home }: { home: boolean }): VNode {
  const { go } = useDesk();
  const tab = (name: string, selected: boolean, target: 'home' | 'messages'): VNode => (
    <button
      type="button"
      aria-current={selected ? 'page' : undefined}
      class={selected ? 'tab current' : 'tab'}
      onClick={() => go({ tab: target, thread: null })}
    >
      {name}
    </button>
  );
  return (
    <nav class="tabs" aria-label="Paydesk">
      {tab('Home', home, 'home')}
      {tab('Messages', !home, 'messages')}
    </nav>
  );
}

function Intro({ channel, other }: { channel: Channel; other: User | null }): VNode {
  if (other !== null) {
    return (
      <div class="intro">
        <Avatar user={other} size={72} />
        <h2>{other.real_name}</h2>
        <p>
          This is the very beginning of your conversation with <strong>{other.real_name}</strong>
          {other.title === '' ? '' : `, ${other.title}`}.
        </p>
      </div>
    );
  }
  return (
    <div class="intro">
      <h2># {channel.name}</h2>
      <p>
        This is the very beginning of the <strong>#{channel.name}</strong> channel. {channel.purpose}
      </p>
    </div>
  );
}
