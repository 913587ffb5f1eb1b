/**
 * The one stream of everything that happens in the workspace: the page listens to it, and so does a caller that waits to see what an
 * interaction did.
 * Invariant: listeners are called in order, synchronously, after the state has changed; one that throws harms no other.
 */
import type { Touch } from './touch.js';
import type { Message, SandboxEvent } from './wire.js';

export interface Cause {
  /** The interaction that brought the change about, when that is known for certain. */
  interaction?: string | undefined;
  /** The message was edited by its author, not just replied or reacted to. */
  isEdit?: boolean;
  /** The message as it was before it was edited or deleted. */
  previous?: Message;
  /** Somebody reacted to the message or pinned it. */
  touch?: Touch;
}

type Listener = (event: SandboxEvent, cause: Cause) => void;

export interface Changes {
  emit(event: SandboxEvent, cause?: Cause): void;
  /** Returns the way to stop listening. */
  on(listener: Listener): () => void;
}

export function createChanges(log: (line: string) => void): Changes {
  const listeners = new Set<Listener>();
  return {
    emit(event, cause = {}) {
      for (const listener of [...listeners]) {
        try {
          listener(event, cause);
        } catch (error) {
          log(`a listener failed on ${event.type}: ${String(error)}`);
        }
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
