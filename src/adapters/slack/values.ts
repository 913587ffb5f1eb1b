/**
 * What an element of Block Kit holds, as one string: the same for a click and for the inputs of a modal.
 *
 * Invariant: total; whatever an element holds or leaves out becomes a string, '' for nothing.
 * Source: docs.slack.dev/reference/interaction-payloads, `view.state.values` and `actions`.
 */

interface Option {
  value?: string;
}

/** The members in which Slack keeps a value; an element has one of them. */
export interface ElementState {
  value?: string | null;
  selected_option?: Option | null;
  selected_options?: readonly Option[] | null;
  selected_date?: string | null;
  selected_time?: string | null;
  selected_date_time?: number | null;
  selected_user?: string | null;
  selected_channel?: string | null;
  selected_conversation?: string | null;
  selected_users?: readonly string[] | null;
  selected_channels?: readonly string[] | null;
  selected_conversations?: readonly string[] | null;
  files?: readonly { id: string }[] | null;
  rich_text_value?: RichTextNode | null;
}

/** Dates as YYYY-MM-DD, instants as seconds, several choices and files with commas between, rich text as plain text. */
export function valueOf(state: ElementState): string {
  const one = state.value ?? state.selected_option?.value ?? state.selected_date ?? state.selected_time;
  const id = state.selected_user ?? state.selected_channel ?? state.selected_conversation;
  const ids = state.selected_users ?? state.selected_channels ?? state.selected_conversations;
  const several =
    ids ?? state.selected_options?.map(({ value = '' }) => value) ?? state.files?.map((file) => file.id);
  if (several) return several.join(',');
  if (state.rich_text_value) return plainText(state.rich_text_value).trim();
  return one ?? id ?? state.selected_date_time?.toString() ?? '';
}

type BlockStates = Readonly<Record<string, Readonly<Record<string, ElementState>>>>;

/** By block_id. An input block has one element; of a row of elements the first that holds something counts. */
export function valuesOf(states: BlockStates): Record<string, string> {
  const rows = Object.entries(states).map(([blockId, elements]) => {
    const held = Object.values(elements).map(valueOf);
    return [blockId, held.find((value) => value !== '') ?? ''] as const;
  });
  return Object.fromEntries(rows);
}

interface RichTextNode {
  type: string;
  elements?: readonly RichTextNode[];
  text?: string;
  url?: string;
  name?: string;
  range?: string;
  value?: string;
  fallback?: string;
  user_id?: string;
  channel_id?: string;
  usergroup_id?: string;
}

/** Mentions as Slack writes them in text; styles are lost. */
function plainText(node: RichTextNode): string {
  const isColumn = node.type === 'rich_text' || node.type === 'rich_text_list';
  if (node.elements) return node.elements.map(plainText).join(isColumn ? '\n' : '');
  switch (node.type) {
    case 'user':
      return `<@${node.user_id ?? ''}>`;
    case 'channel':
      return `<#${node.channel_id ?? ''}>`;
    case 'usergroup':
      return `<!subteam^${node.usergroup_id ?? ''}>`;
    case 'broadcast':
      return `@${node.range ?? ''}`;
    case 'emoji':
      return `:${node.name ?? ''}:`;
    default:
      return node.text ?? node.url ?? node.fallback ?? node.value ?? '';
  }
}
