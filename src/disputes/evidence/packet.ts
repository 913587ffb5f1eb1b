/**
 * A draft answer to a dispute: statements, the documents to attach, what is lacking, and how ready it is.
 *
 * Invariant: every statement names the rows that it comes from; `say` is the only way to make one, and makes none without
 * a row. Deliberately absent: judgement. The bank decides, and a person edits and sends.
 */
import { answersAnything, kindsText, setsFor } from '../../nouns/evidence-needs.js';
import type { EvidenceDocumentKind, EvidenceKind, EvidenceTextKind } from '../../ports/evidence.js';
import type { CompellingPair } from './compelling-pair.js';

/** A row of a view of the books, or an object of the payments API. */
export interface SourceRow {
  /** `orders`, `deliveries`, `charge`… */
  from: string;
  id: string;
}

type Sources = readonly [SourceRow, ...SourceRow[]];

export interface Statement {
  /** Which piece of evidence it is part of. Statements of one kind are lines of one text. */
  kind: EvidenceTextKind;
  text: string;
  sources: Sources;
}

/** A document that the company has: a person attaches it. */
export interface KnownDocument {
  kind: EvidenceDocumentKind;
  /** Where it is, in the company's own words. */
  where: string;
  sources: Sources;
}

export interface Readiness {
  word: 'ready' | 'nearly' | 'not_ready';
  /** A clause for people. */
  reason: string;
}

export interface Packet {
  /** What wins a dispute of this category. */
  wins: string;
  statements: readonly Statement[];
  documents: readonly KnownDocument[];
  /** Clauses for people. */
  gaps: readonly string[];
  /** Visa Compelling Evidence 3.0; null where the rule does not apply. */
  compelling: { pair: CompellingPair } | { lacking: string } | null;
  readiness: Readiness;
  /** Some gap may close by itself: a source was slow or out of reach. */
  passing: boolean;
}

/** Null where a value is missing, so that no sentence stands for it. */
export const say = (
  kind: EvidenceTextKind,
  sources: readonly SourceRow[],
  text: string | null,
): Statement | null => {
  const [first, ...others] = sources;
  return first === undefined || text === null || text.trim() === ''
    ? null
    : { kind, text: text.trim(), sources: [first, ...others] };
};

export const documentAt = (
  kind: EvidenceDocumentKind,
  source: SourceRow,
  where: string | null,
): KnownDocument | null =>
  where === null || where.trim() === '' ? null : { kind, where: where.trim(), sources: [source] };

export const present = <Value>(values: readonly (Value | null)[]): Value[] =>
  values.filter((value) => value !== null);

/** What the texts and the dispute's own evidence have together. */
export const kindsOf = (
  statements: readonly Statement[],
  staged: readonly EvidenceKind[],
): EvidenceKind[] => [...new Set<EvidenceKind>([...statements.map(({ kind }) => kind), ...staged])];

interface Weighed {
  reason: string;
  statements: readonly Statement[];
  documents: readonly KnownDocument[];
  staged: readonly EvidenceKind[];
  /** Why no answer can be given; null where one can. */
  barred: string | null;
}

/** The set of the category that is nearest to being whole; null where the provider lists none. */
export function nearestSet(
  reason: string,
  { have, documents }: { have: readonly EvidenceKind[]; documents: readonly KnownDocument[] },
): { set: readonly EvidenceKind[]; lacking: EvidenceKind[]; unknown: EvidenceKind[] } | null {
  const weighed = setsFor(reason).map((set) => {
    const lacking = set.filter((kind) => !have.includes(kind));
    const unknown = lacking.filter((kind) => documents.every((known) => known.kind !== kind));
    return { set, lacking, unknown };
  });
  return (
    weighed.toSorted(
      (a, b) => a.unknown.length - b.unknown.length || a.lacking.length - b.lacking.length,
    )[0] ?? null
  );
}

/** Ready when what the category needs is there; nearly, when half of it is, or only known documents are to be attached. */
export function readinessOf({ reason, statements, documents, staged, barred }: Weighed): Readiness {
  if (barred !== null) return { word: 'not_ready', reason: barred };
  const have = kindsOf(statements, staged);
  const nearest = nearestSet(reason, { have, documents });
  if (nearest === null)
    return answersAnything(have)
      ? { word: 'nearly', reason: 'the provider lists no required evidence for this reason: read it through' }
      : { word: 'not_ready', reason: 'no source has anything that answers it' };
  const { set, lacking, unknown } = nearest;
  if (lacking.length === 0) return { word: 'ready', reason: `has ${kindsText(set)}` };
  if (unknown.length === 0) return { word: 'nearly', reason: `attach the ${kindsText(lacking)}` };
  return {
    word: unknown.length * 2 <= set.length ? 'nearly' : 'not_ready',
    reason: `lacks ${kindsText(lacking)}`,
  };
}

/** The texts by kind, each statement a line, as long as a field of a form takes. */
export function textsOf(
  { statements }: Pick<Packet, 'statements'>,
  longest: number,
): Partial<Record<EvidenceTextKind, string>> {
  const texts: Partial<Record<EvidenceTextKind, string>> = {};
  for (const { kind, text } of statements) {
    const longer = texts[kind] === undefined ? text : `${texts[kind]}\n${text}`;
    // A sentence that does not fit is left out whole: half a sentence says something else.
    if (longer.length <= longest) texts[kind] = longer;
  }
  return texts;
}
