/**
 * The page's way to the sandbox: the control interface under `/_sandbox/`, and its events.
 * Invariant: no call throws; a call that does not get through answers `{ok: false, error}` like one refused.
 */
import type {
  ActionRequest,
  ApiCall,
  CloseRequest,
  CommandRequest,
  Delivery,
  MessageRequest,
  Outcome,
  PinRequest,
  ReactionRequest,
  SandboxEvent,
  ScenarioRequest,
  ShortcutRequest,
  State,
  SubmitRequest,
  SuggestRequest,
  Suggestions,
} from '../wire.js';
import { storeOf, type Store } from './store.js';

export interface Api {
  command: (request: CommandRequest) => Promise<Outcome>;
  message: (request: MessageRequest) => Promise<Outcome>;
  action: (request: ActionRequest) => Promise<Outcome>;
  submit: (request: SubmitRequest) => Promise<Outcome>;
  close: (request: CloseRequest) => Promise<Outcome>;
  home: (request: { user: string }) => Promise<Outcome>;
  reaction: (request: ReactionRequest) => Promise<Outcome>;
  pin: (request: PinRequest) => Promise<Outcome>;
  scenario: (request: ScenarioRequest) => Promise<Outcome>;
  shortcut: (request: ShortcutRequest) => Promise<Outcome>;
  suggest: (request: SuggestRequest) => Promise<Suggestions>;
  /** What the bot asked of the Web API so far; empty when the sandbox cannot be reached. */
  calls: () => Promise<ApiCall[]>;
}

const base = '/_sandbox';

/** The API of the sandbox that served this page. */
export function createApi(): Api {
  return {
    command: (request) => send('command', request),
    message: (request) => send('message', request),
    action: (request) => send('action', request),
    submit: (request) => send('submit', request),
    close: (request) => send('close', request),
    home: (request) => send('home', request),
    reaction: (request) => send('reaction', request),
    pin: (request) => send('pin', request),
    scenario: (request) => send('scenario', request),
    shortcut: (request) => send('shortcut', request),
    suggest: (request) => send('suggest', request),
    calls: () =>
      load<{ calls: ApiCall[] }>('calls').then(
        ({ calls }) => calls,
        () => [],
      ),
  };
}

/** Loads the whole state and what was delivered so far; rejects when the sandbox cannot be reached. */
export async function loadStore(): Promise<Store> {
  const [state, log] = await Promise.all([
    load<State>('state'),
    load<{ deliveries: Delivery[] }>('deliveries'),
  ]);
  return storeOf(state, log.deliveries);
}

async function load<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${base}/${path}`);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as Answer;
}

/** Follows the events; `onOpen` runs at each (re)connection, after which the state must be loaded anew. */
export function followEvents(
  onEvent: (event: SandboxEvent) => void,
  onOpen: () => void,
  onLost: () => void,
): () => void {
  const source = new EventSource(`${base}/events`);
  source.onopen = onOpen;
  source.onerror = onLost;
  source.onmessage = (message: MessageEvent<string>) => onEvent(JSON.parse(message.data) as SandboxEvent);
  return () => source.close();
}

async function send(path: string, request: unknown): Promise<Outcome> {
  try {
    const response = await fetch(`${base}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const answer = (await response.json()) as Partial<Outcome>;
    return { ok: false, error: `http_${response.status}`, messages: [], ...answer };
  } catch {
    return { ok: false, error: 'connection_lost', messages: [] };
  }
}
