/**
 * Modals and App Homes: each person's stack of up to three modals, and one Home.
 * Invariant: only a view that the validator accepted is ever shown; every change of a view changes its hash.
 */
import type { Cause, Changes } from './changes.js';
import { SlackError } from './errors.js';
import { withIds } from './element-ids.js';
import type { Ids } from './ids.js';
import { asObject, asString } from './json.js';
import type { JsonObject } from './json.js';
import type { Block, OpenView } from './wire.js';
import { validateView } from './block-kit/validate.js';
import { errorMessages } from './block-kit/messages.js';

const STACK_MAX = 3;
/** Slack refuses a view of more than 250 kB. */
const VIEW_MAX_BYTES = 250_000;

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
  showErrors(current: OpenView, errors: Record<string, string> | undefined, cause?: Cause): OpenView;
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
  if (JSON.stringify(view).length > VIEW_MAX_BYTES) throw new SlackError('view_too_large');
  return { ...object, type, blocks: withIds((object?.blocks ?? []) as Block[], ids) } as OpenView['view'];
}

export function createOpenViews({ ids, changes }: { ids: Ids; changes: Changes }): OpenViews {
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, OpenView>();
  const stackOf = (user: string) => stacks.get(user) ?? [];
  const all = () => [...stacks.values()].flat();
  const find = (id: string) => [...all(), ...homes.values()].find((view) => view.id === id);
  const findByExternalId = (externalId: string) =>
    [...all(), ...homes.values()].find((view) => view.view.external_id === externalId);

  const refuseTakenExternalId = (view: JsonObject, except?: OpenView) => {
    const externalId = asString(view.external_id);
    if (externalId === undefined || externalId === '') return;
    const holder = findByExternalId(externalId);
    if (holder && holder !== except) throw new SlackError('duplicate_external_id');
  };
  const create = (user: string, view: OpenView['view'], previous: OpenView | undefined): OpenView => {
    const id = ids.next('V');
    return {
      id,
      root_view_id: previous?.root_view_id ?? id,
      previous_view_id: previous?.id ?? null,
      user,
      hash: ids.uuid().slice(0, 13),
      view,
    };
  };
  const shut = (user: string, from: number, cause?: Cause) => {
    const stack = stackOf(user);
    stacks.set(user, stack.slice(0, from));
    for (const view of stack.slice(from).reverse())
      changes.emit({ type: 'view_closed', view_id: view.id }, cause);
  };
  const refuseOldHash = (current: OpenView | undefined, hash: string | undefined) => {
    if (hash !== undefined && current && hash !== current.hash) throw new SlackError('hash_conflict');
  };

  return {
    all,
    homes: () => Object.fromEntries(homes),
    find,
    findByExternalId,
    top: (user) => stackOf(user).at(-1),
    open(user, view, cause) {
      const accepted = accept(view, 'modal', ids);
      shut(user, 0, cause);
      refuseTakenExternalId(accepted as JsonObject);
      const opened = create(user, accepted, undefined);
      stacks.set(user, [opened]);
      changes.emit({ type: 'view', view: opened }, cause);
      return opened;
    },
    push(user, view, cause) {
      const accepted = accept(view, 'modal', ids);
      const stack = stackOf(user);
      if (stack.length === 0) throw new SlackError('no_open_view');
      if (stack.length >= STACK_MAX) throw new SlackError('push_limit_reached');
      refuseTakenExternalId(accepted as JsonObject);
      const pushed = create(user, accepted, stack.at(-1));
      stacks.set(user, [...stack, pushed]);
      changes.emit({ type: 'view', view: pushed }, cause);
      return pushed;
    },
    update(current, view, hash, cause) {
      const accepted = accept(view, current.view.type, ids);
      refuseOldHash(current, hash);
      refuseTakenExternalId(accepted as JsonObject, current);
      Object.assign(current, { view: accepted, hash: ids.uuid().slice(0, 13) });
      delete current.errors;
      changes.emit({ type: current.view.type === 'home' ? 'home' : 'view', view: current }, cause);
      return current;
    },
    publish(user, view, hash) {
      const accepted = accept(view, 'home', ids);
      const current = homes.get(user);
      refuseOldHash(current, hash);
      refuseTakenExternalId(accepted as JsonObject, current);
      const home = {
        ...create(user, accepted, undefined),
        ...(current && { id: current.id, root_view_id: current.id }),
      };
      homes.set(user, home);
      changes.emit({ type: 'home', view: home });
      return home;
    },
    showErrors(current, errors, cause) {
      if (errors) current.errors = errors;
      else delete current.errors;
      if (errors) changes.emit({ type: 'view', view: current }, cause);
      return current;
    },
    close(current, wholeStack, cause) {
      const at = stackOf(current.user).indexOf(current);
      if (at >= 0) shut(current.user, wholeStack ? 0 : at, cause);
    },
  };
}
