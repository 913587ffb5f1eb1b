/**
 * Finds out whether the system has a font for emoji, by drawing some beside a character that no font has.
 */

/** Side of the picture on which a character is tried, in pixels. */
const TRIAL_SIDE = 24;

/** What the system draws for a character, as data that can be compared. */
function drawn(character: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = TRIAL_SIDE;
  canvas.height = TRIAL_SIDE;
  const context = canvas.getContext('2d');
  if (context === null) return character;
  context.font = `${TRIAL_SIDE * 0.75}px sans-serif`;
  context.fillText(character, 0, TRIAL_SIDE * 0.75);
  return canvas.toDataURL();
}

/** A character that no font has; whatever looks like it is missing as well. */
const UNASSIGNED = '\u{10fffd}';

/** Whether the system can draw emoji. */
export const hasEmojiFont = (): boolean =>
  ['✅', '🚨', '🔒'].every((each) => drawn(each) !== drawn(UNASSIGNED));
