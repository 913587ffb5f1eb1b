/** Small parts that the gallery's exhibits are made of: texts, runs of rich text, elements, pictures. */
import type { Block, Json } from '../wire.js';

/** One message of the gallery, and what it shows. */
export interface Exhibit {
  name: string;
  blocks: Block[];
}

/** What an element or a block has besides its type. */
export type Members = Record<string, Json>;
/** A block, an element or a run. */
export type Part = { type: string; [member: string]: Json };

export const exhibit = (name: string, ...blocks: Block[]): Exhibit => ({ name, blocks });
export const plain = (text: string): Json => ({ type: 'plain_text', text });
export const mrkdwn = (text: string): Json => ({ type: 'mrkdwn', text });
export const raw = (text: string): Json => ({ type: 'raw_text', text });
export const run = (text: string, style: Members = {}): Json => ({ type: 'text', text, style });
export const line = (...elements: Json[]): Json => ({ type: 'rich_text_section', elements });
export const rich = (...elements: Json[]): Part => ({ type: 'rich_text', elements });
export const linkTo = (text: string): Json => ({ type: 'link', url: `https://example.com/${text}`, text });
export const section = (text: string, more: Members = {}): Part => ({
  ...{ type: 'section', text: mrkdwn(text) },
  ...more,
});
export const actions = (...elements: Json[]): Part => ({ type: 'actions', block_id: 'actions', elements });
export const button = (text: string, action_id: string, more: Members = {}): Part => ({
  ...{ type: 'button', action_id, text: plain(text), value: action_id },
  ...more,
});
export const option = (text: string): Members => ({ text: plain(text), value: text });

const svg = (inner: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80">${inner}</svg>`)}`;
export const chartPicture = svg(
  '<rect width="120" height="80" fill="#e8f5fa"/><path d="M6 64 50 58 72 30 114 14" fill="none" stroke="#1d7fc4" stroke-width="4"/>',
);
export const icon: Part = {
  type: 'image',
  image_url: svg('<rect width="120" height="80" fill="#4a1b4f"/>'),
  alt_text: 'Icon',
};
