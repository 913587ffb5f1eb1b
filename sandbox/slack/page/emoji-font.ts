/**
 * Finds out whether the system has a font for emoji, by drawing some beside a character that no font has.
 */

/** Side of the picture on which a character is tried, in pixels. */
const trialSide = 24;

/** What the system draws for a character, as data that can be compared. */
function drawn(character: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = trialSide;
  canvas.height = trialSide;
  const context = canvas.getContext('2d');
  if (context === null) return character;
  context.font = `${trialSide * 0.75}px sans-serif`;
  context.fillText(character, 0, trialSide * 0.75);
  return canvas.toDataURL();
}

/** A character that no font has; a character that looks like it is missing as well. */
const unassigned = '\u{10fffd}';

/** Whether the system can draw emoji. */
export const hasEmojiFont = (): boolean =>
  ['✅', '🚨', '🔒'].every((each) => drawn(each) !== drawn(unassigned));
