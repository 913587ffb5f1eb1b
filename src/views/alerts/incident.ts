/**
 * An incident in its channel: the pinned card, the form that closes it, and the summary that remains.
 *
 * Invariant: what Slack refused stands on the card, with what to do about it; the summary says only what was recorded.
 */
import { formatDuration } from '../../kernel/duration.js';
import { utcText } from '../../kernel/instants.js';
import { redactCardNumbers } from '../../kernel/sensitive.js';
import type { Alert } from '../../ports/alerts.js';
import type { Card, CardBlock } from '../../ports/card.js';
import type { Modal } from '../../ports/command.js';
import type { Incident, IncidentEntry } from '../../ports/incidents.js';
import {
  actions,
  button,
  cardOf,
  context,
  escape,
  instant,
  mention,
  section,
  sections,
  truncate,
} from '../kit/blocks.js';
import { input, textInput } from '../kit/inputs.js';
import { joined } from '../kit/links.js';

export const incidentIds = { open: 'incident_open', close: 'incident_close' } as const;

const textLimit = 1500;

const byWords = (by: string): string => (by === 'paydesk' ? 'Paydesk' : mention(by));

export function incidentCard(incident: Incident): Card {
  const { id, title, openedBy, openedAt, cause, impact, closedBy, closedAt, problems, state } = incident;
  const isClosed = closedAt !== null && closedBy !== null;
  const head = `${id}${isClosed ? ' closed' : ''}: ${escape(title, 300)}`;
  return cardOf(head, [
    section(`${isClosed ? ':white_check_mark:' : ':rotating_light:'} *${head}*`),
    ...sections([
      `*Opened:* ${instant(openedAt)} by ${byWords(openedBy)}`,
      ...(isClosed
        ? [
            `*Closed:* ${instant(closedAt)} by ${byWords(closedBy)}, after ${formatDuration(closedAt.getTime() - openedAt.getTime())}`,
            `*Cause:* ${escape(cause ?? '', textLimit)}`,
            `*Impact:* ${escape(impact ?? '', textLimit)}`,
          ]
        : ['Mark a message with :pushpin: to put it on the timeline of the summary.']),
      ...problems.map((problem) => `:warning: ${escape(problem, 300)}`),
    ]),
    ...(state === 'open'
      ? actions(
          button({
            actionId: incidentIds.close,
            text: 'Close incident…',
            value: id,
            label: `Close incident ${id}`,
          }),
        )
      : []),
    context(joined(id, stateWords(incident))),
  ]);
}

function stateWords({ state, step }: Incident): string {
  if (state === 'closing') return 'the summary follows, then the channel is archived';
  return state === 'closed' && step !== null ? 'closed; archive this channel by hand' : state;
}

export const closeIncidentModal = (id: string): Modal => ({
  callbackId: incidentIds.close,
  title: `Close ${id}`,
  submit: 'Close incident',
  close: 'Cancel',
  blocks: [
    section('Paydesk posts a summary with the timeline and archives the channel.'),
    input({
      name: 'cause',
      label: 'Cause',
      hint: 'What broke, and why. At most 1,500 characters.',
      element: textInput({ multiline: true }),
    }),
    input({
      name: 'impact',
      label: 'Impact',
      hint: 'Who was affected, and by how much.',
      element: textInput({ multiline: true }),
    }),
  ],
  memo: id,
});

interface SummaryFacts {
  incident: Incident;
  alerts: readonly { alert: Alert; title: string }[];
  timeline: readonly IncidentEntry[];
  /** By ID, because a file shows no mentions. A person who is missing is named by the ID. */
  names: ReadonlyMap<string, string>;
}

/** Markdown. */
export function incidentSummary({ incident, alerts, timeline, names }: SummaryFacts): string {
  const { id, title, openedAt, openedBy, closedAt, closedBy, cause, impact, problems } = incident;
  const who = (by: string | null): string =>
    by === null || by === 'paydesk' ? 'Paydesk' : lined(names.get(by) ?? by);
  const onset = alerts.map(({ alert }) => alert.onsetAt).reduce((a, b) => (a < b ? a : b), openedAt);
  const lines = [
    `# ${id}: ${lined(title)}`,
    '',
    `- Began: ${utcText(onset)}`,
    `- Opened: ${utcText(openedAt)} by ${who(openedBy)}`,
    ...(closedAt === null
      ? []
      : [
          `- Closed: ${utcText(closedAt)} by ${who(closedBy)}`,
          `- Lasted: ${formatDuration(closedAt.getTime() - onset.getTime())}`,
        ]),
    '',
    '## Cause',
    '',
    paragraph(cause),
    '',
    '## Impact',
    '',
    paragraph(impact),
    '',
    '## Alerts',
    '',
    ...alerts.map(
      ({ alert, title: words }) =>
        `- ${alert.id}${alert.state === 'resolved' ? '' : ` (${alert.state})`}: ${lined(words)}`,
    ),
    '',
    '## Timeline',
    '',
    ...timeline.map(({ at, by, text }) => `- ${utcText(at)}, ${who(by)}: ${lined(text)}`),
    ...(problems.length === 0
      ? []
      : ['', '## What Slack refused', '', ...problems.map((problem) => `- ${lined(problem)}`)]),
  ];
  return redactCardNumbers(`${lines.join('\n')}\n`);
}

/** Slack draws Markdown itself; its limit is for the whole message. */
const markdownMax = 11_000;

/** The summary where no file can be. */
export const summaryCard = (id: string, summary: string): Card => ({
  text: `Summary of ${id}`,
  blocks: [{ type: 'markdown', text: truncate(summary, markdownMax) } as CardBlock],
  plainer: sections(summary.split('\n').map((line) => escape(line, textLimit))),
});

/** A text from outside as one line that starts no heading, list or table of its own. */
const lined = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/([\\`*_[\]<>|#])/g, '\\$1');

const paragraph = (text: string | null): string =>
  text === null || text.trim() === '' ? 'Not stated.' : text.split(/\r?\n/).map(lined).join('\n\n');
