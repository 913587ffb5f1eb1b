/**
 * A scrolling list of messages under their days.
 * Invariant: new messages are announced politely, once; the list stays at its end while the person is there or has
 * just written or been answered, and stays where it is while they read back. A scroll that comes of new sizes is not a person's.
 */
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Channel } from '../wire.js';
import { dayLabel } from './dates.js';
import { useDesk } from './desk.js';
import { MessageRow } from './message.js';
import type { Row } from './timeline.js';

interface MessageListProps {
  rows: Row[];
  channel: Channel;
  intro?: VNode;
  inThread?: boolean;
}

const nearEndPx = 120;

export function MessageList({ rows, channel, intro, inThread = false }: MessageListProps): VNode {
  const { person, nowMs } = useDesk();
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const last = rows.at(-1)?.message;
  const isAnswer = last?.user === person.id || last?.ephemeral_to === person.id;
  useLayoutEffect(() => {
    if (!isAnswer || frame.current === null) return;
    atEnd.current = true;
    frame.current.scrollTop = frame.current.scrollHeight;
  }, [last?.ts, isAnswer]);
  useLayoutEffect(() => {
    const stay = (): void => {
      if (frame.current === null) return;
      if (atEnd.current) frame.current.scrollTop = frame.current.scrollHeight;
      height.current = frame.current.scrollHeight;
    };
    stay();
    const observer = new ResizeObserver(stay);
    if (list.current !== null) observer.observe(list.current);
    if (frame.current !== null) observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const scrolled = (): void => {
    const box = frame.current;
    const isByPerson = box?.scrollHeight === height.current;
    if (isByPerson) atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearEndPx;
  };
  return (
    <div
      ref={frame}
      class="messages"
      onScroll={scrolled}
      tabIndex={0}
      role="region"
      aria-label={inThread ? 'Thread' : 'Messages'}
    >
      <div
        ref={list}
        class="messages-inner"
        role="log"
        aria-live="polite"
        aria-label={inThread ? 'Replies' : `Messages in ${channel.name}`}
      >
        {intro}
        {rows.map((row, at) => (
          <div key={`${row.message.ts}/${row.message.ephemeral_to ?? ''}`}>
            {row.opensDay && !inThread && (
              <div class="day">
                <span>{dayLabel(row.message.ts, person.tz, nowMs)}</span>
              </div>
            )}
            <MessageRow message={row.message} grouped={row.grouped} channel={channel} inThread={inThread} />
            {inThread && at === 0 && rows.length > 1 && <RepliesLine count={rows.length - 1} />}
          </div>
        ))}
      </div>
    </div>
  );
}

function RepliesLine({ count }: { count: number }): VNode {
  return (
    <p class="replies-line">
      {count} {count === 1 ? 'reply' : 'replies'}
    </p>
  );
}
