/**
 * How evidence is asked for, and which pieces of evidence the answers are.
 *
 * Invariant: a dispute holds one piece of each kind, so no two submitted items are the same piece. A file is
 * the kind that it is named after, else the chosen one: nothing is guessed, and the plan shows what each became.
 */
import {
  evidenceDocumentKinds,
  evidenceFileMaxBytes,
  evidenceTextKinds,
  type EvidenceDocumentKind,
  type EvidenceKind,
  type EvidenceTextKind,
} from '../../ports/evidence.js';
import type { ActionFault, Field } from './action.js';
import { answerableDisputeField } from './dispute-facts.js';
import { kindNamedBy, sizeText, type FileFact } from './evidence-files.js';
import { kindText } from '../../nouns/evidence-needs.js';
import { choiceField, filesField, optionalField, textField } from './fields.js';

/** The explanation has a field of its own. */
type OtherTextKind = Exclude<EvidenceTextKind, 'uncategorized_text'>;

export interface EvidenceParams extends Readonly<Record<OtherTextKind, string>> {
  dispute: string;
  explanation: string;
  fileKind: EvidenceDocumentKind | null;
  files: readonly string[];
}

/** The most that a modal's input takes. Providers take 20,000 in one piece. */
export const evidenceTextMaxLength = 3000;
/** One of each kind. */
const filesMax = evidenceDocumentKinds.length;

const optionsOf = <Kind extends EvidenceTextKind | EvidenceDocumentKind>(kinds: readonly Kind[]) =>
  kinds.map((value) => ({ value, label: kindText(value).replace(/^./, (first) => first.toUpperCase()) }));

const optionalText = (label: string, hint: string): Field<string> => ({
  ...textField(label, evidenceTextMaxLength, hint),
  optional: true,
});

const otherTextKinds = evidenceTextKinds.filter((kind) => kind !== 'uncategorized_text');

const labelOf = (kind: EvidenceTextKind): string =>
  kindText(kind).replace(/^./, (first) => first.toUpperCase());

/** One for each kind, so that one request answers a dispute whole. */
const textFields = Object.fromEntries(
  otherTextKinds.map((kind) => [
    kind,
    { ...textField(labelOf(kind), evidenceTextMaxLength), optional: true },
  ]),
) as Record<OtherTextKind, Field<string>>;

export const evidenceFields: { readonly [Name in keyof EvidenceParams]: Field<EvidenceParams[Name]> } = {
  dispute: answerableDisputeField,
  explanation: optionalText(
    'Explanation',
    'In your own words, to the bank. Replaces any explanation in the draft.',
  ),
  files: {
    ...filesField('Files', filesMax),
    hint: 'PDF, JPEG or PNG, up to 5 MB in total. Attach one file per kind of document, named after its kind (receipt.pdf, refund-policy.pdf). A file with any other name gets the kind chosen below.',
  },
  fileKind: optionalField(
    choiceField('Kind of the file with any other name', optionsOf(evidenceDocumentKinds)),
  ),
  ...textFields,
};

export interface GivenText {
  kind: EvidenceTextKind;
  text: string;
}

export interface GivenDocument {
  kind: EvidenceDocumentKind;
  file: FileFact;
}

/** In the order of the form. */
export function givenTexts({ explanation, ...params }: EvidenceParams): GivenText[] {
  const texts: GivenText[] = [
    { kind: 'uncategorized_text', text: explanation },
    ...otherTextKinds.map((kind) => ({ kind, text: params[kind] })),
  ];
  return texts.filter((given) => given.text !== '');
}

/** Those whose kind is known, which in a plan that passed its check are all. */
export function givenDocuments({ fileKind }: EvidenceParams, files: readonly FileFact[]): GivenDocument[] {
  return files.flatMap((file) => {
    const kind = kindNamedBy(file) ?? fileKind;
    return kind ? [{ kind, file }] : [];
  });
}

/** Every fault of the submitted items. */
export function givenFaults(params: EvidenceParams, files: readonly FileFact[]): ActionFault[] {
  const problems = files.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const usable = files.filter(({ problem }) => problem === null);
  return [
    ...problems.map((message) => ({ field: 'files', message })),
    ...namelessFaults(params, usable),
    ...doubleFaults(givenDocuments(params, usable)),
    ...sizeFaults(usable),
  ];
}

/** The field in which a piece of evidence is given. */
export const fieldOfKind = (kind: EvidenceKind): keyof EvidenceParams => {
  if (kind === 'uncategorized_text') return 'explanation';
  return otherTextKinds.find((known) => known === kind) ?? 'files';
};

function namelessFaults({ fileKind }: EvidenceParams, files: readonly FileFact[]): ActionFault[] {
  const nameless = fileKind ? [] : files.filter((file) => kindNamedBy(file) === null);
  if (nameless.length === 0) return [];
  const names = nameless.map(({ name }) => name).join(', ');
  return [{ field: 'fileKind', message: `Choose which kind of document this is: ${names}.` }];
}

/** What is staged already cannot be weighed: the provider tells its ids alone. */
function sizeFaults(files: readonly FileFact[]): ActionFault[] {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= evidenceFileMaxBytes) return [];
  const message = `The files are ${sizeText(total)} in total, and the provider accepts at most ${sizeText(evidenceFileMaxBytes)}: attach images at a lower resolution.`;
  return [{ field: 'files', message }];
}

function doubleFaults(documents: readonly GivenDocument[]): ActionFault[] {
  return evidenceDocumentKinds.flatMap((kind) => {
    const names = documents.filter((document) => document.kind === kind).map(({ file }) => file.name);
    if (names.length < 2) return [];
    const message = `Only one file can be the ${kindText(kind)}, not ${names.join(' and ')}: combine them into one PDF, or name each after its own kind.`;
    return [{ field: 'files', message }];
  });
}
