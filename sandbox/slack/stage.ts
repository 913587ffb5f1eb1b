/**
 * One interaction from beginning to end: deliver it, apply the acknowledgement, wait for what becomes visible.
 * Invariant: the watch is always stopped and an `Outcome` comes back.
 */
import type { Ack } from './delivery.js';
import { SlackError } from './errors.js';
import { stringsOf } from './json.js';
import type { JsonObject } from './json.js';
import { watchScene } from './outcome.js';
import type { Watch } from './outcome.js';
import type { Channel, Json, OpenView, Outcome, User } from './wire.js';
import type { World } from './world.js';

/** An interaction under way: its id, who acts, and what they have seen so far. */
interface Scene {
  id: string;
  user: User;
  watch: Watch;
  modal?: string;
}

/** What is delivered, and what its acknowledgement does. */
interface Act {
  type: 'slash_commands' | 'interactive';
  payload: JsonObject;
  /** What the acknowledgement's payload does. @throws SlackError for content that Slack refuses */
  onAck?: (payload: Json | undefined) => Partial<Outcome>;
}

export interface Stage {
  /** `view`: the one that it happens in. */
  begin(user: User, channel?: Channel, view?: OpenView): Scene;
  /** A trigger id that belongs to this scene. */
  trigger(scene: Scene): string;
  /** Set when there is no app to deliver to. */
  refusal(): Outcome | undefined;
  play(scene: Scene, act: Act): Promise<Outcome>;
  /** For events, which need no answer: without a receiver, the person sees nothing more. */
  told(scene: Scene, ack: Ack | undefined): Promise<Outcome>;
}

export function createStage(world: World): Stage {
  const { store, delivery } = world;
  return {
    begin(user, channel, view) {
      const id = world.ids.uuid();
      const direct = store.directMessage([user.id, store.bot.user_id]);
      const channels = channel ? [channel.id, direct.id] : [direct.id];
      const watch = watchScene(world.changes, world.limits, { interaction: id, user: user.id, channels });
      return { id, user, watch, ...(view && { modal: view.root_view_id }) };
    },
    trigger: ({ id, user, modal }) =>
      world.triggers.issue({ interaction: id, user: user.id, ...(modal !== undefined && { modal }) }),
    refusal: () =>
      delivery.connection() === 'none'
        ? { ok: false, error: 'dispatch_failed: no app is connected', messages: [] }
        : undefined,
    async play(scene, { type, payload, onAck = () => ({}) }) {
      try {
        const ack = await delivery.deliver({ type, payload, acceptsResponse: true });
        if (!ack.ok) return { ok: false, error: ack.error, messages: scene.watch.messages() };
        const extra = applied(() => onAck(ack.payload));
        if (extra.error === undefined) await scene.watch.settle();
        return outcomeOf(scene, ack, extra);
      } finally {
        scene.watch.stop();
      }
    },
    async told(scene, ack) {
      if (ack?.ok === true) await scene.watch.settle();
      scene.watch.stop();
      return outcomeOf(scene, ack, {});
    },
  };
}

/** What an acknowledgement brought; content that Slack refuses becomes the error that the person meets. */
function applied(apply: () => Partial<Outcome>): Partial<Outcome> {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const details = stringsOf(error.extra.errors);
    return { error: [error.code, ...details].join('; ') };
  }
}

function outcomeOf(scene: Scene, ack: Ack | undefined, extra: Partial<Outcome>): Outcome {
  const view = scene.watch.view();
  return {
    ok: extra.error === undefined && extra.errors === undefined,
    messages: scene.watch.messages(),
    ...(view && { view }),
    ...(ack?.ack_ms !== undefined && { ack_ms: ack.ack_ms }),
    ...extra,
  };
}
