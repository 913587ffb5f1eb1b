/**
 * The one tree that every kind of formatted text becomes before it is drawn: mrkdwn, markdown and rich text.
 * Invariant: leaves hold plain text, and a link's `href` has passed `safeHref`; so drawing needs no escaping.
 */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike' | 'underline' | 'highlight'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; children: Inline[] }
  | { kind: 'user'; id: string }
  | { kind: 'channel'; id: string; label: string }
  | { kind: 'usergroup'; id: string; label: string }
  | { kind: 'team'; id: string }
  | { kind: 'broadcast'; range: string }
  | { kind: 'date'; epochSeconds: number; format: string; href: string | null; fallback: string }
  | { kind: 'emoji'; name: string }
  | { kind: 'color'; value: string };

export type Cell = { align: 'left' | 'center' | 'right'; children: Inline[] };

export type TextBlock =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'pre'; text: string; bordered?: boolean }
  | { kind: 'quote'; children: TextBlock[]; bordered?: boolean }
  | {
      kind: 'list';
      ordered: boolean;
      start: number;
      indent: number;
      items: Inline[][];
      /** Behind a line at the left, like a quote. */
      bordered?: boolean;
    }
  | { kind: 'table'; head: Cell[]; rows: Cell[][] }
  | { kind: 'rule' };

/** The address if it may be followed from the page (http, https, mailto), else null. */
export function safeHref(address: string): string | null {
  const trimmed = address.trim();
  return /^(https?:\/\/|mailto:)[^\s]+$/i.test(trimmed) ? trimmed : null;
}

/** A link, or only its label where the address must not be followed. */
export function link(address: string, children: Inline[]): Inline[] {
  const href = safeHref(address);
  return href === null ? children : [{ kind: 'link', href, children }];
}

/** The tree read aloud: for labels, sorting and filtering. */
export function plainText(nodes: Inline[]): string {
  return nodes.map(wordsOf).join('');
}

function wordsOf(node: Inline): string {
  switch (node.kind) {
    case 'text':
    case 'code':
      return node.text;
    case 'user':
    case 'team':
      return `@${node.id}`;
    case 'channel':
      return `#${node.label || node.id}`;
    case 'usergroup':
      return node.label || node.id;
    case 'broadcast':
      return `@${node.range}`;
    case 'date':
      return node.fallback;
    case 'emoji':
      return `:${node.name}:`;
    case 'color':
      return node.value;
    case 'bold':
    case 'italic':
    case 'strike':
    case 'underline':
    case 'highlight':
    case 'link':
      return plainText(node.children);
  }
}
