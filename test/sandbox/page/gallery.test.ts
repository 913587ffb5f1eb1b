/** The gallery is whole, and every exhibit of it would be taken by Slack: held against the sandbox's own validator. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockRules } from '../../../sandbox/slack/block-kit/blocks.js';
import { elements } from '../../../sandbox/slack/block-kit/elements.js';
import { slackIconNames } from '../../../sandbox/slack/block-kit/objects.js';
import { richTextRules, runRules } from '../../../sandbox/slack/block-kit/rich-text.js';
import type { ObjectSpec } from '../../../sandbox/slack/block-kit/spec.js';
import { validateBlocks, validateView } from '../../../sandbox/slack/block-kit/validate.js';
import { exhibits, modalExhibit } from '../../../sandbox/slack/page/gallery.js';
import { slackIcons } from '../../../sandbox/slack/page/icon-paths.js';

/** What the validator refuses, and why it is in the gallery nevertheless. */
const refused: Record<string, string> = {
  'unknown block': 'nobody has documented it',
  file: 'Slack lets nobody send it, but shows it for remote files',
};

/** The page asks no other host for pictures, so the gallery's own are in it; Slack would be given an address. */
const withAddresses = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"data:image[^"]*"/g, '"https://example.com/a.png"'));

/** Every member that an object of this type has somewhere in the gallery. */
function membersShown(type: string): Set<string> {
  const found = new Set<string>();
  JSON.stringify([exhibits, modalExhibit], (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'type' in value && value.type === type)
      for (const key of Object.keys(value)) found.add(key);
    return value;
  });
  return found;
}

/** Members that most elements share; each is shown on one of them. Only one element of a view may have the focus. */
const shared = new Set([
  'style',

  'block_id',
  'action_id',
  'confirm',
  'focus_on_load',
  'placeholder',
  'dispatch_action_config',
]);

/** What docs/sandbox.md says has no effect on the page. */
const withoutEffect = (): Set<string> => {
  const text = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8');
  const [, list = ''] = /have no effect on the page: ([^.]*)\./.exec(text.replaceAll('\n', ' ')) ?? [];
  return new Set([...list.matchAll(/`(\w+)`/g)].map((match) => match[1]!));
};

const specs: [type: string, spec: ObjectSpec][] = [blockRules, elements, richTextRules, runRules].flatMap(
  (table) => Object.entries(table),
);

describe('the gallery', () => {
  it.each(specs)(
    'shows every documented member of "%s", but what the page is said to leave out',
    (type, spec) => {
      const shown = membersShown(type);
      const known = [...Object.keys(spec.required), ...Object.keys(spec.optional)];
      const left = withoutEffect();
      expect(known.filter((name) => !shown.has(name) && !shared.has(name) && !left.has(name))).toEqual([]);
    },
  );

  it.each([...shared])('shows "%s" on one element', (name) => {
    expect(JSON.stringify([exhibits, modalExhibit])).toContain(`"${name}":`);
  });

  it('draws every icon that a card may name', () => {
    const cards = Object.keys(slackIcons).map((name) => ({
      type: 'card',
      title: { type: 'plain_text', text: name },
      slack_icon: { type: 'icon', name },
    }));
    for (const card of cards) expect(validateBlocks([card], 'message')).toEqual([]);
    expect(Object.keys(slackIcons).sort()).toEqual([...slackIconNames].sort());
  });

  it.each([
    ['block', Object.keys(blockRules)],
    ['element', Object.keys(elements)],
    ['chart', ['line', 'bar', 'area', 'pie']],
  ])('has an exhibit for every %s that the validator knows', (_what, types) => {
    const shown = JSON.stringify([exhibits, modalExhibit]);
    expect(types.filter((type) => !shown.includes(`"type":"${type}"`))).toEqual([]);
  });

  it.each(exhibits.map((exhibit): [string, typeof exhibit] => [exhibit.name, exhibit]))(
    'shows "%s" as Slack would take it',
    (name, { blocks }) => {
      const errors = validateBlocks(withAddresses(blocks), 'message');
      if (name in refused) expect(errors).not.toEqual([]);
      else expect(errors).toEqual([]);
    },
  );

  it('shows a modal as Slack would take it', () => {
    expect(validateView(modalExhibit.view)).toEqual([]);
  });
});
