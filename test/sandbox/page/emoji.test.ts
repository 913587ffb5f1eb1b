/** Emoji of the page: those of the bot's cards have a character, and say their name where the system has no font for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emojiCharacter, spellEmoji, withEmoji } from '../../../sandbox/slack/page/emoji.js';
import { root, sourceFiles } from '../../house/source-tree.js';

/** `:name:` in a string of the bot's sources, at its beginning or after a space or a mark of bold. */
const shortName = /(?<=['"`*\s])(?<!\? ):([a-z][a-z0-9_+-]{1,40}):(?=[\s'"`*])/g;

const used = new Set(
  sourceFiles()
    .filter(({ path }) => /^(src\/views|commands)\//.test(path))
    .flatMap(({ path }) => [...readFileSync(join(root, path), 'utf8').matchAll(shortName)])
    .map(([, name]) => name ?? ''),
);

it('every one that the bot writes has its character', () => {
  expect(used.size).toBeGreaterThan(30);
  expect([...used].filter((name) => emojiCharacter(name) === null)).toEqual([]);
});

it('all say their names where the system cannot draw them', () => {
  expect(withEmoji(':warning: Unknown :no-such: here')).toBe('⚠️ Unknown :no-such: here');
  spellEmoji();
  expect(withEmoji(':warning: Overdue')).toBe(':warning: Overdue');
  expect([...used].filter((name) => emojiCharacter(name) !== null)).toEqual([]);
});
