/**
 * Where a person types: Enter sends, Shift+Enter breaks the line, a slash lists the commands.
 * Invariant: what could not be sent stays in the field; a command that failed says so in Slack's words.
 */
import type { VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Channel, CommandHint } from '../wire.js';
import { useDesk, type Desk } from './desk.js';
import { Icon } from './icons.js';
import { commandInUse, commandName, commandsFor, isCommand, messageText } from './typed.js';

interface ComposerProps {
  channel: Channel;
  name: string;
  threadTs?: string;
}

const FIELD_HEIGHT_MAX_PX = 260;

export function Composer({ channel, name, threadTs }: ComposerProps): VNode {
  const desk = useDesk();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const { commands } = desk.store;
  const found = closed || threadTs !== undefined ? [] : commandsFor(text, commands);
  const exact = found.length === 1 && found[0]?.command === text;
  useLayoutEffect(() => grow(field.current), [text]);
  const type = (next: string): void => {
    setText(next);
    setActive(0);
    setClosed(false);
  };
  const pick = (hint: CommandHint): void => {
    type(`${hint.command} `);
    field.current?.focus();
  };
  const post = async (): Promise<void> => {
    const line = text.trim();
    if (line === '') return;
    setText('');
    if (!(await send(desk, channel, line, threadTs))) setText((now) => (now === '' ? line : now));
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const chosen = found[active];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setActive((active + step + found.length) % found.length);
    else if (chosen !== undefined && (event.key === 'Tab' || (event.key === 'Enter' && !exact))) pick(chosen);
    else if (event.key === 'Escape' && found.length > 0) setClosed(true);
    else if (event.key === 'Enter' && !event.shiftKey) void post();
    else return;
    event.preventDefault();
  };
  const label = threadTs === undefined ? `Message ${name}` : 'Reply…';
  const hint = commandInUse(text, commands);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void post();
      }}
    >
      {found.length > 0 && <CommandList {...{ listId, found, active }} onPick={pick} />}
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
          placeholder={label}
          aria-label={threadTs === undefined ? label : `Reply in thread to ${name}`}
          aria-autocomplete="list"
          aria-controls={found.length > 0 ? listId : undefined}
          aria-activedescendant={found.length > 0 ? `${listId}-${active}` : undefined}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={keys}
        />
        <div class="composer-foot">
          <button
            type="button"
            class="icon-button"
            aria-label="Commands"
            title="Commands"
            onClick={() => {
              type('/');
              field.current?.focus();
            }}
          >
            <span class="slash">/</span>
          </button>
          <span class="composer-note">
            <b>Enter</b> to send · <b>Shift+Enter</b> for a new line
          </span>
          <button type="submit" class="send" aria-label="Send now" disabled={text.trim() === ''}>
            <Icon name="send" size={18} />
          </button>
        </div>
      </div>
    </form>
  );
}

interface CommandListProps {
  listId: string;
  found: CommandHint[];
  active: number;
  onPick: (hint: CommandHint) => void;
}

function CommandList({ listId, found, active, onPick }: CommandListProps): VNode {
  useLayoutEffect(
    () => document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' }),
    [listId, active],
  );
  return (
    <div class="command-list">
      <p aria-hidden="true">Commands of Paydesk</p>
      <div id={listId} role="listbox" aria-label="Commands">
        {found.map((hint, at) => (
          <div
            key={hint.command}
            id={`${listId}-${at}`}
            role="option"
            aria-selected={at === active}
            class={at === active ? 'command active' : 'command'}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(hint)}
          >
            <span>
              <b>{hint.command}</b> <i>{hint.usage_hint}</i>
            </span>
            <small>{hint.description}</small>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Sends a line as a command or a message; false when it did not get through. */
async function send(
  desk: Desk,
  channel: Channel,
  line: string,
  threadTs: string | undefined,
): Promise<boolean> {
  const { api, person, store } = desk;
  const place = { user: person.id, channel: channel.id };
  if (isCommand(line) && threadTs === undefined) return sendCommand(desk, place, line);
  if (isCommand(line)) {
    desk.toast(`${commandName(line)} is not supported in threads. Sorry!`, 'error');
    return false;
  }
  const text = messageText(line, store.users, store.channels);
  const outcome = await api.message({
    ...place,
    text,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  });
  if (!outcome.ok) desk.toast(`Slack couldn’t send this message: “${outcome.error ?? 'unknown'}”`, 'error');
  return outcome.ok;
}

async function sendCommand(
  desk: Desk,
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
  field.style.height = `${Math.min(FIELD_HEIGHT_MAX_PX, field.scrollHeight)}px`;
}
