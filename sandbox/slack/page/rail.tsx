/** The narrow bar at the far left: the workspace, the panels, the gallery, and the person one is. */
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { User } from '../wire.js';
import { Avatar } from './avatar.js';
import { useDesk } from './desk.js';
import { Icon, type IconName } from './icons.js';
import { moveInMenu, Popup } from './popup.js';

/** The side panel that is open, if any. */
export type Panel = 'scenarios' | 'inspector' | null;

export function Rail({ panel, onPanel }: { panel: Panel; onPanel: (panel: Panel) => void }): VNode {
  const { store, go } = useDesk();
  const running = store.scenarios.filter((each) => each.running).length;
  const tab = (name: string, icon: IconName, target: Panel, count = 0): VNode => (
    <button
      type="button"
      class={panel === target ? 'rail-tab current' : 'rail-tab'}
      aria-pressed={panel === target}
      onClick={() => onPanel(panel === target ? null : target)}
    >
      <span class="rail-icon">
        <Icon name={icon} />
        {count > 0 && <b class="badge">{count}</b>}
      </span>
      {name}
    </button>
  );
  return (
    <nav class="rail" aria-label="Workspace">
      <span class="workspace-mark" aria-hidden="true">
        {initials(store.team.name)}
      </span>
      <button
        type="button"
        class={panel === null ? 'rail-tab current' : 'rail-tab'}
        aria-pressed={panel === null}
        onClick={() => onPanel(null)}
      >
        <span class="rail-icon">
          <Icon name="home" />
        </span>
        Home
      </button>
      {tab('Scenarios', 'world', 'scenarios', running)}
      {tab('Inspector', 'pulse', 'inspector')}
      <button type="button" class="rail-tab" onClick={() => go({ gallery: true })}>
        <span class="rail-icon">
          <Icon name="gallery" />
        </span>
        Gallery
      </button>
      <span class="grow" />
      <PersonSwitch />
    </nav>
  );
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();
}

/** The avatar that opens the list of people: the user acts as the chosen person. */
function PersonSwitch(): VNode {
  const { store, person, go } = useDesk();
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const people = store.users.filter((user) => !user.is_bot && !user.deleted);
  const close = (): void => {
    setOpen(false);
    anchor.current?.focus();
  };
  const choose = (user: User): void => {
    close();
    go({ person: user.name, thread: null });
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class="me"
        aria-label={`You are ${person.real_name}. Switch person`}
        title={person.real_name}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Avatar user={person} size={36} />
        <span class="presence" />
      </button>
      {open && (
        <Popup anchor={anchor} onClose={close} class="people">
          <PeopleMenu people={people} person={person} onChoose={choose} />
        </Popup>
      )}
    </>
  );
}

function PeopleMenu({
  people,
  person,
  onChoose,
}: {
  people: User[];
  person: User;
  onChoose: (user: User) => void;
}): VNode {
  return (
    <>
      <p class="people-title">Act as</p>
      <div role="menu" aria-label="People" onKeyDown={moveInMenu}>
        {people.map((user) => (
          <button
            key={user.id}
            type="button"
            role="menuitemradio"
            aria-checked={user.id === person.id}
            class="person"
            tabIndex={-1}
            autoFocus={user.id === person.id}
            onClick={() => onChoose(user)}
          >
            <Avatar user={user} size={36} />
            <span>
              <strong>{user.real_name}</strong>
              <small>
                {user.title}
                {user.is_restricted ? ' · Guest' : ''}
              </small>
            </span>
            {user.id === person.id && <Icon name="check" size={18} />}
          </button>
        ))}
      </div>
    </>
  );
}
