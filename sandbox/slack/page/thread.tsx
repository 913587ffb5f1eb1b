/** A thread in the side panel: the parent, its replies, and a composer of its own. */
import type { VNode } from 'preact';
import type { Channel } from '../wire.js';
import { Composer } from './composer.js';
import { useDesk } from './desk.js';
import { MessageList } from './message-list.js';
import { SidePanel } from './side-panel.js';
import { counterpart, threadRows } from './timeline.js';

export function Thread({ channel, threadTs }: { channel: Channel; threadTs: string }): VNode {
  const { store, person, go } = useDesk();
  const other = counterpart(channel, person.id, store.users);
  const place = other?.real_name ?? `#${channel.name}`;
  return (
    <SidePanel title="Thread" note={place} onClose={() => go({ thread: null })}>
      <MessageList rows={threadRows(channel, threadTs, person.id, person.tz)} channel={channel} inThread />
      {channel.members.includes(person.id) && <Composer channel={channel} name={place} threadTs={threadTs} />}
    </SidePanel>
  );
}
