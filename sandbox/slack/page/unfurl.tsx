/**
 * The previews of a message's links, as the app unfurled them: blocks, or Slack's older title and text.
 * Invariant: each stands behind a bar in its own colour, under the message and never instead of it.
 */
import type { VNode } from 'preact';
import type { Attachment, Message } from '../wire.js';
import { Blocks } from './block.js';
import { str } from './json.js';
import { Away, Mrkdwn } from './rich.js';
import { useNewSurface } from './surface.js';
import { safeHref } from './text-tree.js';

export function Unfurls({ message }: { message: Message }): VNode | null {
  const previews = message.attachments ?? [];
  if (previews.length === 0) return null;
  return (
    <div class="unfurls">
      {previews.map((preview) => (
        <Preview key={preview.id} preview={preview} message={message} />
      ))}
    </div>
  );
}

function Preview({ preview, message }: { preview: Attachment; message: Message }): VNode {
  const blocks = preview.blocks ?? [];
  const surface = useNewSurface('message', blocks, { channel: message.channel, ts: message.ts });
  const color = /^#?([0-9a-f]{6})$/i.exec(str(preview.color))?.[1];
  return (
    <div class="unfurl" style={color === undefined ? {} : { borderColor: `#${color}` }}>
      {blocks.length > 0 ? <Blocks blocks={blocks} surface={surface} /> : <OlderPreview preview={preview} />}
    </div>
  );
}

function OlderPreview({ preview }: { preview: Attachment }): VNode {
  const title = str(preview.title);
  const href = safeHref(str(preview.title_link));
  const text = str(preview.text, title === '' ? preview.fallback : '');
  return (
    <>
      {title !== '' && <strong>{href === null ? title : <Away href={href}>{title}</Away>}</strong>}
      {text !== '' && <Mrkdwn text={text} />}
    </>
  );
}
