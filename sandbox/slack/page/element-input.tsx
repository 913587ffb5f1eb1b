/**
 * Text, number, e-mail and URL fields, and date, time and date-time pickers.
 * Invariant: what is typed is in the form at every key stroke; it acts only where Slack would: on Enter, or on each
 * character when the element's `dispatch_action_config` says so.
 */
import type { InputHTMLAttributes, VNode } from 'preact';
import type { ElementProps } from './parts.js';
import { epochOfWallTime, wallTime } from './dates.js';
import { useDesk } from './desk.js';
import { actionId } from './form.js';
import { list, num, obj, str, words, type Obj } from './json.js';
import { useSurface, valueOf, type Slot } from './surface.js';

const kinds: Record<string, string> = { email_text_input: 'email', url_text_input: 'url' };

/** The attributes that every field shares. */
export function fieldOf(element: Obj, slot: Slot): InputHTMLAttributes & Record<string, unknown> {
  return {
    'aria-label': slot.label || words(element.placeholder) || actionId(element),
    'aria-describedby': slot.describedBy,
    'aria-invalid': slot.invalid === true ? true : undefined,
    'data-action-id': actionId(element),
    autoFocus: element.focus_on_load === true,
  };
}

export function TextInput({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const value = valueOf(surface, slot, element);
  const type = str(element.type);
  const text = str(value, typeof value === 'number' ? String(value) : '');
  const typed = (next: string): void => {
    surface.edit(slot, element, next === '' ? null : next);
    if (slot.dispatches && triggers(element).includes('on_character_entered'))
      void surface.act(slot, element, { value: next });
  };
  const enter = (event: KeyboardEvent): void => {
    if (
      event.key !== 'Enter' ||
      event.shiftKey ||
      !slot.dispatches ||
      !triggers(element).includes('on_enter_pressed')
    )
      return;
    event.preventDefault();
    void surface.act(slot, element, { value: text });
  };
  const shared = {
    ...fieldOf(element, slot),
    value: text,
    placeholder: words(element.placeholder),
    onKeyDown: enter,
  };
  if (element.multiline === true) {
    return (
      <textarea
        {...(shared as object)}
        class="field"
        rows={4}
        onInput={(event) => typed(event.currentTarget.value)}
      />
    );
  }
  const number = type === 'number_input';
  return (
    <input
      {...shared}
      class="field"
      type={kinds[type] ?? 'text'}
      inputMode={number ? 'decimal' : undefined}
      autoComplete="off"
      onInput={(event) => typed(event.currentTarget.value)}
    />
  );
}

/** What an element in an input block acts on, besides its change. */
export function triggers(element: Obj): string[] {
  const asked = list(obj(element.dispatch_action_config).trigger_actions_on).map((each) => str(each));
  return asked.length > 0 ? asked : ['on_enter_pressed'];
}

export function MomentInput({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const { person } = useDesk();
  const value = valueOf(surface, slot, element);
  const type = str(element.type);
  const moment = type === 'datetimepicker';
  const shown = moment ? (typeof value === 'number' ? wallTime(num(value), person.tz) : '') : str(value);
  const change = (next: string): void =>
    void surface.change(slot, element, next === '' ? null : moment ? epochOfWallTime(next, person.tz) : next);
  const zone = str(element.timezone);
  return (
    <span class="moment-field">
      <input
        {...fieldOf(element, slot)}
        class="field moment"
        type={{ datepicker: 'date', timepicker: 'time' }[type] ?? 'datetime-local'}
        value={shown}
        onChange={(event) => change(event.currentTarget.value)}
      />
      {zone !== '' && <small>{zone}</small>}
    </span>
  );
}
