/** Checkboxes and radio buttons. Invariant: a group has a name, and its options are compared by their value. */
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { ElementProps } from './parts.js';
import { actionId } from './form.js';
import { json, obj, objs, str, words, type Obj } from './json.js';
import { TextObject } from './rich.js';
import { useSurface, valueOf } from './surface.js';

export function CheckGroup({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const many = element.type === 'checkboxes';
  const current = valueOf(surface, slot, element);
  const chosen = (many ? objs(current) : [obj(current)]).map((each) => str(each.value));
  const name = useId();
  const toggle = (option: Obj, on: boolean): void => {
    const rest = objs(current).filter((each) => each.value !== option.value);
    const value = many ? (on ? [...rest, option] : rest) : option;
    void surface.change(slot, element, json(value));
  };
  return (
    <div
      class="choices"
      role={many ? 'group' : 'radiogroup'}
      aria-label={slot.label || actionId(element)}
      aria-describedby={slot.describedBy}
      data-action-id={actionId(element)}
    >
      {objs(element.options).map((option, at) => (
        <label key={at} class="choice">
          <input
            type={many ? 'checkbox' : 'radio'}
            name={name}
            value={str(option.value)}
            checked={chosen.includes(str(option.value))}
            onChange={(event) => toggle(option, event.currentTarget.checked)}
          />
          <span>
            <TextObject text={obj(option.text)} />
            {option.description !== undefined && words(option.description) !== '' && (
              <small>
                <TextObject text={obj(option.description)} />
              </small>
            )}
          </span>
        </label>
      ))}
    </div>
  );
}
