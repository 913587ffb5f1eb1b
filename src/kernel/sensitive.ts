/**
 * What must not travel: card numbers are found and redacted, e-mail addresses are masked.
 *
 * Invariant: a number counts as a card number when it has 13–19 digits, a range that a card network issues, a length
 * that this network uses, and a right Luhn digit. References of 15 or 16 digits collide with that by chance about
 * once in ten within such a range; a collision is treated as a card number, because the other mistake leaks one.
 * Source of the ranges: ISO/IEC 7812 and the networks' public range tables.
 */
interface NetworkRange {
  network: string;
  /** Prefixes from `from` to `to`, both of the same number of digits. */
  from: string;
  to: string;
  lengths: readonly number[];
}

const upTo19From = (shortest: number): number[] =>
  Array.from({ length: 20 - shortest }, (_, offset) => shortest + offset);

const ranges: readonly NetworkRange[] = [
  { network: 'Visa', from: '4', to: '4', lengths: [13, 16, 19] },
  { network: 'Mastercard', from: '51', to: '55', lengths: [16] },
  { network: 'Mastercard', from: '2221', to: '2720', lengths: [16] },
  { network: 'American Express', from: '34', to: '34', lengths: [15] },
  { network: 'American Express', from: '37', to: '37', lengths: [15] },
  { network: 'Diners Club', from: '300', to: '305', lengths: upTo19From(14) },
  { network: 'Diners Club', from: '36', to: '36', lengths: upTo19From(14) },
  { network: 'Diners Club', from: '38', to: '39', lengths: upTo19From(14) },
  { network: 'Discover', from: '6011', to: '6011', lengths: upTo19From(16) },
  { network: 'Discover', from: '644', to: '659', lengths: upTo19From(16) },
  { network: 'JCB', from: '3528', to: '3589', lengths: upTo19From(16) },
  { network: 'UnionPay', from: '62', to: '62', lengths: upTo19From(16) },
  { network: 'Maestro', from: '50', to: '50', lengths: upTo19From(13) },
  { network: 'Maestro', from: '56', to: '58', lengths: upTo19From(13) },
  { network: 'Maestro', from: '63', to: '63', lengths: upTo19From(13) },
  { network: 'Maestro', from: '67', to: '67', lengths: upTo19From(13) },
  { network: 'RuPay', from: '60', to: '60', lengths: [16] },
  { network: 'RuPay', from: '81', to: '82', lengths: [16] },
  { network: 'Mir', from: '2200', to: '2204', lengths: upTo19From(16) },
];

/** Whether the last digit is the Luhn (mod 10) check digit of the digits before it. */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The network whose card number these digits are, or null. Digits only: separators are the caller's to remove. */
export function cardNetworkOf(digits: string): string | null {
  if (!/^\d{13,19}$/.test(digits) || !hasLuhnDigit(digits)) return null;
  const range = ranges.find(({ from, to, lengths }) => {
    const prefix = digits.slice(0, from.length);
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
  return range?.network ?? null;
}

// What people put between the groups of a number, with the Unicode blanks that a phone's keyboard or a copied page brings
// along; and what nobody sees: soft hyphens, zero-width blanks, joiners, and what turns a digit into an emoji.
const seen = String.raw`[\s\u00a0\u2007\u202f._\-\u2010-\u2015]`;
const unseen = String.raw`[\p{Cf}\ufe0f\u20e3]`;
const separator = `(?:${unseen}+|${unseen}*(?:${seen}${unseen}*){1,3})`;
/** Groups of digits, not part of a longer word. */
const digitRun = new RegExp(String.raw`(?<![\p{L}\p{N}_])\d+(?:${separator}\d+)*(?![\p{L}\p{N}_])`, 'gu');

interface Span {
  start: number;
  end: number;
  last4: string;
}

/**
 * The card numbers in a run: any neighbouring groups that together make one, so that an amount or a counter beside a
 * card number does not hide it.
 */
function cardSpans(run: string): Span[] {
  const groups = [...run.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, start: index }));
  if (isGroupedArn(groups.map(({ digits }) => digits))) return [];
  const spans: Span[] = [];
  for (let first = 0; first < groups.length; first++) {
    let digits = '';
    for (let last = first; last < groups.length && digits.length <= 19; last++) {
      const group = groups[last];
      digits += group?.digits ?? '';
      if (!group || cardNetworkOf(digits) === null) continue;
      spans.push({
        start: groups[first]?.start ?? 0,
        end: group.start + group.digits.length,
        last4: digits.slice(-4),
      });
      first = last;
      break;
    }
  }
  return spans;
}

/** An acquirer reference number in groups: 23 digits that begin with 2 or 7, no group long enough to be a card's. */
function isGroupedArn(groups: readonly string[]): boolean {
  return /^[27]\d{22}$/.test(groups.join('')) && groups.every(({ length }) => length < 13);
}

/** Other digits of Unicode (full-width, Arabic-Indic…) as 0–9, so that nothing hides behind its script. */
export function plainDigits(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    if (code < 128) return digit;
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero--;
    return String(code - zero);
  });
}

export function containsCardNumber(text: string): boolean {
  return [...plainDigits(text).matchAll(digitRun)].some(([run]) => cardSpans(run).length > 0);
}

/** The text with every card number replaced by its last four digits. Other text stays as it is. */
export function redactCardNumbers(text: string): string {
  if (!containsCardNumber(text)) return text;
  return plainDigits(text).replace(digitRun, (run) =>
    cardSpans(run).reduceRight(
      (redacted, { start, end, last4 }) =>
        `${redacted.slice(0, start)}[card number ending ${last4}]${redacted.slice(end)}`,
      run,
    ),
  );
}

/** `j•••@example.com`: enough to recognise an address one knows, too little to learn it. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '•••' : `${address.charAt(0)}•••${address.slice(at)}`;
}
