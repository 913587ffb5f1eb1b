/**
 * The draft answer on the card of a dispute: how ready it is, each statement with where it comes from, and the gaps.
 *
 * Invariant: personal data is masked here; the form in which a person edits the draft shows it whole.
 */
import type { SectionBlock } from '@slack/types';
import { draftWords } from '../../disputes/drafts.js';
import type { KnownDocument, Packet, SourceRow, Statement } from '../../disputes/evidence/packet.js';
import type { Part } from '../../kernel/part.js';
import { maskEmail } from '../../kernel/sensitive.js';
import { kindText } from '../../nouns/evidence-needs.js';
import type { EvidenceKind } from '../../ports/evidence.js';
import { code, escape, sections } from '../kit/blocks.js';

const marks = { ready: ':large_green_circle:', nearly: ':large_yellow_circle:', not_ready: ':white_circle:' };
const statementsMax = 14;
const sourcesMax = 3;
const gapsMax = 10;
const statementLimit = 240;

const personal: readonly EvidenceKind[] = [
  'billing_address',
  'customer_email_address',
  'customer_name',
  'shipping_address',
];

/** Slack folds a long section: what is to be done stands in one of its own, before the statements. */
export function packetBlocks(part: Part<Packet>): SectionBlock[] {
  if (part === null) return [];
  if ('unknown' in part)
    return sections([`*Draft evidence:* can’t be assembled at the moment (${escape(part.unknown)})`]);
  const { readiness, wins, statements, documents, compelling, gaps } = part.value;
  const hidden = statements.length - statementsMax;
  return [
    ...sections([
      `*Draft evidence:* ${marks[readiness.word]} ${draftWords[readiness.word]} · ${escape(readiness.reason)}`,
      `*What wins it:* ${escape(wins, statementLimit)}`,
      ...compellingLines(compelling),
      ...documents.map(documentLine),
      ...gapLines(gaps),
    ]),
    ...sections([
      ...statements.slice(0, statementsMax).map(statementLine),
      ...(hidden > 0 ? [`and ${hidden} more, in the form`] : []),
    ]),
  ];
}

const statementLine = ({ kind, text, sources }: Statement): string =>
  `• ${kind === 'uncategorized_text' ? '' : `${kindText(kind)}: `}${shown(kind, text)} (${sourcesOf(sources)})`;

const shown = (kind: EvidenceKind, text: string): string =>
  personal.includes(kind) ? '•••' : escape(masked(text), statementLimit);

const documentLine = ({ kind, where, sources }: KnownDocument): string =>
  `:paperclip: attach the ${kindText(kind)}: ${code(where)} (${sourcesOf(sources)})`;

const sourcesOf = (sources: readonly SourceRow[]): string => {
  const named = sources.slice(0, sourcesMax).map(({ from, id }) => `${escape(from)} ${code(id)}`);
  const more = sources.length - sourcesMax;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
};

/** E-mail addresses keep their first letter, addresses of the internet their network. */
const masked = (text: string): string =>
  text
    .replace(/[^\s@“”<>]+@[^\s@“”<>]+/g, maskEmail)
    .replace(/\b(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b/g, '$1.•.•')
    .replace(/\b([0-9a-f]{1,4}:[0-9a-f]{1,4}):[0-9a-f:]{2,34}/gi, '$1:•');

function compellingLines(compelling: Packet['compelling']): string[] {
  if (compelling === null) return [];
  if ('lacking' in compelling)
    return [`*Visa CE 3.0 pair in the books:* none: ${escape(compelling.lacking, statementLimit)}`];
  const { earlier, matching } = compelling.pair;
  const payments = earlier.map(
    ({ chargeId, id, placedAt }) => `${code(chargeId ?? id)} of ${placedAt.toISOString().slice(0, 10)}`,
  );
  return [`*Visa CE 3.0 pair in the books:* ${payments.join(' and ')}, same ${matching.join(', ')}`];
}

function gapLines(gaps: readonly string[]): string[] {
  if (gaps.length === 0) return [];
  const shownGaps = gaps.slice(0, gapsMax).map((gap) => escape(gap));
  const more = gaps.length - gapsMax;
  return [`*Gaps:* ${[...shownGaps, ...(more > 0 ? [`${more} more`] : [])].join('; ')}`];
}
