/**
 * The digits of a text as somebody who reads it sees them: groups with something short between them, in runs.
 *
 * Invariants: total; digits of every script count, and so do those that are written as an escape (percent-encoding,
 * HTML entities, the escapes of JSON) or by Slack's name for an emoji (:four:); what cannot be seen only sets groups
 * apart. A letter ends a run.
 */
export interface DigitGroup {
  digits: string;
  /** Where each digit is in the text: a digit that is written as an escape takes more than one character. */
  places: readonly Place[];
}

export interface Place {
  start: number;
  end: number;
}

type Kind = 'digit' | 'blank' | 'sign' | 'unseen' | 'letter';

/** Marks that are seen, a row of blanks counting as one: what people put between the groups of a number. */
const longestGap = 5;

/** Runs of groups. `known` are places that hold something else, which ends a run as a letter does. */
export function digitRuns(text: string, known: readonly Place[], unescaped: boolean): DigitGroup[][] {
  const collecting = new Collecting();
  let at = 0;
  let next = 0;
  while (at < text.length) {
    const place = known[next];
    if (place && place.start <= at) {
      collecting.take('letter', '', at, place.end);
      at = Math.max(at, place.end);
      next++;
      continue;
    }
    at = unescaped ? takeUnescaped(text, at, collecting) : takeOne(text, at, collecting);
  }
  return collecting.runs;
}

/** Puts marks together to groups, and groups to runs. */
class Collecting {
  readonly runs: DigitGroup[][] = [];
  private run: { digits: string; places: Place[] }[] = [];
  private gap = 0;
  private before: Kind = 'letter';

  take(kind: Kind, digits: string, start: number, end: number): void {
    if (kind === 'digit') this.takeDigits(digits, start, end);
    else if (kind === 'letter') this.run = [];
    else if (kind === 'sign' || (kind === 'blank' && this.before !== 'blank')) this.gap++;
    if (kind !== 'unseen' || this.before === 'digit') this.before = kind;
  }

  private takeDigits(digits: string, start: number, end: number): void {
    if (this.run.length === 0 || this.gap > longestGap) this.runs.push((this.run = []));
    if (this.before !== 'digit' || this.run.length === 0) this.run.push({ digits: '', places: [] });
    const group = this.run[this.run.length - 1];
    if (group) {
      group.digits += digits;
      group.places.push(...Array.from(digits, () => ({ start, end })));
    }
    this.gap = 0;
  }
}

/** Reads the character at a place; where the next one stands. */
function takeOne(text: string, at: number, collecting: Collecting): number {
  const code = text.charCodeAt(at);
  if (code < 128) {
    collecting.take(asciiKinds[code] ?? 'sign', text.charAt(at), at, at + 1);
    return at + 1;
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const digits = digitsOf(character);
  collecting.take(digits === '' ? kindOf(character) : 'digit', digits, at, at + character.length);
  return at + character.length;
}

function takeUnescaped(text: string, at: number, collecting: Collecting): number {
  const escape = escapeAt(text, at);
  if (!escape) return takeOne(text, at, collecting);
  const end = at + escape.length;
  for (const character of escape.characters) {
    const digits = digitsOf(character);
    collecting.take(digits === '' ? kindOf(character) : 'digit', digits, at, end);
  }
  return end;
}

function kindOf(character: string): Kind {
  if (/[\s\p{Z}]/u.test(character)) return 'blank';
  if (/[\p{Default_Ignorable_Code_Point}\p{M}\p{C}]/u.test(character)) return 'unseen';
  if (/\p{Nd}/u.test(character)) return 'digit';
  return /[\p{L}\p{N}]/u.test(character) ? 'letter' : 'sign';
}

const asciiKinds: readonly Kind[] = Array.from({ length: 128 }, (_, code) =>
  kindOf(String.fromCharCode(code)),
);

/** What a character says in digits, such as 4 for “④”; '' for what says something else, or nothing. */
function digitsOf(character: string): string {
  if (!/\p{N}/u.test(character)) return '';
  const code = character.codePointAt(0) ?? 0;
  const firstOfTen = ornamented.find((first) => code >= first && code < first + 9);
  if (firstOfTen !== undefined) return String(code - firstOfTen + 1);
  const digits = plainDigits(character).replace(/[^\p{L}\p{N}]/gu, '');
  return /^\d+$/.test(digits) ? digits : '';
}

/** Where 1 to 9 begin that Unicode gives no plain form: in black circles, in double ones, without serifs. */
const ornamented = [0x2776, 0x2780, 0x278a, 0x24f5];

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

interface Escape {
  length: number;
  characters: string;
}

/** An ampersand may be escaped again, once for each program that it passed. */
const escapes: readonly (readonly [RegExp, (matched: RegExpExecArray) => string])[] = [
  [/&(?:amp;)*#0*(\d{1,7});?/iy, ([, code]) => fromCode(parseInt(code ?? '', 10))],
  [/&(?:amp;)*#x0*([0-9a-f]{1,6});?/iy, ([, code]) => fromCode(parseInt(code ?? '', 16))],
  [/&(?:amp;)*[a-z]{2,8};/iy, () => ' '],
  [
    /\\+u(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/iy,
    ([, long, short]) => fromCode(parseInt(long ?? short ?? '', 16)),
  ],
  [/\\+x([0-9a-f]{2})/iy, ([, code]) => fromCode(parseInt(code ?? '', 16))],
  [/\\+[abfnrtv0"'/]/y, () => ' '],
  [/(?:%(?:25)*[0-9a-f]{2})+/iy, ([bytes]) => fromPercents(bytes)],
  [/:(zero|one|two|three|four|five|six|seven|eight|nine):/iy, ([, name]) => emojiDigit(name ?? '')],
];

const emojiNames = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const emojiDigit = (name: string): string => String(emojiNames.indexOf(name.toLowerCase()));

function escapeAt(text: string, at: number): Escape | null {
  if (!'&\\%:'.includes(text.charAt(at))) return null;
  for (const [pattern, read] of escapes) {
    pattern.lastIndex = at;
    const matched = pattern.exec(text);
    if (matched) return { length: matched[0].length, characters: read(matched) };
  }
  return null;
}

export const holdsEscapes = (text: string): boolean => /[&\\%]|:[a-z]{3,5}:/i.test(text);

const fromCode = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : ' ');

function fromPercents(escaped: string): string {
  const bytes = escaped.replace(/%(?:25)+(?=[0-9a-f]{2})/gi, '%').match(/[0-9a-f]{2}/gi) ?? [];
  return Buffer.from(bytes.join(''), 'hex').toString('utf8');
}
