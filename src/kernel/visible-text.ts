/**
 * Whether a reader can see anything in a text.
 *
 * Invariant: blanks, controls, format characters, what Unicode lets a font leave out (variation selectors, Hangul
 * fillers, joiners), noncharacters, private characters and lone accents show nothing; neither do the few signs that are drawn empty.
 */

/** Drawn empty although their category says sign: Braille blank, object replacement, null notehead. */
const emptySigns = String.raw`\u2800\ufffc\u{1d159}`;

const unseen = new RegExp(
  String.raw`[\s\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{M}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}${emptySigns}]+`,
  'gu',
);

export const hasVisibleText = (text: string): boolean => text.replace(unseen, '') !== '';
