/**
 * XML as small trees, one at a time, with the line on which each element begins.
 *
 * Invariants: no document type, no entities but the five of XML, no more than 64 levels, so nothing in a file can make
 * reading it larger than the file; what comes before a fault is given out. A character that XML does not allow, or an
 * ampersand that begins no entity, is reported and does not end the reading.
 */
import { SaxesParser } from 'saxes';
import { problem, quoted, type Problem } from '../problems.js';

export interface XmlNode {
  /** Without the namespace prefix. */
  name: string;
  line: number;
  attributes: Record<string, string>;
  /** The trimmed text directly inside. */
  text: string;
  children: XmlNode[];
  parent: XmlNode | null;
}

export interface XmlTree {
  type: 'tree';
  node: XmlNode;
}

export interface XmlEnd {
  type: 'end';
  node: XmlNode;
}

const mostLevels = 64;
const chunkCharacters = 1 << 16;

/**
 * Gives out each element that `isWanted` accepts, complete, when it ends; it is then dropped, so that memory holds one at
 * a time. An element in `ends` is given out when it ends, without the elements that were given out before.
 */
export function* readXml(
  text: string,
  isWanted: (node: XmlNode) => boolean,
  ends: ReadonlySet<string>,
): Generator<XmlTree | XmlEnd | Problem, void, undefined> {
  for (const document of documentsIn(text)) {
    if (document.text.search(stray) === -1) yield* readDocument(document, isWanted, ends);
    else {
      yield* strayCharacters(document);
      const repaired = { ...document, text: document.text.replace(stray, replacementOf) };
      yield* readDocument(repaired, isWanted, ends);
    }
  }
}

/** What XML does not allow in a text. */
const stray =
  /(?![\t\n\r\x7F-\x9F])[\p{Cc}\uFFFE\uFFFF]|&(?!(?:amp|lt|gt|apos|quot|#\d{1,7}|#x[\dA-Fa-f]{1,6});)/gu;

const replacementOf = (found: string): string => (found === '&' ? '&amp;' : '\uFFFD');

/** One problem for each line that has any. */
function* strayCharacters(document: { text: string; line: number }): Generator<Problem, void, undefined> {
  let line = document.line;
  let from = 0;
  let last = 0;
  for (const { index, 0: found } of document.text.matchAll(stray)) {
    line += linesIn(document.text.slice(from, index)) - 1;
    from = index;
    if (line === last) continue;
    last = line;
    const name = found === '&' ? 'an ampersand that begins no entity' : 'a control character';
    yield problem(line, 'bad_xml', `${name}, which XML does not allow`);
  }
}

const linesIn = (text: string): number => text.split(/\r\n|\r|\n/).length;

/**
 * Files that were glued together, each with its place. Several roots behind one declaration, such as a header (`AppHdr`)
 * and its document, are one of them.
 */
function documentsIn(text: string): { text: string; line: number }[] {
  const documents: { text: string; line: number }[] = [];
  let line = 1;
  // Each of them may begin with a byte order mark.
  for (const part of text.replaceAll('\uFEFF', '').split(/(?=<\?xml[\s?])/)) {
    if (part.trim() !== '') documents.push({ text: withoutDeclaration(part), line });
    line += linesIn(part) - 1;
  }
  return documents;
}

/** A fragment has none; what is in its place keeps lines where they are. */
const withoutDeclaration = (part: string): string =>
  part.replace(/^<\?xml[^<>]*\?>/, (declaration) => declaration.replace(/[^\r\n]/g, ' '));

function* readDocument(
  document: { text: string; line: number },
  isWanted: (node: XmlNode) => boolean,
  ends: ReadonlySet<string>,
): Generator<XmlTree | XmlEnd | Problem, void, undefined> {
  const found: (XmlTree | XmlEnd | Problem)[] = [];
  const reader = new TreeReader(document.line, isWanted, ends, (item) => found.push(item));
  const body = document.text.trimStart();
  reader.skip(document.text.slice(0, document.text.length - body.length));
  for (let at = 0; at < body.length && !reader.hasFailed; at += chunkCharacters) {
    reader.write(body.slice(at, at + chunkCharacters));
    yield* found.splice(0);
  }
  reader.close();
  yield* found;
}

class TreeReader {
  hasFailed = false;
  private readonly parser = new SaxesParser({ xmlns: false as const, position: true, fragment: true });
  private open: XmlNode | null = null;
  private level = 0;
  private startLine = 0;

  constructor(
    private firstLine: number,
    private readonly isWanted: (node: XmlNode) => boolean,
    private readonly ends: ReadonlySet<string>,
    private readonly give: (item: XmlTree | XmlEnd | Problem) => void,
  ) {
    const { parser } = this;
    parser.on('error', ({ message }) => {
      if (message.includes('doctype'))
        this.fail('doctype', 'a document type is refused: it could define entities');
      else this.fail('bad_xml', message.replace(/^\d+:\d+: /, ''));
    });
    parser.on('opentagstart', () => (this.startLine = parser.line));
    parser.on('opentag', (tag) => this.openNode(tag.name, tag.attributes));
    parser.on('text', (text) => this.addText(text));
    parser.on('cdata', (text) => this.addText(text));
    parser.on('closetag', () => this.closeNode());
  }

  skip(blank: string): void {
    this.firstLine += linesIn(blank) - 1;
  }

  write(chunk: string): void {
    this.parser.write(chunk);
  }

  close(): void {
    if (!this.hasFailed) this.parser.close();
  }

  private fail(code: string, message: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    const isCut = /unclosed tag|unexpected end|must contain a root/.test(message);
    const place = this.lineOf(this.parser.line);
    this.give(problem(place, isCut ? 'truncated' : code, `${message}; the rest of the file is not read`));
  }

  private lineOf(line: number): number {
    return this.firstLine + line - 1;
  }

  private openNode(name: string, attributes: Record<string, string>): void {
    if (this.hasFailed) return;
    if (++this.level > mostLevels) return this.fail('too_deep', `more than ${mostLevels} levels of elements`);
    const local = name.slice(name.indexOf(':') + 1);
    const line = this.lineOf(this.startLine);
    const node: XmlNode = { name: local, line, attributes, text: '', children: [], parent: this.open };
    this.open?.children.push(node);
    this.open = node;
  }

  private addText(text: string): void {
    if (this.hasFailed) return;
    if (this.open) this.open.text += text;
    else if (text.trim() !== '') this.fail('bad_xml', `${quoted(text.trim())} is outside all elements`);
  }

  private closeNode(): void {
    const node = this.open;
    if (!node || this.hasFailed) return;
    this.level--;
    node.text = node.text.trim();
    this.open = node.parent;
    if (this.isWanted(node)) {
      node.parent?.children.pop();
      this.give({ type: 'tree', node });
    } else if (this.ends.has(node.name)) this.give({ type: 'end', node });
  }
}

/** The first element at a path of names such as `Acct/Id/IBAN`. */
export function nodeAt(node: XmlNode | undefined, path: string): XmlNode | undefined {
  return path
    .split('/')
    .reduce<XmlNode | undefined>((at, name) => at?.children.find((child) => child.name === name), node);
}

/** The text at the first of several paths that has one. */
export function textAt(node: XmlNode | undefined, ...paths: string[]): string | undefined {
  for (const path of paths) {
    const text = nodeAt(node, path)?.text;
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

export const childrenNamed = (node: XmlNode | undefined, name: string): XmlNode[] =>
  node?.children.filter((child) => child.name === name) ?? [];
