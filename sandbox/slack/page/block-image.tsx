/**
 * Pictures, files and videos.
 * Invariant: nothing is ever asked of another host: a picture from elsewhere is a labelled frame with a link, and a
 * video is its poster's frame with a link.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { BlockProps } from './parts.js';
import type { FileRef } from '../wire.js';
import { useDesk, type PageContext } from './desk.js';
import { withEmoji } from './emoji.js';
import { Icon } from './icons.js';
import { obj, str, words, type Obj } from './json.js';
import { Away } from './rich.js';
import { safeHref } from './text-tree.js';

/** An image element: beside a section, or in a context line. */
export function ImageElement({ element }: { element: Obj }): VNode {
  return <Picture url={pictureUrl(useDesk(), element)} alt={str(element.alt_text)} class="image-element" />;
}

export function ImageBlock({ block }: BlockProps): VNode {
  return (
    <Figure
      title={withEmoji(words(block.title))}
      url={pictureUrl(useDesk(), block)}
      alt={str(block.alt_text)}
    />
  );
}

/** A picture under its title, which folds it away and out again. */
function Figure({ title, url, alt }: { title: string; url: string; alt: string }): VNode {
  const [open, setOpen] = useState(true);
  return (
    <figure class="figure">
      {title !== '' && (
        <figcaption>
          <button type="button" class="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
            {title} <Icon name={open ? 'chevron' : 'right'} size={12} />
          </button>
        </figcaption>
      )}
      {open && <Picture url={url} alt={alt} class="picture" />}
    </figure>
  );
}

export function Video({ block }: BlockProps): VNode {
  const title = withEmoji(words(block.title));
  const href = safeHref(str(block.title_url)) ?? safeHref(str(block.video_url));
  const source = [str(block.author_name), str(block.provider_name)].filter(Boolean).join(' · ');
  return (
    <div class="video-card">
      {source !== '' && <small>{source}</small>}
      <div class="video-title">{href === null ? title : <Away href={href}>{title}</Away>}</div>
      {words(block.description) !== '' && <p>{withEmoji(words(block.description))}</p>}
      <div class="video-frame" role="img" aria-label={str(block.alt_text, 'Video')}>
        <span class="video-play">
          <Icon name="play" size={28} />
        </span>
        <small>Videos do not play in the sandbox</small>
      </div>
    </div>
  );
}

export function FileBlock({ block }: BlockProps): VNode {
  const { store } = useDesk();
  const id = str(block.external_id, str(block.file_id));
  const file = fileOf(store.channels, id);
  return file === null ? (
    <div class="file-card">
      <Icon name="file" />
      <span>{id || 'A remote file'}</span>
    </div>
  ) : (
    <FileCard file={file} />
  );
}

/** A file under a message: a picture is shown, anything else is a card to open. */
export function FileCard({ file }: { file: FileRef }): VNode {
  if (file.mimetype.startsWith('image/')) {
    const title = file.title || file.name;
    return <Figure title={title} url={file.url_private} alt={title} />;
  }
  return (
    <a class="file-card" href={ownUrl(file.url_private) ?? undefined} download={file.name}>
      <Icon name="file" />
      <span>
        <strong>{file.title || file.name}</strong>
        <small>
          {file.name.split('.').at(-1)?.toUpperCase()} · {sizeLabel(file.size)}
        </small>
      </span>
    </a>
  );
}

function sizeLabel(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function Picture({ url, alt, class: name }: { url: string; alt: string; class: string }): VNode {
  const [failed, setFailed] = useState('');
  const own = ownUrl(url);
  if (own !== null && failed !== own)
    return <img class={name} src={own} alt={alt} onError={() => setFailed(own)} />;
  const href = safeHref(url);
  return (
    <span class={`${name} no-picture`} role="img" aria-label={alt} title={href ?? alt}>
      <Icon name="gallery" size={18} />
      <span>{alt}</span>
    </span>
  );
}

/** The address, if this page may load it: from its own server, by whichever of its names, or data. */
function ownUrl(url: string): string | null {
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/.test(url)) return url;
  const parsed = url !== '' && URL.canParse(url, location.href) ? new URL(url, location.href) : null;
  if (parsed?.port !== location.port || parsed.protocol !== location.protocol) return null;
  const isOwn = parsed.hostname === location.hostname || [parsed, location].every(isLoopback);
  return isOwn ? location.origin + parsed.pathname + parsed.search : null;
}

function isLoopback({ hostname }: { hostname: string }): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

function pictureUrl({ store }: PageContext, image: Obj): string {
  const file = obj(image.slack_file);
  return str(image.image_url) || str(file.url) || (fileOf(store.channels, str(file.id))?.url_private ?? '');
}

function fileOf(channels: { messages: { files?: FileRef[] }[] }[], id: string): FileRef | null {
  const files = channels.flatMap((channel) => channel.messages).flatMap((message) => message.files ?? []);
  return files.find((file) => file.id === id) ?? null;
}
