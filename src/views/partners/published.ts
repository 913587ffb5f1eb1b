/**
 * What a partner's status page says, and the live card of a partner's trouble in the alerts channel.
 *
 * Invariant: what a page said before it became unreadable is shown as its last report, never as the present status.
 */
import type { Card } from '../../ports/card.js';
import type {
  PartnerIncident,
  PartnerMaintenance,
  PlannedMaintenance,
  PublishedStatus,
  StatusIndicator,
} from '../../ports/partner-status.js';
import type { RememberedStatus } from '../../ports/partner-statuses.js';
import { cardOf, context, escape, instant, link, section, sections } from '../kit/blocks.js';

const marks: Readonly<Record<StatusIndicator, string>> = {
  none: ':large_green_circle:',
  maintenance: ':wrench:',
  minor: ':large_yellow_circle:',
  major: ':large_orange_circle:',
  critical: ':red_circle:',
};

export const indicatorWords: Readonly<Record<StatusIndicator, string>> = {
  none: 'normal service',
  maintenance: 'maintenance in progress',
  minor: 'a minor incident',
  major: 'a major outage',
  critical: 'a critical outage',
};

/** What the page said when it was last read. */
export const lastWords = ({ published }: RememberedStatus): string =>
  `Last reported: ${indicatorWords[published.indicator]}, ${escape(published.description)}`;

/** A partner in deep trouble lists more than anybody reads on a card. */
const mostIncidents = 5;
const mostComponents = 10;
const mostPlanned = 3;

export function publishedBlocks(published: PublishedStatus): ReturnType<typeof sections> {
  const { components, incidents, maintenances, planned, problems } = published;
  const degraded = components.filter(({ status }) => status !== 'operational');
  const left = degraded.length - mostComponents;
  return sections([
    ...incidents.slice(0, mostIncidents).map(incidentLine),
    ...maintenances.slice(0, mostIncidents).map(maintenanceLine),
    ...planned.slice(0, mostPlanned).map(plannedLine),
    ...degraded
      .slice(0, mostComponents)
      .map(({ name, status }) => `• ${escape(name)}: ${escape(status.replaceAll('_', ' '))}`),
    ...(left > 0 ? [`… and ${left} more components`] : []),
    ...problems.slice(0, mostIncidents).map((problem) => `:grey_question: Status page: ${escape(problem)}`),
  ]);
}

function maintenanceLine({ name, until, url, latestUpdate }: PartnerMaintenance): string {
  const title = url === null ? escape(name) : link(url, name);
  const end = until === null ? '' : ` until ${instant(until)}`;
  return `:wrench: *${title}* (maintenance in progress${end})${latestUpdate === null ? '' : `: ${escape(latestUpdate)}`}`;
}

function plannedLine({ name, from, until, url }: PlannedMaintenance): string {
  const title = url === null ? escape(name) : link(url, name);
  const end = until === null ? '' : ` to ${instant(until)}`;
  return `:calendar: *${title}* (planned maintenance): ${instant(from)}${end}`;
}

function incidentLine({ name, status, url, latestUpdate }: PartnerIncident): string {
  const title = url === null ? escape(name) : link(url, name);
  return `*${title}* (${escape(status)})${latestUpdate === null ? '' : `: ${escape(latestUpdate)}`}`;
}

/** The one card in the alerts channel that is rewritten while a partner's published status changes. */
export function partnerStatusCard(name: string, status: RememberedStatus): Card {
  return status.staleToldAt === null ? currentCard(name, status) : staleCard(name, status);
}

/** The trouble may be over, or worse. */
function staleCard(name: string, status: RememberedStatus): Card {
  const sentence = `${escape(name)}: status unknown since ${instant(status.checkedAt)}, its status page can’t be read`;
  return cardOf(sentence, [
    section(`:grey_question: *${sentence}*`),
    context(lastWords(status)),
    ...publishedBlocks(status.published),
    context(`Last known trouble since ${instant(status.changedAt)}`),
  ]);
}

function currentCard(name: string, { published, changedAt }: RememberedStatus): Card {
  const { indicator, description } = published;
  const what = indicator === 'none' ? 'has recovered' : `reports ${indicatorWords[indicator]}`;
  const sentence = `${escape(name)} ${what}`;
  return cardOf(`${sentence}: ${escape(description)}`, [
    section(`${marks[indicator]} *${sentence}*: ${escape(description)}`),
    ...publishedBlocks(published),
    context(`Since ${instant(changedAt)} · as reported on the partner’s status page`),
  ]);
}
