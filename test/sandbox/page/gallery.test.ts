/** The gallery is whole, and every exhibit of it would be taken by Slack: held against the sandbox's own validator. */
import { describe, expect, it } from 'vitest';
import { BLOCKS } from '../../../sandbox/slack/block-kit/blocks.js';
import { ELEMENTS } from '../../../sandbox/slack/block-kit/elements.js';
import { validateBlocks, validateView } from '../../../sandbox/slack/block-kit/validate.js';
import { EXHIBITS, MODAL_EXHIBIT } from '../../../sandbox/slack/page/gallery.js';

/** What the validator refuses, and why it is in the gallery nevertheless. */
const REFUSED: Record<string, string> = {
  'unknown block': 'nobody has documented it',
  file: 'Slack lets nobody send it, but shows it for remote files',
};

/** The page asks no other host for pictures, so the gallery's own are in it; Slack would be given an address. */
const withAddresses = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"data:image[^"]*"/g, '"https://example.com/a.png"'));

describe('the gallery', () => {
  it.each([
    ['block', Object.keys(BLOCKS)],
    ['element', Object.keys(ELEMENTS)],
  ])('has an exhibit for every %s that the validator knows', (_what, types) => {
    const shown = JSON.stringify([EXHIBITS, MODAL_EXHIBIT]);
    expect(types.filter((type) => !shown.includes(`"type":"${type}"`))).toEqual([]);
  });

  it.each(EXHIBITS.map((exhibit): [string, typeof exhibit] => [exhibit.name, exhibit]))(
    'shows "%s" as Slack would take it',
    (name, { message }) => {
      const errors = validateBlocks(withAddresses(message.blocks ?? []), 'message');
      if (name in REFUSED) expect(errors).not.toEqual([]);
      else expect(errors).toEqual([]);
    },
  );

  it('shows a modal as Slack would take it', () => {
    expect(validateView(MODAL_EXHIBIT.view)).toEqual([]);
  });
});
