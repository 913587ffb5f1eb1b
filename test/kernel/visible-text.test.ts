/**
 * Texts that show nothing to a reader, one row per way of showing nothing, and texts that must not be taken for one.
 */
import { describe, expect, it } from 'vitest';
import { hasVisibleText } from '../../src/kernel/visible-text.js';

const hex = (text: string): string => Array.from(text, (sign) => sign.codePointAt(0)?.toString(16)).join(' ');

describe('nothing to see', () => {
  it.each([
    ['', 'nothing'],
    [' \t\r\n\v\f', 'ASCII blanks'],
    ['\u00a0\u1680\u2003\u2009\u202f\u205f\u3000', 'blanks of Unicode'],
    ['\u2028\u2029\u0085', 'line and paragraph separators'],
    ['\u200b\u200c\u200d\u2060\ufeff', 'zero-width blanks and joiners'],
    ['\u200e\u200f\u061c\u202a\u202e\u202c\u2066\u2069', 'marks of direction'],
    ['\u00ad\u180e', 'soft hyphen and Mongolian vowel separator'],
    ['\ufe00\ufe0e\ufe0f\u{e0100}\u180b\u180f', 'variation selectors'],
    ['\u115f\u1160\u3164\uffa0', 'Hangul fillers'],
    ['\u17b4\u17b5', 'Khmer vowels without a form'],
    ['\u2800', 'Braille blank'],
    ['\u034f', 'grapheme joiner'],
    ['\u{e0001}\u{e0041}\u{e007f}', 'tags'],
    ['\u2061\u2062\u2063\u2064', 'invisible operators'],
    ['\ufff9\ufffa\ufffb\ufffc', 'annotation marks and the object replacement'],
    ['\u{1d173}\u{1d17a}\u{1d159}', 'musical format characters and the null notehead'],
    ['\u0301\u20e3\u0489', 'accents that stand on nothing'],
    ['\ue000\u{f0000}\u{100000}', 'private characters, which no font here draws'],
    ['\uffff\ufdd0\u{1fffe}', 'noncharacters'],
    ['\u0000\u0007\u001b\u009f', 'controls'],
    ['\ud83d', 'half a character'],
    [' \u200b\u3164\n\u2800 \ufe0f', 'several of them together'],
  ])('%j: %s', (text) => {
    expect(hasVisibleText(text), hex(text)).toBe(false);
  });
});

describe('something to see', () => {
  it.each([
    ['a', 'a letter'],
    ['.', 'a sign'],
    ['👍', 'an emoji'],
    ['❤️', 'an emoji with its variation selector'],
    ['👩‍💻', 'an emoji of several with joiners'],
    ['é', 'a letter with an accent of its own'],
    ['שלום\u200f', 'a right-to-left text with its mark'],
    ['\u200bok\u200b', 'letters between zero-width blanks'],
    ['ㅎㅎ', 'Hangul letters'],
    ['⠁', 'a Braille letter'],
    ['重', 'an ideograph'],
  ])('%j: %s', (text) => {
    expect(hasVisibleText(text), hex(text)).toBe(true);
  });
});
