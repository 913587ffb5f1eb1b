/**
 * Instants inside sentences. A plan is frozen before anybody knows who will read it, so its sentences hold UTC; what
 * shows a sentence to a person rewrites them for that reader.
 *
 * Invariant: rewriting changes how an instant is written and never which one it is; what is no instant stays as it is.
 */
const written = /\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})? UTC\b/g;

/** “2026-11-18 12:00 UTC”, of a Date or of ISO text. */
export const utcText = (at: Date | string): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The text with every instant written by `write`. */
export const rewriteInstants = (text: string, write: (at: Date, utc: string) => string): string =>
  text.replace(written, (utc) => {
    const at = new Date(`${utc.slice(0, -4).replace(' ', 'T')}Z`);
    return Number.isNaN(at.getTime()) ? utc : write(at, utc);
  });

/** For texts in which Slack writes no dates itself: “18 Nov 2026, 13:00 CET”. UTC where the zone is not known. */
export const inTimeZone = (text: string, timeZone: string | undefined): string =>
  rewriteInstants(text, (at, utc) => zoned(at, timeZone) ?? utc);

function zoned(at: Date, timeZone: string | undefined): string | null {
  if (timeZone === undefined) return null;
  try {
    return at
      .toLocaleString('en-GB', {
        timeZone,
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
      })
      .replace('Sept', 'Sep');
  } catch {
    return null;
  }
}
