/**
 * What an alert's card says of the world around it: what the partner reports of itself, what changed lately, and where the
 * runbook begins.
 */
import type { Change } from '../../ports/changes.js';
import type { PublishedStatus } from '../../ports/partner-status.js';
import type { Runbook } from '../../ports/runbooks.js';
import { escape, instant, link } from '../kit/blocks.js';

export interface Surroundings {
  /** Null where the partner has no status page that answered, or the alert is of no partner. */
  partner: { name: string; published: PublishedStatus } | null;
  /** Newest first. */
  changes: readonly Change[];
  runbook: Runbook | null;
  /** The channel whose cards say the same; null where only the alert says it. */
  handledIn: string | null;
}

const titleMax = 120;

export function surroundingLines({ partner, changes, runbook, handledIn }: Surroundings): string[] {
  return [
    ...(handledIn === null ? [] : [`*Handled in:* <#${handledIn}>`]),
    ...(partner === null ? [] : [`*${escape(partner.name)} reports:* ${reported(partner.published)}`]),
    ...(changes.length === 0 ? [] : ['*Changes before it began:*', ...changes.map(changeLine)]),
    ...(runbook === null ? [] : [`*Runbook:* ${escape(runbook.title)}`]),
  ];
}

function reported({ indicator, description }: PublishedStatus): string {
  return indicator === 'none' ? 'normal service' : escape(description, titleMax);
}

function changeLine({ kind, title, by, url, at }: Change): string {
  const what = url === null ? escape(title, titleMax) : link(url, title.slice(0, titleMax));
  return `• ${instant(at)} ${escape(kind)}: ${what}${by === null ? '' : `, by ${escape(by, 60)}`}`;
}
