/**
 * Where a person types: Enter sends, Shift+Enter breaks the line, a slash lists the commands, `@` people, `#` channels.
 * Invariant: what could not be sent stays in the field; a command that failed says so in Slack's words.
 */
import type { VNode } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Channel, FileUpload } from '../wire.js';
import { CompletionList } from './completion-list.js';
import { useDesk, type PageContext } from './desk.js';
import { FileChips, FileChooser } from './file-picker.js';
import { Icon } from './icons.js';
import { GlobalShortcuts } from './shortcuts.js';
import { commandInUse, commandName, completionsFor, isCommand, type Completion } from './typed.js';

interface ComposerProps {
  channel: Channel;
  name: string;
  threadTs?: string;
}

const fieldHeightMaxPx = 260;

export function Composer({ channel, name, threadTs }: ComposerProps): VNode {
  const { store, draft } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const line = useLine(channel, threadTs);
  const { text, found, active } = line;
  useLayoutEffect(() => grow(field.current), [text]);
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus({ preventScroll: true });
  }, []);
  const pick = (typed: string): void => {
    line.type(typed);
    field.current?.focus();
  };
  const written = useRef(draft);
  useEffect(() => {
    if (draft !== null && draft !== written.current && threadTs === undefined) pick(draft.line);
    written.current = draft;
  }, [draft]);
  const hint = commandInUse(text, store.commands);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void line.post();
      }}
    >
      {found.length > 0 && (
        <CompletionList {...{ listId, found, active }} onPick={(chosen) => pick(chosen.line)} />
      )}
      {hint !== null && (
        <p class="usage" role="status">
          <b>{hint.command}</b> {hint.usage_hint}
        </p>
      )}
      <div class="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={text}
          placeholder={threadTs === undefined ? `Message ${name}` : 'Reply…'}
          aria-label={threadTs === undefined ? `Message ${name}` : `Reply in thread to ${name}`}
          aria-autocomplete="list"
          aria-controls={found.length > 0 ? listId : undefined}
          aria-activedescendant={found.length > 0 ? `${listId}-${active}` : undefined}
          onInput={(event) => line.type(event.currentTarget.value, event.currentTarget.selectionStart)}
          onKeyDown={line.keys}
        />
        <Foot line={line} inThread={threadTs !== undefined} onSlash={() => pick('/')} />
      </div>
    </form>
  );
}

function Foot({ line, inThread, onSlash }: { line: Line; inThread: boolean; onSlash: () => void }): VNode {
  return (
    <>
      <div class="composer-files">
        <FileChips names={line.files.map((file) => file.name)} onRemove={line.detach} />
      </div>
      <div class="composer-foot">
        <label class="icon-button" title="Attach files">
          <Icon name="clip" size={18} />
          <FileChooser label="Attach files" types={[]} many onAdd={line.attach} />
        </label>
        <button type="button" class="icon-button" aria-label="Commands" title="Commands" onClick={onSlash}>
          <span class="slash">/</span>
        </button>
        {!inThread && <GlobalShortcuts />}
        <span class="composer-note">
          <b>Enter</b> to send · <b>Shift+Enter</b> for a new line
        </span>
        <button type="submit" class="send" aria-label="Send now" disabled={!line.isReady}>
          <Icon name="send" size={18} />
        </button>
      </div>
    </>
  );
}

interface Line {
  text: string;
  /** What completes the line; `active` is the one Enter takes. */
  found: Completion[];
  active: number;
  type: (text: string, caret?: number) => void;
  files: FileUpload[];
  attach: (files: FileUpload[]) => void;
  detach: (at: number) => void;
  /** Whether there is anything to send. */
  isReady: boolean;
  post: () => Promise<void>;
  keys: (event: KeyboardEvent) => void;
}

function useLine(channel: Channel, threadTs: string | undefined): Line {
  const desk = useDesk();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(false);
  const [caret, setCaret] = useState(0);
  const [files, setFiles] = useState<FileUpload[]>([]);
  const vocabulary = threadTs === undefined ? desk.store : { ...desk.store, commands: [] };
  const found = closed ? [] : completionsFor(text, caret, vocabulary);
  const type = (next: string, at = next.length): void => {
    setText(next);
    setCaret(at);
    setActive(0);
    setClosed(false);
  };
  const isReady = text.trim() !== '' || files.length > 0;
  const post = async (): Promise<void> => {
    if (!isReady) return;
    const line = text.trim();
    setText('');
    setFiles([]);
    if (await send(desk, channel, { line, files, threadTs })) return;
    setText((now) => (now === '' ? line : now));
    setFiles((now) => (now.length === 0 ? files : now));
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const chosen = found[active];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const takes = event.key === 'Tab' || (event.key === 'Enter' && chosen?.name !== text);
    if (step !== undefined && found.length > 0) setActive((active + step + found.length) % found.length);
    else if (chosen !== undefined && takes) type(chosen.line);
    else if (event.key === 'Escape' && found.length > 0) setClosed(true);
    else if (event.key === 'Enter' && !event.shiftKey) void post();
    else return;
    event.preventDefault();
  };
  const attach = (more: FileUpload[]): void => setFiles([...files, ...more]);
  const detach = (at: number): void => setFiles(files.toSpliced(at, 1));
  return { text, found, active, type, files, attach, detach, isReady, post, keys };
}

interface Written {
  line: string;
  files: FileUpload[];
  threadTs: string | undefined;
}

/** Sends what was written as a command or a message; false when it did not get through. */
async function send(
  desk: PageContext,
  channel: Channel,
  { line, files, threadTs }: Written,
): Promise<boolean> {
  const { api, person } = desk;
  const place = { user: person.id, channel: channel.id };
  if (isCommand(line) && threadTs === undefined) return sendCommand(desk, place, line);
  if (isCommand(line)) {
    desk.toast(`${commandName(line)} is not supported in threads. Sorry!`, 'error');
    return false;
  }
  const outcome = await api.message({
    ...place,
    text: line,
    ...(files.length > 0 && { files }),
    ...(threadTs !== undefined && { thread_ts: threadTs }),
  });
  if (!outcome.ok) desk.toast(`Your message was not sent: “${outcome.error ?? 'unknown'}”`, 'error');
  return outcome.ok;
}

async function sendCommand(
  desk: PageContext,
  place: { user: string; channel: string },
  line: string,
): Promise<boolean> {
  const name = commandName(line);
  if (!desk.store.commands.some((each) => each.command === name)) {
    desk.toast(
      `${name} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`,
      'error',
    );
    return false;
  }
  const outcome = await desk.api.command({ ...place, text: line });
  if (!outcome.ok) desk.toast(`${name} failed with the error “${outcome.error ?? 'unknown'}”`, 'error');
  return outcome.ok;
}

function grow(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = 'auto';
  field.style.height = `${Math.min(fieldHeightMaxPx, field.scrollHeight)}px`;
}
