/**
 * Modals and App Homes: each person's stack of up to three modals, and one Home.
 * Invariant: only a view that the validator accepted is ever shown; every change of a view changes its hash.
 */
import type { Cause, Changes } from './changes.js';
import { SlackError } from './errors.js';
import { withIds } from './element-ids.js';
import type { Ids } from './ids.js';
import { asObject } from './json.js';
import type { Block, OpenView } from './wire.js';
import { validateView } from './block-kit/validate.js';
import { errorMessages } from './block-kit/messages.js';

const stackMax = 3;
/** Slack refuses a view of more than 250 kB. */
const viewMaxBytes = 250_000;

interface Deps {
  ids: Ids;
  changes: Changes;
}

export interface OpenViews {
  /** Every open modal, each person's stack from the bottom up. */
  all(): OpenView[];
  homes(): Record<string, OpenView>;
  find(viewId: string): OpenView | undefined;
  findByExternalId(externalId: string): OpenView | undefined;
  top(user: string): OpenView | undefined;
  open(user: string, view: unknown, cause?: Cause): OpenView;
  push(user: string, view: unknown, cause?: Cause): OpenView;
  update(current: OpenView, view: unknown, hash?: string, cause?: Cause): OpenView;
  publish(user: string, view: unknown, hash?: string): OpenView;
  showErrors(current: OpenView, errors: Record<string, string>, cause?: Cause): void;
  /** Closes the top view of its person, or the whole stack. */
  close(current: OpenView, wholeStack: boolean, cause?: Cause): void;
}

/** @throws SlackError invalid_arguments with the validator's pointers, or view_too_large. */
function accept(view: unknown, type: 'modal' | 'home', ids: Ids): OpenView['view'] {
  const object = asObject(view);
  if (object && object.type !== type) {
    throw new SlackError(
      'invalid_arguments',
      errorMessages([{ pointer: '/view/type', message: `must be ${type}` }]),
    );
  }
  const errors = validateView(view);
  if (errors.length > 0) throw new SlackError('invalid_arguments', errorMessages(errors));
  if (Buffer.byteLength(JSON.stringify(view)) > viewMaxBytes) throw new SlackError('view_too_large');
  const titles = (['title', 'submit', 'close'] as const).flatMap((name) => {
    const text = asObject(object?.[name]);
    return text ? [[name, { emoji: true, ...text }] as const] : [];
  });
  const blocks = withIds((object?.blocks ?? []) as Block[], ids);
  return { ...object, ...Object.fromEntries(titles), type, blocks } as OpenView['view'];
}

/** Each person's stack of modals, and the Homes: only the keeping, no rules. */
function createShelf({ changes }: Deps) {
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, OpenView>();
  const stackOf = (user: string) => stacks.get(user) ?? [];
  const all = () => [...stacks.values()].flat();
  return {
    homes,
    stackOf,
    all,
    find: (matches: (view: OpenView) => boolean) => [...all(), ...homes.values()].find(matches),
    put(view: OpenView, cause?: Cause) {
      stacks.set(view.user, [...stackOf(view.user), view]);
      changes.emit({ type: 'view', view }, cause);
      return view;
    },
    /** Closes everything of this person from the given height up, the topmost first. */
    shut(user: string, from: number, cause?: Cause) {
      const stack = stackOf(user);
      stacks.set(user, stack.slice(0, from));
      for (const view of stack.slice(from).reverse())
        changes.emit({ type: 'view_closed', view_id: view.id }, cause);
    },
  };
}

const freshHash = (ids: Ids): string => ids.uuid().slice(0, 13);

/** A view that is new on the stack, or a Home that keeps its id. */
function newView(
  ids: Ids,
  user: string,
  view: OpenView['view'],
  previous?: OpenView,
  id = ids.next('V'),
): OpenView {
  return {
    id,
    root_view_id: previous?.root_view_id ?? id,
    previous_view_id: previous?.id ?? null,
    user,
    hash: freshHash(ids),
    view,
  };
}

export function createOpenViews(deps: Deps): OpenViews {
  const { ids, changes } = deps;
  const shelf = createShelf(deps);
  const findByExternalId = (externalId: string) => shelf.find((each) => each.view.external_id === externalId);

  /** @throws SlackError when the view is refused, its external_id is taken, or the hash is an old one */
  const admit = (
    view: unknown,
    type: 'modal' | 'home',
    current?: OpenView,
    hash?: string,
  ): OpenView['view'] => {
    const accepted = accept(view, type, ids);
    if (hash !== undefined && current && hash !== current.hash) throw new SlackError('hash_conflict');
    const externalId = accepted.external_id;
    const holder =
      typeof externalId === 'string' && externalId !== '' ? findByExternalId(externalId) : undefined;
    if (holder && holder !== current) throw new SlackError('duplicate_external_id');
    return accepted;
  };

  return {
    all: shelf.all,
    homes: () => Object.fromEntries(shelf.homes),
    find: (id) => shelf.find((each) => each.id === id),
    findByExternalId,
    top: (user) => shelf.stackOf(user).at(-1),
    open(user, view, cause) {
      const accepted = admit(view, 'modal');
      shelf.shut(user, 0, cause);
      return shelf.put(newView(ids, user, accepted), cause);
    },
    push(user, view, cause) {
      const accepted = admit(view, 'modal');
      const stack = shelf.stackOf(user);
      if (stack.length === 0) throw new SlackError('not_found');
      if (stack.length >= stackMax) throw new SlackError('push_limit_reached');
      return shelf.put(newView(ids, user, accepted, stack.at(-1)), cause);
    },
    update(current, view, hash, cause) {
      Object.assign(current, { view: admit(view, current.view.type, current, hash), hash: freshHash(ids) });
      delete current.errors;
      changes.emit({ type: current.view.type === 'home' ? 'home' : 'view', view: current }, cause);
      return current;
    },
    publish(user, view, hash) {
      const current = shelf.homes.get(user);
      const home = newView(ids, user, admit(view, 'home', current, hash), undefined, current?.id);
      shelf.homes.set(user, home);
      changes.emit({ type: 'home', view: home });
      return home;
    },
    showErrors(current, errors, cause) {
      current.errors = errors;
      changes.emit({ type: 'view', view: current }, cause);
    },
    close(current, wholeStack, cause) {
      const at = shelf.stackOf(current.user).indexOf(current);
      if (at >= 0) shelf.shut(current.user, wholeStack ? 0 : at, cause);
    },
  };
}
