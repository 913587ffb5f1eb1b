/**
 * Faults of a configuration, told so that a person can mend all of them in one go.
 *
 * Invariant: every fault carries the path, the line and column where it stands, and a hint where one can be given.
 */
import {
  LineCounter,
  parseDocument,
  isMap,
  isPair,
  isScalar,
  isSeq,
  visit,
  type Alias,
  type Document,
} from 'yaml';
import type { z } from 'zod';
import { messageOf, OpsError } from '../kernel/errors.js';
import { nearest } from '../kernel/nearest.js';

export interface ConfigFault {
  /** For instance `partners[2].timeZone`. */
  path: string;
  line: number | null;
  column: number | null;
  message: string;
  hint: string | null;
}

export interface ParsedYaml {
  value: unknown;
  faults: ConfigFault[];
  locate: Locate;
}

/** Where a character of the text stands. */
type Place = (offset: number | null) => { line: number; column: number } | null;

/** Where a path stands, or its nearest ancestor when it is absent. */
type Locate = (path: readonly PropertyKey[], key?: string) => { line: number; column: number } | null;

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place: Place = (offset) => {
    if (offset === null) return null;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const locate: Locate = (path, key) => place(offsetOf(document, path, key));
  const faults = document.errors.map(({ message, pos }) =>
    yamlFault(message, place(pos[0]), 'This is not valid YAML.'),
  );
  return faults.length > 0 ? { value: null, faults, locate } : { ...valueOf(document, place), locate };
}

const yamlFault = (message: string, at: ReturnType<Place>, hint: string): ConfigFault => ({
  path: '',
  line: at?.line ?? null,
  column: at?.column ?? null,
  message,
  hint,
});

/** Aliases are only followed here, so what is wrong with them is not among the errors of parsing. */
function valueOf(document: Document.Parsed, place: Place): Pick<ParsedYaml, 'value' | 'faults'> {
  const aliases = aliasesIn(document);
  const faults = aliases
    .filter((alias) => alias.resolve(document) === undefined)
    .map((alias) =>
      yamlFault(
        `the alias *${alias.source} has no anchor &${alias.source} before it`,
        place(rangeStart(alias)),
        'Put text that starts with * in quotes.',
      ),
    );
  if (faults.length > 0) return { value: null, faults };
  try {
    return { value: document.toJS(), faults };
  } catch (cause) {
    // Aliases of aliases stand for more than the library is willing to write out. It does not say which: the first one.
    const at = place(rangeStart(aliases[0]));
    return { value: null, faults: [yamlFault(messageOf(cause), at, 'Write the values out.')] };
  }
}

function aliasesIn(document: Document.Parsed): Alias[] {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  return aliases;
}

/** The character offset of the node at `path`, or of its deepest ancestor that exists. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], key?: string): number | null {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? null;
  for (const step of key === undefined ? path : [...path, key]) {
    const next = childOf(node, step);
    if (!next) break;
    node = next.node;
    offset = next.offset ?? offset;
  }
  return offset;
}

function childOf(node: unknown, step: PropertyKey): { node: unknown; offset: number | null } | null {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return item === undefined ? null : { node: item, offset: rangeStart(item) };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step);
  return pair ? { node: pair.value, offset: rangeStart(pair.key) } : null;
}

function rangeStart(node: unknown): number | null {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : null;
}

export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  locate: Locate,
  knownKeys: readonly string[],
): ConfigFault[] {
  return issues.flatMap((issue): ConfigFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        unknownKey([...issue.path, key], locate(issue.path, key), key, knownKeys),
      );
    }
    const place = locate(issue.path);
    return [
      {
        path: pathOf(issue.path),
        line: place?.line ?? null,
        column: place?.column ?? null,
        message: issue.message,
        hint: null,
      },
    ];
  });
}

function unknownKey(
  path: PropertyKey[],
  place: { line: number; column: number } | null,
  key: string,
  known: readonly string[],
): ConfigFault {
  // A key that is known elsewhere is no suggestion for itself.
  const near = nearest(
    key,
    known.filter((other) => other !== key),
  );
  return {
    path: pathOf(path),
    line: place?.line ?? null,
    column: place?.column ?? null,
    message: `unknown key “${key}”`,
    hint: near === null ? 'See paydesk.example.yaml for all keys.' : `Did you mean “${near}”?`,
  };
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

/** One error that tells every fault, a line each. */
export function misconfigured(source: string, faults: readonly ConfigFault[]): OpsError {
  const lines = faults.map((fault) => `  ${describe(source, fault)}`);
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  return new OpsError('misconfigured', `${source} has ${count}:\n${lines.join('\n')}`, {
    hint: 'Fix them and start again; `paydesk doctor` checks without starting.',
  });
}

function describe(source: string, { path, line, column, message, hint }: ConfigFault): string {
  const place = line === null ? source : `${source}:${line}:${column ?? 1}`;
  return `${place}  ${path === '' ? '' : `${path}: `}${message}${hint === null ? '' : ` (${hint})`}`;
}
