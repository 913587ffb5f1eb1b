/**
 * What the page knows of the workspace: the sandbox's state, kept current by its events.
 * Invariant: `applyEvent` is pure, and applying an event twice is the same as once; so a reconnect may replay.
 * Deliberately absent: anything about the person who looks (see `timeline.ts` and `unread.ts`).
 */
import type { ApiCall, Channel, Delivery, Message, OpenView, SandboxEvent, State } from '../wire.js';

export interface Store extends State {
  /** Envelopes the bot was sent, oldest first, the last `DELIVERY_COUNT_MAX`. */
  deliveries: Delivery[];
  /** What the bot asked of the Web API while this page looked, oldest first, the last `CALL_COUNT_MAX`. */
  calls: ApiCall[];
}

const deliveryCountMax = 200;
const callCountMax = 200;

/** The store for a freshly loaded state. */
export function storeOf(state: State, deliveries: Delivery[]): Store {
  return { ...state, deliveries: deliveries.slice(-deliveryCountMax), calls: [] };
}

/** The store after one event of `GET /_sandbox/events`. */
export function applyEvent(store: Store, event: SandboxEvent): Store {
  switch (event.type) {
    case 'message':
    case 'message_changed':
      return inChannel(store, event.message.channel, (messages) => withMessage(messages, event.message));
    case 'message_deleted':
      return inChannel(store, event.channel, (messages) => messages.filter((each) => each.ts !== event.ts));
    case 'channel':
      return { ...store, channels: withChannel(store.channels, event.channel) };
    case 'user':
      return { ...store, users: store.users.map((each) => (each.id === event.user.id ? event.user : each)) };
    case 'view':
      return { ...store, views: withView(store.views, event.view) };
    case 'view_closed':
      return { ...store, views: store.views.filter((view) => view.id !== event.view_id) };
    case 'home':
      return { ...store, homes: { ...store.homes, [event.view.user]: event.view } };
    case 'bot':
      return { ...store, bot: { ...store.bot, connection: event.connection } };
    case 'scenarios':
      return { ...store, scenarios: event.scenarios };
    case 'delivery':
      return { ...store, deliveries: withDelivery(store.deliveries, event.delivery) };
    case 'call':
      return { ...store, calls: withCalls(store.calls, [event.call]) };
  }
}

/** A person's open modals, the one on top last. */
export function viewStack(store: Store, personId: string): OpenView[] {
  return store.views.filter((view) => view.user === personId && view.view.type === 'modal');
}

function inChannel(store: Store, id: string, change: (messages: Message[]) => Message[]): Store {
  const channels = store.channels.map((each) =>
    each.id === id ? { ...each, messages: change(each.messages) } : each,
  );
  return { ...store, channels };
}

function withMessage(messages: Message[], message: Message): Message[] {
  const at = messages.findIndex(
    (each) => each.ts === message.ts && each.ephemeral_to === message.ephemeral_to,
  );
  if (at >= 0) return messages.with(at, message);
  const before = messages.findLastIndex((each) => Number(each.ts) <= Number(message.ts));
  return messages.toSpliced(before + 1, 0, message);
}

function withChannel(channels: Channel[], channel: Omit<Channel, 'messages'>): Channel[] {
  const at = channels.findIndex((each) => each.id === channel.id);
  const messages = channels[at]?.messages ?? [];
  return at < 0 ? [...channels, { ...channel, messages }] : channels.with(at, { ...channel, messages });
}

function withView(views: OpenView[], view: OpenView): OpenView[] {
  const at = views.findIndex((each) => each.id === view.id);
  return at < 0 ? [...views, view] : views.with(at, view);
}

/** The calls of both lists in order, each once. */
export function withCalls(calls: ApiCall[], more: ApiCall[]): ApiCall[] {
  const byId = new Map([...calls, ...more].map((call) => [call.id, call]));
  return [...byId.values()].sort((a, b) => a.id - b.id).slice(-callCountMax);
}

function withDelivery(deliveries: Delivery[], delivery: Delivery): Delivery[] {
  const same = (each: Delivery): boolean =>
    each.envelope_id === delivery.envelope_id && each.retry_attempt === delivery.retry_attempt;
  const at = deliveries.findIndex(same);
  return at < 0 ? [...deliveries, delivery].slice(-deliveryCountMax) : deliveries.with(at, delivery);
}
