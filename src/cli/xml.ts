/** Text as the content of an XML element. Characters that XML does not have are blanks. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
