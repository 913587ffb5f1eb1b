/**
 * One message: portrait, name, time, words or blocks, files, reactions, and the way into its thread.
 * Invariant: carries `data-ts` and `data-channel`; a message with blocks shows the blocks, and its text only when
 * there are none.
 */
import type { VNode } from 'preact';
import type { Channel, Message, User } from '../wire.js';
import { Avatar } from './avatar.js';
import { FileCard } from './block-image.js';
import { Blocks } from './block.js';
import { agoLabel, momentLabel, timeOf } from './dates.js';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import { QuickReactions, Reactions } from './reactions.js';
import { Mrkdwn } from './rich.js';
import { MessageShortcuts } from './shortcuts.js';
import { useNewSurface } from './surface.js';
import { threadSummary } from './timeline.js';
import { Unfurls } from './unfurl.js';

interface MessageProps {
  message: Message;
  grouped: boolean;
  channel: Channel;
  inThread: boolean;
}

const quietSubtypes = /^tombstone$|^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive)$/;

export function MessageRow({ message, grouped, channel, inThread }: MessageProps): VNode {
  const { store, person } = useDesk();
  const author = store.users.find((user) => user.id === message.user) ?? null;
  const ephemeral = message.ephemeral_to !== undefined;
  const quiet = quietSubtypes.test(message.subtype ?? '');
  const name = ['message', grouped ? 'grouped' : '', ephemeral ? 'ephemeral' : '', quiet ? 'quiet' : ''].join(
    ' ',
  );
  return (
    <article
      class={name}
      data-ts={message.ts}
      data-channel={message.channel}
      aria-label={`${author?.real_name ?? message.user}, ${timeOf(message.ts, person.tz)}`}
    >
      {ephemeral && (
        <p class="only-you">
          <Icon name="eye" size={14} />
          Only visible to you
        </p>
      )}
      {(message.pinned_to?.length ?? 0) > 0 && (
        <p class="only-you">
          <Icon name="pin" size={14} />
          Pinned by{' '}
          {store.users.find(({ id }) => id === message.pinned_info?.pinned_by)?.real_name ?? 'the app'}
        </p>
      )}
      <div class="gutter">{grouped ? <Time ts={message.ts} /> : <Avatar user={author} size={36} />}</div>
      <div class="message-body">
        {!grouped && message.hidden !== true && <Byline author={author} message={message} />}
        <Content message={message} />
        {message.edited !== undefined && (
          <small class="edited" title={momentLabel(message.edited.ts, person.tz)}>
            (edited)
          </small>
        )}
        <div class="files">
          {message.files?.map((file) => (
            <FileCard key={file.id} file={file} />
          ))}
        </div>
        <Unfurls message={message} />
        <Reactions message={message} />
        {!inThread && !ephemeral && <ReplyLine message={message} channel={channel} />}
      </div>
      {!ephemeral && <Tools message={message} inThread={inThread} />}
    </article>
  );
}

function Byline({ author, message }: { author: User | null; message: Message }): VNode {
  const isApp = author?.is_bot === true || message.bot_id !== undefined;
  return (
    <div class="byline">
      <span class="author">{author?.real_name ?? message.user}</span>
      {isApp && <span class="app-badge">APP</span>}
      <Time ts={message.ts} />
    </div>
  );
}

function Time({ ts }: { ts: string }): VNode {
  const { person } = useDesk();
  return (
    <time class="time" title={momentLabel(ts, person.tz)}>
      {timeOf(ts, person.tz)}
    </time>
  );
}

function Content({ message }: { message: Message }): VNode | null {
  const blocks = message.blocks ?? [];
  const surface = useNewSurface('message', blocks, { channel: message.channel, ts: message.ts });
  if (blocks.length > 0) return <Blocks blocks={blocks} surface={surface} />;
  return message.text === '' ? null : <Mrkdwn text={message.text} />;
}

function ReplyLine({ message, channel }: { message: Message; channel: Channel }): VNode | null {
  const { store, nowMs, go } = useDesk();
  const summary = threadSummary(channel, message);
  if (summary === null) return null;
  const label = `${summary.count} ${summary.count === 1 ? 'reply' : 'replies'}`;
  return (
    <button type="button" class="reply-line" onClick={() => go({ thread: message.ts })}>
      {summary.authors.slice(0, 4).map((id) => (
        <Avatar key={id} user={store.users.find((user) => user.id === id) ?? null} size={24} />
      ))}
      <b>{label}</b>
      <span class="reply-ago">Last reply {agoLabel(summary.lastTs, nowMs)}</span>
      <span class="reply-view">View thread</span>
    </button>
  );
}

/** What shows over a message that is pointed at. */
function Tools({ message, inThread }: { message: Message; inThread: boolean }): VNode {
  const { api, go, person, toast } = useDesk();
  const parent = message.thread_ts ?? message.ts;
  const isPinned = message.pinned_info !== undefined;
  const pin = async (): Promise<void> => {
    const outcome = await api.pin({ user: person.id, channel: message.channel, ts: message.ts });
    if (!outcome.ok) toast(`This message could not be pinned: “${outcome.error ?? 'unknown'}”`, 'error');
  };
  return (
    <div class="tools">
      <QuickReactions message={message} />
      {!inThread && (
        <button
          type="button"
          class="icon-button"
          aria-label="Reply in thread"
          title="Reply in thread"
          onClick={() => go({ thread: parent })}
        >
          <Icon name="thread" size={18} />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={isPinned ? 'Remove pin' : 'Pin to channel'}
        title={isPinned ? 'Remove pin' : 'Pin to channel'}
        onClick={() => void pin()}
      >
        <Icon name="pin" size={18} />
      </button>
      <MessageShortcuts message={message} />
    </div>
  );
}
