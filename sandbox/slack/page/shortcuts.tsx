/**
 * The app's shortcuts: the global ones behind a bolt in the composer, those of a message behind its three dots.
 * Invariant: where the app has none of a kind, its button is not there.
 */
import type { VNode } from 'preact';
import type { Message, ShortcutHint, ShortcutRequest } from '../wire.js';
import { useDesk, type PageContext } from './desk.js';
import { MenuButton, type MenuItem } from './menu.js';

export function GlobalShortcuts(): VNode | null {
  return <ShortcutMenu type="global" label="Shortcuts" place={{}} />;
}

export function MessageShortcuts({ message }: { message: Message }): VNode | null {
  return (
    <ShortcutMenu type="message" label="More actions" place={{ channel: message.channel, ts: message.ts }} />
  );
}

interface ShortcutMenuProps {
  type: ShortcutHint['type'];
  label: string;
  place: Pick<ShortcutRequest, 'channel' | 'ts'>;
}

function ShortcutMenu({ type, label, place }: ShortcutMenuProps): VNode | null {
  const desk = useDesk();
  const items = desk.store.shortcuts
    .filter((shortcut) => shortcut.type === type)
    .map(({ name, description, callback_id }): MenuItem => {
      const request = { user: desk.person.id, callback_id, ...place };
      return { name, note: description, act: () => void run(desk, name, request) };
    });
  if (items.length === 0) return null;
  return <MenuButton label={label} icon={type === 'global' ? 'bolt' : 'more'} items={items} />;
}

async function run(desk: PageContext, name: string, request: ShortcutRequest): Promise<void> {
  const outcome = await desk.api.shortcut(request);
  if (!outcome.ok) desk.toast(`${name} failed with the error “${outcome.error ?? 'unknown'}”`, 'error');
}
