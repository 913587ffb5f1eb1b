/**
 * The everyday blocks: section, header, context, actions, input, rich text, markdown, divider, alert.
 * Invariant: an input block ties its label, hint and error to its field for screen readers.
 */
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { BlockProps } from './parts.js';
import { Element } from './element.js';
import { withEmoji } from './emoji.js';
import { Folded } from './folded.js';
import { Icon } from './icons.js';
import { num, obj, objs, str, words, type Obj } from './json.js';
import { parseMarkdown } from './markdown.js';
import { richTextTree } from './rich-text.js';
import { TextObject, Tree } from './rich.js';
import { useSurface, type Slot } from './surface.js';

export function Section({ block, id }: BlockProps): VNode {
  const { kind } = useSurface();
  const fields = objs(block.fields);
  const accessory = block.accessory === undefined ? null : obj(block.accessory);
  return (
    <>
      <div class="section-body">
        {block.text !== undefined &&
          (kind === 'message' && block.expand !== true ? (
            <Folded>
              <TextObject text={obj(block.text)} />
            </Folded>
          ) : (
            <TextObject text={obj(block.text)} />
          ))}
        {fields.length > 0 && (
          <div class="fields">
            {fields.map((field, at) => (
              <div key={at} class="section-field">
                <TextObject text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory !== null && (
        <div class="accessory">
          <Element element={accessory} slot={{ block: id, dispatches: true, label: '' }} />
        </div>
      )}
    </>
  );
}

export function Header({ block }: BlockProps): VNode {
  const level = num(block.level, 2);
  return (
    <div class={`header-text level-${level}`} role="heading" aria-level={level + 1}>
      {withEmoji(words(block.text))}
    </div>
  );
}

export function Divider(): VNode {
  return <hr />;
}

export function Context({ block, id }: BlockProps): VNode {
  const slot: Slot = { block: id, dispatches: true, label: '' };
  const one = (element: Obj): VNode =>
    element.type === 'image' ? <Element element={element} slot={slot} /> : <TextObject text={element} />;
  return (
    <>
      {objs(block.elements).map((element, at) => (
        <div key={at} class="context-item">
          {one(element)}
        </div>
      ))}
    </>
  );
}

/** The elements of an `actions` or a `context_actions` block. */
export function Elements({ block, id }: BlockProps): VNode {
  const slot: Slot = { block: id, dispatches: true, label: '' };
  return (
    <>
      {objs(block.elements).map((element, at) => (
        <Element key={str(element.action_id, String(at))} element={element} slot={slot} />
      ))}
    </>
  );
}

export function Input({ block, id }: BlockProps): VNode {
  const { errors } = useSurface();
  const note = useId();
  const error = errors[id];
  const label = words(block.label);
  const slot: Slot = {
    block: id,
    label,
    dispatches: block.dispatch_action === true,
    invalid: error !== undefined,
    describedBy: error !== undefined || block.hint !== undefined ? note : undefined,
  };
  return (
    <div class={error === undefined ? 'input-block' : 'input-block wrong'}>
      <div class="input-label" aria-hidden="true">
        {withEmoji(label)}
        {block.optional === true && <span class="optional"> (optional)</span>}
      </div>
      <Element element={obj(block.element)} slot={slot} />
      <div id={note}>
        {error !== undefined && (
          <p class="input-error" role="alert">
            <Icon name="warning" size={16} />
            {error}
          </p>
        )}
        {block.hint !== undefined && <p class="input-hint">{withEmoji(words(block.hint))}</p>}
      </div>
    </div>
  );
}

export function RichText({ block }: BlockProps): VNode {
  return <Tree blocks={richTextTree(block)} />;
}

export function Markdown({ block }: BlockProps): VNode {
  return <Tree blocks={parseMarkdown(str(block.text))} />;
}

export function Alert({ block }: BlockProps): VNode {
  const level = str(block.level, 'default');
  return (
    <div class={`alert-box ${level}`} role="note" aria-label={level}>
      <Icon name={level === 'success' ? 'check' : 'warning'} size={18} />
      <TextObject text={obj(block.text)} />
    </div>
  );
}
