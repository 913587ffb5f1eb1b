/**
 * Where blocks are shown and act: one message, one modal or one Home, with the values of its inputs.
 * Invariant: an element changes its value first and acts afterwards, so that an action carries the state it made.
 */
import { createContext } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import type { ActionRequest, Block, Json, Suggestions } from '../wire.js';
import { useDesk, type PageContext } from './desk.js';
import { actionId, formOf, selectedOf, stateKey, withEdit, type Form } from './form.js';
import { obj, str, type Obj } from './json.js';

export type Target = { channel: string; ts: string } | { view_id: string };

/** The place of an element inside its surface. */
export interface Slot {
  block: string;
  /** Whether a changed value is an action at once; in an input block only with `dispatch_action`. */
  dispatches: boolean;
  label: string;
  /** Id of the text that describes the element: a hint or an error. */
  describedBy?: string | undefined;
  invalid?: boolean;
}

export interface Surface {
  kind: 'message' | 'modal' | 'home';
  form: Form;
  /** Errors of the last submission, by block id. */
  errors: Record<string, string>;
  /** Sets a value, and acts when the slot says so; asks first where the element has a confirm. */
  change: (slot: Slot, element: Obj, value: Json) => Promise<void>;
  /** Sets a value without acting, while it is being typed. */
  edit: (slot: Slot, element: Obj, value: Json) => void;
  act: (slot: Slot, element: Obj, extra: { value?: string; selected?: string | string[] }) => Promise<void>;
  suggest: (slot: Slot, element: Obj, query: string) => Promise<Suggestions>;
}

export const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (surface === null) throw new Error('A block was drawn outside a surface.');
  return surface;
}

/** The current value of an element on its surface. */
export function valueOf(surface: Surface, slot: Slot, element: Obj): Json | undefined {
  return obj(surface.form[slot.block]?.[actionId(element)])[stateKey(str(element.type))];
}

/** A surface for these blocks; a person's edits live as long as the drawn part does. */
export function useNewSurface(
  kind: Surface['kind'],
  blocks: Block[],
  target: Target,
  errors: Record<string, string> = {},
): Surface {
  const desk = useDesk();
  const [, redraw] = useState(0);
  const edits = useRef<Form>({});
  const edit = (slot: Slot, element: Obj, value: Json): void => {
    edits.current = withEdit(edits.current, slot.block, element, value);
    redraw((count) => count + 1);
  };
  const act: Surface['act'] = (slot, element, extra) =>
    sendAction(desk, {
      ...target,
      ...extra,
      ...names(slot, element),
      user: desk.person.id,
      state: formOf(blocks, edits.current),
    });
  return {
    kind,
    errors,
    form: formOf(blocks, edits.current),
    edit,
    act: async (slot, element, extra) => {
      if (await agreed(desk, element)) await act(slot, element, extra);
    },
    change: async (slot, element, value) => {
      if (slot.dispatches && !(await agreed(desk, element))) {
        redraw((count) => count + 1);
        return;
      }
      edit(slot, element, value);
      if (slot.dispatches) await act(slot, element, { selected: selectedOf(value) });
    },
    suggest: (slot, element, query) =>
      desk.api.suggest({ ...target, ...names(slot, element), user: desk.person.id, value: query }),
  };
}

function names(slot: Slot, element: Obj): { action_id: string; block_id: string } {
  return { action_id: actionId(element), block_id: slot.block };
}

function agreed(desk: PageContext, element: Obj): Promise<boolean> {
  return element.confirm === undefined ? Promise.resolve(true) : desk.ask(obj(element.confirm));
}

async function sendAction(desk: PageContext, request: ActionRequest): Promise<void> {
  const outcome = await desk.api.action(request);
  if (!outcome.ok) desk.toast(`This action failed with the error “${outcome.error ?? 'unknown'}”`, 'error');
}
