/** Emoji below a message, and the three that are offered over it. Invariant: one's own are pressed, and press back. */
import type { VNode } from 'preact';
import type { Message } from '../wire.js';
import { useDesk } from './desk.js';
import { Emoji } from './rich.js';

const offered = ['white_check_mark', 'eyes', 'raised_hands'];

export function Reactions({ message }: { message: Message }): VNode | null {
  const { store, person } = useDesk();
  const press = usePress(message);
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  const names = (ids: string[]): string =>
    ids.map((id) => store.users.find((user) => user.id === id)?.real_name ?? id).join(', ');
  return (
    <div class="reactions">
      {reactions.map(({ name, users }) => (
        <button
          key={name}
          type="button"
          class="reaction"
          aria-pressed={users.includes(person.id)}
          title={`${names(users)} reacted with :${name}:`}
          onClick={() => press(name)}
        >
          <Emoji name={name} /> {users.length}
        </button>
      ))}
    </div>
  );
}

export function QuickReactions({ message }: { message: Message }): VNode {
  const press = usePress(message);
  return (
    <>
      {offered.map((name) => (
        <button
          key={name}
          type="button"
          class="icon-button"
          aria-label={`React with ${name.replaceAll('_', ' ')}`}
          title={`React with :${name}:`}
          onClick={() => press(name)}
        >
          <Emoji name={name} />
        </button>
      ))}
    </>
  );
}

function usePress({ channel, ts }: Message): (name: string) => void {
  const { api, person, toast } = useDesk();
  return (name) => {
    void api.reaction({ user: person.id, channel, ts, name }).then((outcome) => {
      if (!outcome.ok) toast(`Your reaction was not kept: “${outcome.error ?? 'unknown'}”`, 'error');
    });
  };
}
