/**
 * The tags of MT940 and MT942 files, and the statements that they belong to.
 *
 * Invariant: every line is of a tag, of the envelope around messages, or a problem.
 */
import { problem, quoted, type Problem } from '../problems.js';

/** A tag with its text, continuation lines included. */
export interface Tag {
  line: number;
  name: string;
  text: string;
}

const tagLine = /^:(\d{2}[A-Z]?|NS|940|942):(.*)$/s;

const knownTags = new Set(
  '13 13C 13D 20 21 25 25P 28 28C 34F 60 60F 60M 61 62 62F 62M 64 65 86 90C 90D NS 940 942'.split(' '),
);

/** What stands around messages: SWIFT blocks, the headers of file transfer, and the end of a message. */
const envelopeLine =
  /^(?:\{.*|-\}.*|\$\s*|-[\s\p{Cc}]*|-XXX\s*|[\s\p{Cc}]*|\d{4} \d{2}[A-Z].*|94[02][ \dA-Z]*|:94[02]:|[\d ]+|(?:[FIO]\d\d)?[A-Z]{6}[A-Z\d]{2,24}(?: \d{4})?)$/u;

/** `-}`, `-XXX`, or a dash alone. */
const endLine = /^-(?:\}|\p{Cc}|XXX\s*$|\s*$)/u;

/** German savings banks put the dash of a message's end before a tag within it. */
const misplacedDash = /^-(?=:(?:20|25|28C|6[0-25][FM]?|86):)/;

function* tagsOf(text: string): Generator<Tag | Problem, void, undefined> {
  let tag: Tag | null = null;
  for (const [at, lineText] of text.split(/\r\n|\r|\n/).entries()) {
    const line = at + 1;
    const content = lineText
      .replace(/^[\p{Cc}\uFEFF]+/u, '')
      .replace(/^\{1:[^\n]*?\{4:/, '')
      .replace(misplacedDash, '');
    const [, name, rest = ''] = tagLine.exec(content) ?? [];
    // A time such as `:12:30` may begin a line of free text.
    const isText =
      tag?.name === '86' &&
      name !== undefined &&
      (!knownTags.has(name) || isRestOfTime(tag.text, name, rest));
    if (name !== undefined && !name.startsWith('94') && !isText) {
      if (tag) yield tag;
      tag = { line, name, text: rest };
    } else if (endLine.test(content) || tag === null) {
      if (tag) yield tag;
      tag = null;
      if (!envelopeLine.test(content) && content !== '')
        yield problem(line, 'unknown_line', `${quoted(content)} belongs to no message`);
    } else tag.text += `\n${content}`;
  }
  if (tag) yield tag;
}

/** The minutes of a time that a line end cuts in two look like a tag: `12` and `:20:44`. */
const isRestOfTime = (before: string, minutes: string, after: string): boolean =>
  /(?:^|\D)[0-2]?\d$/.test(before) && /^[0-5]\d$/.test(minutes) && /^[0-5]\d(?!\d)/.test(after);

/** Tags of which a statement has one each, so that a second one begins the next. */
const headTags: Readonly<Record<string, string>> = {
  '25': '25',
  '25P': '25',
  '28': '28',
  '28C': '28',
  '60': '60',
  '60F': '60',
  '60M': '60',
};

/**
 * The tags of each statement. A message is one, unless a bank puts several behind one `:20:`; the later ones then have the
 * account of the first where they do not name it.
 */
export function* statementsOf(text: string): Generator<Tag[] | Problem, void, undefined> {
  let statement: Tag[] = [];
  let account: Tag | undefined;
  for (const piece of tagsOf(text)) {
    if ('type' in piece) {
      yield piece;
      continue;
    }
    const isNewMessage = piece.name === '20';
    if (statement.length > 0 && (isNewMessage || beginsNext(piece, statement))) {
      yield statement;
      account = isNewMessage ? undefined : accountIn(statement);
      statement = account && headTags[piece.name] !== '25' ? [{ ...account, line: piece.line }] : [];
    }
    statement.push(piece);
  }
  if (statement.length > 0) yield statement;
}

function beginsNext({ name }: Tag, statement: Tag[]): boolean {
  const head = headTags[name];
  if (head === undefined) return false;
  return statement.some((tag) => tag.name.startsWith('62') || headTags[tag.name] === head);
}

const accountIn = (statement: Tag[]): Tag | undefined =>
  statement.find(({ name }) => headTags[name] === '25');
