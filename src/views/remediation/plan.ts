/**
 * The lines of a plan as people read and approve them.
 *
 * Invariants: the lines are exactly those of `linesOf`, every one whole; where they do not fit, nothing of them is left
 * out silently, and there is no way to approve but through pages that hold all of them.
 */
import type { SectionBlock } from '@slack/types';
import type { Plan } from '../../remediation/kit/action.js';
import { linesOf } from '../../remediation/kit/plan.js';
import { escape, sections } from '../kit/blocks.js';

/** Leaves room on a card for everything that is not the plan. */
const cardTextLimit = 4000;
/** A longer one does not fit a headline: it goes to the pages. */
export const headlineLimit = 300;
const pieceLimit = 2900;
const pageTextLimit = 12_000;

const labelled = /^(At stake|Changes|Affects|To undo|Cannot be undone): (.*)$/s;

/** Redaction may make a text longer; nothing else does, before it is encoded. */
const whole = (text: string): string => escape(text, 4 * text.length + 100);

/** Text of several lines, each below the first as a quotation, so that none passes for a line of the card. */
function quoted(text: string): string[] {
  const [first = '', ...rest] = text.split('\n');
  return [whole(first), ...rest.map((line) => `>${whole(line.replace(/^> ?/, ''))}`)];
}

/** Why it was requested, as the person wrote it. */
export function whyLines(why: string): string[] {
  const said = why.trim();
  return said.includes('\n') ? ['*Why:*', ...quoted(`\n${said}`).slice(1)] : [`*Why:* “${whole(said)}”`];
}

/** All lines but the headline, in mrkdwn. A label that several lines share appears once, above their list. */
export function bodyOf({ preview }: Plan): string[] {
  const lines = linesOf(preview).slice(1).map(partsOf);
  return lines.flatMap(({ label, text }, index) => {
    const [first = '', ...rest] = quoted(text);
    const isAlone = lines.filter((line) => line.label === label).length === 1;
    if (isAlone) return [`*${label}:* ${first}`, ...rest];
    const isFirst = lines[index - 1]?.label !== label;
    return [...(isFirst ? [`*${label}:*`] : []), `• ${first}`, ...rest];
  });
}

function partsOf(line: string): { label: string; text: string } {
  const [, label = '', text = ''] = labelled.exec(line) ?? [];
  return { label, text };
}

/** Whether all of the plan stands on a card. */
export function fitsOnCard(plan: Plan): boolean {
  const body = bodyOf(plan);
  const length = body.reduce((sum, line) => sum + line.length + 1, 0);
  return (
    length <= cardTextLimit &&
    plan.preview.headline.length <= headlineLimit &&
    body.every((line) => line.length <= pieceLimit)
  );
}

/** The whole plan for a window, in as many pages as it takes; at least one. */
export function pagesOf(plan: Plan): SectionBlock[][] {
  const lines = [`*${whole(plan.preview.headline)}*`, ...bodyOf(plan)].flatMap(pieces);
  const pages: SectionBlock[][] = [];
  let room = 0;
  for (const block of sections(lines)) {
    const { length } = block.text?.text ?? '';
    const page = pages.at(-1);
    if (page && length <= room) page.push(block);
    else pages.push([block]);
    room = (page && length <= room ? room : pageTextLimit) - length;
  }
  return pages;
}

/** A line too long for a block, in parts, each of which says whether it is quoted; never through a date, an entity or a character. */
function pieces(line: string): string[] {
  const parts: string[] = [];
  for (let rest = line; rest !== '';) {
    const cut =
      rest.length <= pieceLimit
        ? rest
        : rest.slice(0, pieceLimit).replace(/<[^>]*$|&[a-z]*$|[\uD800-\uDBFF]$/, '');
    parts.push(parts.length > 0 && line.startsWith('>') ? `>${cut}` : cut);
    rest = rest.slice(cut.length);
  }
  return parts;
}
