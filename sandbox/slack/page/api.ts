/**
 * The page's way to the sandbox: the control interface under `/_sandbox/`, and its events.
 * Invariant: no call throws; a call that does not get through answers `{ok: false, error}` like one refused.
 */
import type {
  ActionRequest,
  CommandRequest,
  Json,
  MessageRequest,
  Outcome,
  SandboxEvent,
  ScenarioRequest,
  State,
  SubmitRequest,
} from '../wire.js';

/** `POST /_sandbox/suggest`: options for an external select, of a message or of a view. */
export interface SuggestRequest {
  user: string;
  channel?: string;
  ts?: string;
  view_id?: string;
  block_id: string;
  action_id: string;
  value: string;
}

/** `POST /_sandbox/close`: `clear` closes the whole stack, as the cross of a modal does. */
export interface CloseRequest {
  user: string;
  view_id: string;
  clear?: boolean;
}

export interface Suggestions {
  ok: boolean;
  error?: string;
  options?: Json;
  option_groups?: Json;
}

export interface Api {
  command(request: CommandRequest): Promise<Outcome>;
  message(request: MessageRequest): Promise<Outcome>;
  action(request: ActionRequest): Promise<Outcome>;
  submit(request: SubmitRequest): Promise<Outcome>;
  close(request: CloseRequest): Promise<Outcome>;
  home(request: { user: string }): Promise<Outcome>;
  scenario(request: ScenarioRequest): Promise<Outcome>;
  suggest(request: SuggestRequest): Promise<Suggestions>;
}

const BASE = '/_sandbox';

/** The API of the sandbox that served this page. */
export function createApi(): Api {
  const post =
    <Request, Answer extends { ok: boolean }>(path: string) =>
    (request: Request): Promise<Answer> =>
      send<Answer>(path, request);
  return {
    command: post('command'),
    message: post('message'),
    action: post('action'),
    submit: post('submit'),
    close: post('close'),
    home: post('home'),
    scenario: post('scenario'),
    suggest: post('suggest'),
  };
}

/** Loads the whole state; rejects when the sandbox cannot be reached. */
export async function loadState(): Promise<State> {
  const response = await fetch(`${BASE}/state`);
  if (!response.ok) throw new Error(`state answered ${response.status}`);
  return (await response.json()) as State;
}

/** Follows the events; `onOpen` runs at each (re)connection, after which the state must be loaded anew. */
export function followEvents(
  onEvent: (event: SandboxEvent) => void,
  onOpen: () => void,
  onLost: () => void,
): () => void {
  const source = new EventSource(`${BASE}/events`);
  source.onopen = onOpen;
  source.onerror = onLost;
  source.onmessage = (message: MessageEvent<string>) => onEvent(JSON.parse(message.data) as SandboxEvent);
  return () => source.close();
}

async function send<Answer extends { ok: boolean }>(path: string, request: unknown): Promise<Answer> {
  try {
    const response = await fetch(`${BASE}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const answer = (await response.json()) as Answer;
    return response.ok || 'error' in answer ? answer : refusal<Answer>(`http_${response.status}`);
  } catch {
    return refusal<Answer>('connection_lost');
  }
}

/** A refusal in the shape of any answer. */
function refusal<Answer extends { ok: boolean }>(error: string): Answer {
  return { ok: false, error, messages: [] } as unknown as Answer;
}
