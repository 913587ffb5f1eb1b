/**
 * Turns a `rich_text` block into the same text tree as mrkdwn.
 * Invariant: an element of an unknown type shows its `text`, or its type in brackets, never nothing.
 */
import { emojiCharacter } from './emoji.js';
import { num, obj, objs, str, words, type Obj } from './json.js';
import { link, plainText, safeHref, type Inline, type TextBlock } from './text-tree.js';

/** The tree of a `rich_text` block. */
export function richTextTree(block: Obj): TextBlock[] {
  return objs(block.elements).map(blockOf);
}

function blockOf(element: Obj): TextBlock {
  switch (str(element.type)) {
    case 'rich_text_list':
      return {
        kind: 'list',
        ordered: element.style === 'ordered',
        start: num(element.offset) + 1,
        indent: num(element.indent),
        items: objs(element.elements).map(inlines),
        bordered: element.border === 1,
      };
    case 'rich_text_quote':
      return {
        kind: 'quote',
        children: [{ kind: 'paragraph', children: inlines(element) }],
        bordered: element.border === 1,
      };
    case 'rich_text_preformatted':
      return { kind: 'pre', text: plainText(inlines(element)), bordered: element.border === 1 };
    default:
      return { kind: 'paragraph', children: inlines(element) };
  }
}

function inlines(section: Obj): Inline[] {
  return objs(section.elements).flatMap(inlineOf);
}

function inlineOf(element: Obj): Inline[] {
  const style = obj(element.style);
  let nodes = style.code === true ? [{ kind: 'code' as const, text: str(element.text) }] : bare(element);
  if (style.bold === true) nodes = [{ kind: 'bold', children: nodes }];
  if (style.italic === true) nodes = [{ kind: 'italic', children: nodes }];
  if (style.underline === true) nodes = [{ kind: 'underline', children: nodes }];
  if (style.highlight === true || style.client_highlight === true)
    nodes = [{ kind: 'highlight', children: nodes }];
  return style.strike === true ? [{ kind: 'strike', children: nodes }] : nodes;
}

function bare(element: Obj): Inline[] {
  switch (str(element.type)) {
    case 'text':
      return [{ kind: 'text', text: words(element.text) }];
    case 'link':
      return link(str(element.url), [{ kind: 'text', text: str(element.text, str(element.url)) }]);
    case 'user':
      return [{ kind: 'user', id: str(element.user_id) }];
    case 'channel':
      return [{ kind: 'channel', id: str(element.channel_id), label: '' }];
    case 'usergroup':
      return [{ kind: 'usergroup', id: str(element.usergroup_id), label: '' }];
    case 'broadcast':
      return [{ kind: 'broadcast', range: str(element.range) }];
    case 'team':
      return [{ kind: 'team', id: str(element.team_id) }];
    case 'emoji':
      return [emojiOf(element)];
    case 'color':
      return [{ kind: 'color', value: str(element.value) }];
    case 'date':
      return [dateOf(element)];
    default:
      return [{ kind: 'text', text: str(element.text, `[${str(element.type, 'unknown')}]`) }];
  }
}

/** An emoji that this page does not know by name is drawn from its code points, such as `1f44b-1f3fd`. */
function emojiOf(element: Obj): Inline {
  const name = str(element.name);
  const unicode = str(element.unicode);
  if (emojiCharacter(name) !== null || !/^[0-9a-f]{2,5}(-[0-9a-f]{2,5})*$/i.test(unicode))
    return { kind: 'emoji', name };
  return {
    kind: 'text',
    text: String.fromCodePoint(...unicode.split('-').map((point) => parseInt(point, 16))),
  };
}

function dateOf(element: Obj): Inline {
  const epochSeconds = num(element.timestamp, NaN);
  const fallback = str(element.fallback, String(epochSeconds));
  return {
    kind: 'date',
    epochSeconds,
    format: str(element.format),
    href: safeHref(str(element.url)),
    fallback,
  };
}
