/** The sidebar: the person's channels, direct messages and apps, each with what is unread. */
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Channel } from '../wire.js';
import { Avatar } from './avatar.js';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import { Switcher } from './switcher.js';
import { conversationsOf, counterpart, directWith } from './timeline.js';

interface SidebarProps {
  current: Channel | null;
  unread: Record<string, number>;
}

export function Sidebar({ current, unread }: SidebarProps): VNode {
  const { store, person } = useDesk();
  const { channels, direct } = conversationsOf(store.channels, person.id);
  const isApp = (channel: Channel): boolean => counterpart(channel, person.id, store.users)?.is_bot === true;
  const people = store.users
    .filter((user) => !user.is_bot && !user.deleted && user.id !== person.id)
    .map((user) => directWith(store.channels, person, user));
  const others = store.channels.filter(
    (each) => !each.is_im && !each.is_private && !each.is_archived && !each.members.includes(person.id),
  );
  const row = (channel: Channel): VNode => (
    <Row
      key={channel.id}
      channel={channel}
      current={channel.id === current?.id}
      unread={unread[channel.id] ?? 0}
    />
  );
  return (
    <nav class="sidebar" aria-label="Channels and direct messages">
      <header class="sidebar-head">
        <p class="workspace-name">{store.team.name}</p>
        <Switcher />
        <small>
          <span class={store.bot.connection === 'none' ? 'lamp off' : 'lamp'} />
          Paydesk{' '}
          {{ none: 'not connected', socket: 'on Socket Mode', http: 'on signed HTTP' }[store.bot.connection]}
        </small>
      </header>
      <div class="sidebar-scroll">
        <Group name="Channels">{channels.map(row)}</Group>
        {others.length > 0 && (
          <Group name="More channels" closed>
            {others.map(row)}
          </Group>
        )}
        <Group name="Direct messages">{people.map(row)}</Group>
        <Group name="Apps">{direct.filter(isApp).map(row)}</Group>
      </div>
    </nav>
  );
}

function Group({
  name,
  closed = false,
  children,
}: {
  name: string;
  closed?: boolean;
  children: ComponentChildren;
}): VNode {
  const [open, setOpen] = useState(!closed);
  return (
    <section class="sidebar-group">
      <h2>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevron' : 'right'} size={14} />
          {name}
        </button>
      </h2>
      {open && <ul>{children}</ul>}
    </section>
  );
}

function Row({ channel, current, unread }: { channel: Channel; current: boolean; unread: number }): VNode {
  const { store, person, go } = useDesk();
  const other = counterpart(channel, person.id, store.users);
  const place = other === null ? channel.name : `@${other.name}`;
  const open = (): void => go({ channel: place, tab: 'messages', thread: null });
  const name = ['channel-row', current ? 'current' : '', unread > 0 ? 'unread' : ''].join(' ');
  return (
    <li>
      <button
        type="button"
        class={name}
        aria-current={current ? 'page' : undefined}
        data-channel={channel.id}
        onClick={open}
      >
        {channel.is_im ? (
          <Avatar user={other} size={20} />
        ) : (
          <Icon name={channel.is_private ? 'lock' : 'hash'} size={16} />
        )}
        <span class="channel-name">{other?.real_name ?? channel.name}</span>
        {other?.id === person.id && <small>you</small>}
        {unread > 0 && (
          <b class="badge" aria-label={`${unread} unread`}>
            {unread}
          </b>
        )}
      </button>
    </li>
  );
}
