/**
 * The rich text field: typed marks become formats, a toolbar and Slack's keys set them, and what comes out is shown below.
 * Invariant: the app gets exactly what is shown.
 */
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ElementProps } from './parts.js';
import { fieldOf, triggers } from './element-input.js';
import { Drawing } from './icons.js';
import { num, obj, words } from './json.js';
import { richTextTree } from './rich-text.js';
import { Tree } from './rich.js';
import { richTextOf, typedOf, withLineMark, withLink, withMark, type Selection } from './rich-input.js';
import { useSurface, valueOf } from './surface.js';

interface Tool {
  name: string;
  /** With Ctrl or ⌘; a capital letter also wants Shift. Slack's own keys. */
  key: string;
  path: string;
  apply: (selection: Selection) => Selection;
}

const tools: readonly Tool[] = [
  {
    name: 'Bold',
    key: 'b',
    path: 'M6 4h5a3 3 0 0 1 0 6H6Zm0 6h6a3 3 0 0 1 0 6H6Z',
    apply: (on) => withMark(on, '*'),
  },
  { name: 'Italic', key: 'i', path: 'M8.5 4h6M5.5 16h6M11.5 4l-3 12', apply: (on) => withMark(on, '_') },
  {
    name: 'Strikethrough',
    key: 'X',
    path: 'M3 10h14M13.5 6.5C13 5 11.7 4.2 10 4.2c-2 0-3.5 1-3.5 2.6 0 1 .5 1.7 1.3 2.2M6.3 13c.4 1.7 1.8 2.8 3.8 2.8 2.2 0 3.7-1.1 3.7-2.9',
    apply: (on) => withMark(on, '~'),
  },
  {
    name: 'Link',
    key: 'U',
    path: 'M8.5 11.5a3 3 0 0 0 4.2 0l2.8-2.8a3 3 0 0 0-4.2-4.2L10 5.8M11.5 8.5a3 3 0 0 0-4.2 0l-2.8 2.8a3 3 0 0 0 4.2 4.2L10 14.2',
    apply: withLink,
  },
  {
    name: 'Ordered list',
    key: '7',
    path: 'M8.5 5h8M8.5 10h8M8.5 15h8M3.5 4l1.5-.8V7M3.3 13h2.2l-2.2 3.5h2.4',
    apply: (on) => withLineMark(on, (at) => `${at + 1}. `),
  },
  {
    name: 'Bulleted list',
    key: '8',
    path: 'M8 5h8.5M8 10h8.5M8 15h8.5M4 5v.01M4 10v.01M4 15v.01',
    apply: (on) => withLineMark(on, () => '- '),
  },
  {
    name: 'Quote',
    key: '9',
    path: 'M4 4v12M8 6h8.5M8 10h8.5M8 14h5',
    apply: (on) => withLineMark(on, () => '> '),
  },
  { name: 'Code', key: 'C', path: 'm7 6-4 4 4 4M13 6l4 4-4 4', apply: (on) => withMark(on, '`') },
];

export function RichInput({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const field = useRef<HTMLTextAreaElement>(null);
  const value = valueOf(surface, slot, element);
  const [typed, setTyped] = useState(() => typedOf(obj(value)));
  const write = (text: string): void => {
    setTyped(text);
    surface.edit(slot, element, richTextOf(text));
    if (slot.dispatches && triggers(element).includes('on_character_entered'))
      void surface.act(slot, element, { value: text });
  };
  const use = ({ apply }: Tool): void => {
    const area = field.current;
    if (area === null) return;
    const next = apply({ text: area.value, from: area.selectionStart, to: area.selectionEnd });
    // At once, so that the selection can be set on it; the next drawing says the same.
    area.value = next.text;
    write(next.text);
    area.focus();
    area.setSelectionRange(next.from, next.to);
  };
  const keys = (event: KeyboardEvent): void => {
    const tool = event.ctrlKey || event.metaKey ? tools.find((each) => isPressed(each, event)) : undefined;
    if (tool) {
      event.preventDefault();
      use(tool);
    } else if (event.key === 'Enter' && !event.shiftKey && dispatchesOnEnter) {
      event.preventDefault();
      void surface.act(slot, element, { value: typed });
    }
  };
  const dispatchesOnEnter = slot.dispatches && triggers(element).includes('on_enter_pressed');
  const lines = Math.max(typed.split('\n').length, num(element.min_lines, 4));
  return (
    <div class="rich-input">
      <div class="rich-tools" role="toolbar" aria-label={`Format ${slot.label}`.trim()}>
        {tools.map((tool) => (
          <button
            key={tool.name}
            type="button"
            class="icon-button"
            aria-label={tool.name}
            title={`${tool.name} (Ctrl+${/[A-Z\d]/.test(tool.key) ? 'Shift+' : ''}${tool.key.toUpperCase()})`}
            onClick={() => use(tool)}
          >
            <Drawing path={tool.path} size={16} />
          </button>
        ))}
      </div>
      <textarea
        {...(fieldOf(element, slot) as object)}
        ref={field}
        class="field"
        rows={Math.min(lines, num(element.max_lines, 12))}
        value={typed}
        placeholder={words(element.placeholder)}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={keys}
      />
      {typed.trim() !== '' && (
        <div class="rich-preview" role="group" aria-label="As it will be sent">
          <Tree blocks={richTextTree(obj(richTextOf(typed)))} />
        </div>
      )}
    </div>
  );
}

/** Digits are recognised by their key, because Shift makes them other signs. */
function isPressed({ key }: Tool, event: KeyboardEvent): boolean {
  const wantsShift = /[A-Z\d]/.test(key);
  if (event.shiftKey !== wantsShift) return false;
  return /\d/.test(key) ? event.code === `Digit${key}` : event.key.toLowerCase() === key.toLowerCase();
}
