/**
 * Guarded actions as people do them: forms, cards and buttons in the stand-in for Slack, and what is really so: rows of
 * the desk's database and objects of the payments API.
 *
 * Invariant: nothing here reaches around the desk; reading the database is for looking, never for doing.
 */
import pg from 'pg';
import type { Json, Message, OpenView, Outcome } from '../../sandbox/slack/wire.js';
import { textOf, until, type TestDesk } from './desk.js';

/** What people type into a form: field → text, or a list of files. */
type Typed = Readonly<Record<string, Json>>;

interface StoredRequest {
  state: string;
  state_why: string | null;
  effect_reference: string | null;
  idempotency_key: string;
  verified: boolean;
  review: string;
  calls: number;
}

interface StoredVote {
  person: string;
  state: string;
  void_why: string | null;
}

interface Refund {
  id: string;
  amount: number;
  metadata: Record<string, string>;
}

/** One of the approvals channel's buttons, by what its action_id ends with. */
export type ButtonName = 'approve' | 'reject' | 'cancel' | 'plan' | 'close_review' | 'took_effect';

interface Click {
  /** Replaces the button's own value. */
  value?: string;
}

export interface Guarded {
  /** A payment that was made just now, in minor units. */
  pay(fields?: Record<string, string>): Promise<{ payment: string; charge: string }>;
  /** Over the payments API's wire; a `form` makes it a POST. */
  payments<Answer>(path: string, form?: Record<string, string>): Promise<Answer>;
  refundsOf(charge: string): Promise<Refund[]>;
  /** The modal that a command opens. */
  open(person: string, command: string): Promise<OpenView>;
  submit(person: string, view: OpenView, typed: Typed): Promise<Outcome>;
  /** Asks by command and form; answers `REM-…`. */
  ask(person: string, command: string, typed: Typed): Promise<string>;
  /** The live card in #approvals, once it is there. */
  card(id: string): Promise<Message>;
  /** Clicks a button of the card as it is now. */
  click(person: string, id: string, button: ButtonName, click?: Click): Promise<Outcome>;
  /** Clicks a button that opens a window; the card may change first, and the click be told without the window. */
  opens(person: string, id: string, button: ButtonName): Promise<OpenView>;
  /** Says something in a window that closes then. Slack shows nothing more after that, so nobody waits for it. */
  say(person: string, view: OpenView, words: string): void;
  /** Approves where the amount has to be typed, and waits until the vote is there. */
  vote(person: string, id: string, amount: string): Promise<void>;
  stored(id: string): Promise<StoredRequest>;
  votes(id: string): Promise<StoredVote[]>;
  /** Waits until the request has come to this state and its card says so. */
  reaches(id: string, state: string, words: RegExp): Promise<StoredRequest>;
  /** Waits until it is done, and sets the clock ahead to when it is looked for; then until it was seen. */
  closes(id: string): Promise<StoredRequest>;
  /** Waits until this was told below the card. */
  told(id: string, words: RegExp): Promise<void>;
  /** Waits until this was told in a channel. */
  heard(channel: string, words: string): Promise<void>;
  /** Does something, and waits until somebody was told this privately and newly. */
  answered(words: string, act: () => Promise<unknown>): Promise<void>;
  rows<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Throws when a window did not close that was to. */
  close(): Promise<void>;
}

/** The desk leaves the other side so long before it looks. */
const settlingMs = 3000;

export async function guardedOf(desk: TestDesk): Promise<Guarded> {
  const database = new pg.Client({ connectionString: desk.urls.database });
  await database.connect();
  const rows = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await database.query(sql, values)).rows as Row[];
  const payments = async <Answer>(path: string, form?: Record<string, string>): Promise<Answer> => {
    const headers = { authorization: 'Bearer sk_test_desk' };
    const init = form ? { method: 'POST', headers, body: new URLSearchParams(form) } : { headers };
    return (await (await fetch(`${desk.paymentsApi.baseUrl}/v1/${path}`, init)).json()) as Answer;
  };
  const messagesOf = async (channel: string): Promise<Message[]> =>
    (await desk.state()).channels.find(({ name }) => name === channel)?.messages ?? [];
  const card = (id: string): Promise<Message> =>
    until(`the card of ${id}`, async () => (await messagesOf('approvals')).find(isCardOf(id)));
  const stored = async (id: string): Promise<StoredRequest> => {
    const [row] = await rows<StoredRequest>('select * from paydesk.remediations where number = $1', [
      numberOf(id),
    ]);
    if (row) return row;
    throw new Error(`${id} is not in the database`);
  };
  const open = async (person: string, command: string): Promise<OpenView> => {
    const outcome = await desk.command(command, { user: person });
    return outcome.view ?? fail(`${command} opened no window`, outcome);
  };
  const submit = (person: string, view: OpenView, typed: Typed): Promise<Outcome> =>
    desk.control('submit', { user: person, view_id: view.id, values: valuesOf(typed, view) });
  const reaches = async (id: string, state: string, words: RegExp): Promise<StoredRequest> => {
    await until(`${id} is ${state}`, async () => (await stored(id)).state === state);
    await until(`the card of ${id} says ${String(words)}`, async () => words.test((await card(id)).text));
    return stored(id);
  };
  const click: Guarded['click'] = async (user, id, button, { value } = {}) => {
    const { ts } = await card(id);
    const place = { channel: 'approvals', ts, action_id: `remediation_${button}` };
    return desk.action({ user, ...place, ...(value !== undefined && { value }) });
  };
  const opens: Guarded['opens'] = async (person, id, button) => {
    const { view } = await click(person, id, button);
    const windowOf = async (): Promise<OpenView | undefined> => {
      const { users, views } = await desk.state();
      return views.find(({ user }) =>
        users.some(({ id: userId, name }) => name === person && userId === user),
      );
    };
    return view ?? until(`a window of ${person}`, windowOf);
  };
  const votes = (id: string): Promise<StoredVote[]> =>
    rows(
      'select person, state, void_why from paydesk.remediation_votes where remediation = $1 order by cast_at',
      [numberOf(id)],
    );
  const answersWith = async (words: string): Promise<number> =>
    (await desk.state()).channels
      .flatMap(({ is_im, messages }) =>
        messages.filter(({ ephemeral_to }) => is_im || ephemeral_to !== undefined),
      )
      .filter((message) => textsOf([message]).includes(words)).length;
  const closing: Promise<Outcome>[] = [];
  const say: Guarded['say'] = (person, view, words) => void closing.push(submit(person, view, { words }));
  return {
    click,
    opens,
    votes,
    say,
    rows,
    payments,
    card,
    stored,
    open,
    submit,
    pay: async (fields = {}) => {
      const order = {
        amount: '2500',
        currency: 'eur',
        confirm: 'true',
        payment_method: 'pm_card_visa',
        ...fields,
      };
      const { id, latest_charge } = await payments<{ id: string; latest_charge: string }>(
        'payment_intents',
        order,
      );
      return { payment: id, charge: latest_charge };
    },
    refundsOf: async (charge) =>
      (await payments<{ data: Refund[] }>(`refunds?charge=${charge}&limit=100`)).data,
    ask: async (person, command, typed) => {
      const outcome = await submit(person, await open(person, command), typed);
      return requestedIn(outcome) ?? fail(`${command} was not asked for`, outcome);
    },
    vote: async (person, id, amount) => {
      const before = await votes(id);
      say(person, await opens(person, id, 'approve'), amount);
      await until(`the vote of ${person}`, async () => (await votes(id)).length > before.length);
    },
    reaches,
    closes: async (id) => {
      await until(`${id} is done`, async () => ['done', 'closed'].includes((await stored(id)).state));
      desk.skip(settlingMs);
      return reaches(id, 'closed', /done and verified$/);
    },
    told: async (id, words) => {
      const { ts } = await card(id);
      const below = async (): Promise<boolean> =>
        words.test(textsOf((await messagesOf('approvals')).filter(({ thread_ts }) => thread_ts === ts)));
      await until(`${String(words)} below the card of ${id}`, below);
    },
    heard: (channel, words) =>
      until(`“${words}” in #${channel}`, async () => textsOf(await messagesOf(channel)).includes(words)).then(
        () => undefined,
      ),
    answered: async (words, act) => {
      const before = await answersWith(words);
      await act();
      await until(`the private answer “${words}”`, async () => (await answersWith(words)) > before);
    },
    close: async () => {
      const refused = (await Promise.all(closing)).find(({ errors }) => errors !== undefined);
      await database.end();
      if (refused) fail('a window did not close', refused);
    },
  };
}

const textsOf = (messages: Message[]): string => textOf({ ok: true, messages });

const numberOf = (id: string): number => Number(id.replace('REM-', ''));

const isCardOf =
  (id: string) =>
  ({ text }: Message): boolean =>
    text.startsWith(`${id}: `) || text.startsWith(`Break-glass · ${id}: `);

/** Under the action_ids of the view's own inputs. */
function valuesOf(typed: Typed, { view }: OpenView): Record<string, Record<string, Json>> {
  const actionIdOf = (field: string): string => {
    const block = view.blocks.find(({ block_id: blockId }) => blockId === field);
    return (block?.element as { action_id?: string } | undefined)?.action_id ?? 'value';
  };
  return Object.fromEntries(
    Object.entries(typed).map(([field, value]) => [field, { [actionIdOf(field)]: value }]),
  );
}

/** The id in the window that follows a form. */
export const requestedIn = ({ view }: Outcome): string | null =>
  /^(REM-\d+) (?:already )?submitted$/.exec(
    (view?.view.title as { text?: string } | undefined)?.text ?? '',
  )?.[1] ?? null;

function fail(what: string, outcome: Outcome): never {
  throw new Error(`${what}: ${JSON.stringify(outcome).slice(0, 2000)}`);
}

interface Button {
  type?: string;
  action_id?: string;
  value?: string;
}

const elementsOf = ({ blocks = [] }: Pick<Message, 'blocks'>): Button[] =>
  blocks.flatMap(({ elements }) => (Array.isArray(elements) ? (elements as Button[]) : []));

/** The action_ids of all buttons of a message. */
export const buttonsOf = (message: Message): string[] =>
  elementsOf(message).flatMap(({ type, action_id = '' }) => (type === 'button' ? [action_id] : []));

/** The value of a button of a message. Throws where there is none. */
export function buttonValueOf(message: Message, button: ButtonName): string {
  const found = elementsOf(message).find(({ action_id }) => action_id === `remediation_${button}`);
  if (found?.value !== undefined) return found.value;
  throw new Error(`“${message.text}” has no button ${button}: ${buttonsOf(message).join()}`);
}

/** What a modal holds to begin with, by input. */
export const initialValuesOf = ({ view }: OpenView): Record<string, unknown> =>
  Object.fromEntries(
    view.blocks
      .filter(({ type }) => type === 'input')
      .map(({ block_id, element }): [string, unknown] => {
        const { initial_value: text, initial_option: option } = (element ?? {}) as {
          initial_value?: unknown;
          initial_option?: { value: unknown };
        };
        return [block_id!, text ?? option?.value ?? null];
      }),
  );
