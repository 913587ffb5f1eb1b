/**
 * Watches what one person sees come out of one interaction, and says when that is over.
 * Invariant: what is known to come from another interaction is never counted. A message without a known cause counts
 * when it is in the channel of the interaction, in the person's direct message with the app, or is ephemeral to them.
 */
import type { Cause, Changes } from './changes.js';
import type { Limits } from './limits.js';
import type { Message, OpenView, SandboxEvent } from './wire.js';

export interface Scene {
  interaction: string;
  user: string;
  /** Channels whose messages belong to the scene: where it happened and the person's direct message with the app. */
  channels: readonly string[];
}

export interface Watch {
  /** Waits for something visible and then for quiet; at most the time that Slack itself would wait. */
  settle(): Promise<void>;
  messages(): Message[];
  view(): OpenView | undefined;
  stop(): void;
}

export function watchScene(changes: Changes, limits: Limits, scene: Scene): Watch {
  const messages = new Map<string, Message>();
  let view: OpenView | undefined;
  let lastSeenMs: number | undefined;
  let wake: (() => void) | undefined;

  const isShown = (message: Message, cause: Cause): boolean => {
    if (message.ephemeral_to !== undefined && message.ephemeral_to !== scene.user) return false;
    if (cause.interaction !== undefined || message.ephemeral_to !== undefined) return true;
    return scene.channels.includes(message.channel);
  };
  const see = (event: SandboxEvent, cause: Cause): boolean => {
    switch (event.type) {
      case 'message':
      case 'message_changed':
        if (!isShown(event.message, cause)) return false;
        messages.set(`${event.message.channel} ${event.message.ts}`, event.message);
        // Their own message changes only because the app did something to it.
        return event.type === 'message_changed' || event.message.user !== scene.user;
      case 'message_deleted':
        messages.delete(`${event.channel} ${event.ts}`);
        return cause.interaction !== undefined || scene.channels.includes(event.channel);
      case 'view':
      case 'home':
        if (event.view.user !== scene.user) return false;
        view = event.view;
        return true;
      default:
        return false;
    }
  };
  const stop = changes.on((event, cause) => {
    if (cause.interaction !== undefined && cause.interaction !== scene.interaction) return;
    if (!see(event, cause)) return;
    lastSeenMs = performance.now();
    wake?.();
  });
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    async settle() {
      const endMs = performance.now() + limits.effectMs;
      for (;;) {
        const nowMs = performance.now();
        const untilMs = lastSeenMs === undefined ? endMs : Math.min(endMs, lastSeenMs + limits.quietMs);
        if (nowMs >= untilMs) return;
        await pause(untilMs - nowMs);
      }
    },
    messages: () => [...messages.values()].sort((a, b) => a.ts.localeCompare(b.ts)),
    view: () => view,
    stop,
  };
}
