/**
 * Rich text: sections, lists, quotes and preformatted text, and the runs inside them.
 * Shapes are those of docs.slack.dev/reference/block-kit/blocks/rich-text-block.
 */
import { anything, boolean, choice, integer, list, matching, object, string, url, variant } from './spec.js';
import type { ObjectSpec } from './spec.js';

const textStyle = object(
  {},
  Object.fromEntries(
    ['bold', 'italic', 'strike', 'code', 'underline', 'highlight', 'client_highlight', 'unlink'].map(
      (name) => [name, boolean],
    ),
  ),
);
const styled = { style: textStyle };
/** A link may also be mailto: or tel:. */
const link = matching(/^[a-z][a-z0-9+.-]*:\S+$/i, 'invalid url', 3000);

export const runRules: Readonly<Record<string, ObjectSpec>> = {
  text: object({ text: string() }, styled),
  link: object({ url: link }, { ...styled, text: string(Infinity, 0), unsafe: boolean }),
  emoji: object({ name: string() }, { ...styled, unicode: string(), url }),
  user: object({ user_id: string() }, styled),
  usergroup: object({ usergroup_id: string() }, styled),
  channel: object({ channel_id: string() }, styled),
  team: object({ team_id: string() }, styled),
  broadcast: object({ range: choice('here', 'channel', 'everyone') }, styled),
  color: object({ value: string() }, styled),
  date: object({ timestamp: integer(), format: string() }, { ...styled, url: link, fallback: string() }),
};

const runs = list(
  variant(() => runRules),
  Infinity,
  0,
);
const border = { border: integer(0, 1) };
const section = object({ elements: runs });

export const richTextRules: Readonly<Record<string, ObjectSpec>> = {
  rich_text_section: section,
  rich_text_quote: object({ elements: runs }, border),
  rich_text_preformatted: object({ elements: runs }, { ...border, language: anything }),
  rich_text_list: object(
    { style: choice('bullet', 'ordered'), elements: list(variant(() => ({ rich_text_section: section }))) },
    { ...border, indent: integer(0, 8), offset: integer(0) },
  ),
};

export const richText: ObjectSpec = object(
  {
    elements: list(
      variant(() => richTextRules),
      Infinity,
      0,
    ),
  },
  { block_id: string(255) },
);

/** A rich_text block as a value of another block. */
export const richTextBlock = variant(() => ({ rich_text: richText }));
