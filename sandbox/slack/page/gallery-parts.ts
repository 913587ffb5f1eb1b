/** Small parts that the gallery's exhibits are made of: texts, runs of rich text, buttons, pictures. */
import type { Json } from '../wire.js';

export const plain = (text: string): Json => ({ type: 'plain_text', text });
export const mrkdwn = (text: string): Json => ({ type: 'mrkdwn', text });
export const raw = (text: string): Json => ({ type: 'raw_text', text });
export const number = (value: number, text: string): Json => ({ type: 'raw_number', value, text });
export const run = (text: string, style?: Record<string, Json>): Json => ({
  type: 'text',
  text,
  ...(style === undefined ? {} : { style }),
});
export const line = (...elements: Json[]): Json => ({ type: 'rich_text_section', elements });
export const rich = (...elements: Json[]): { type: string; [key: string]: Json } => ({
  type: 'rich_text',
  elements,
});
export const linkTo = (text: string): Json =>
  rich(line({ type: 'link', url: `https://example.com/${text}`, text }));
export const button = (text: string, action_id: string): Record<string, Json> => ({
  type: 'button',
  action_id,
  text: plain(text),
  value: action_id,
});
const svg = (inner: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80">${inner}</svg>`)}`;
export const chartPicture = svg(
  '<rect width="120" height="80" fill="#e8f5fa"/><path d="M6 64 28 52 50 58 72 30 94 38 114 14" fill="none" stroke="#1d7fc4" stroke-width="4"/>',
);
export const icon = svg(
  '<rect width="120" height="80" fill="#4a1b4f"/><rect x="34" y="22" width="52" height="36" rx="6" fill="#fff"/><rect x="34" y="30" width="52" height="9" fill="#c8a2cc"/>',
);

/** More lines than a message shows without being asked. */
export const long = Array.from(
  { length: 24 },
  (_, at) => `\`po_1QK${at}\` · settled on November ${at + 1} · explained in full`,
).join('\n');
