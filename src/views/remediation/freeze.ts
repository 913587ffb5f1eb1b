/**
 * The freeze, wherever it shows: the answer to the person who froze, the live card in the alarm channel, and the banner on
 * Home, on every form and on every answer about requests.
 *
 * Invariant: the button that lifts it is there only while the freeze lasts.
 */
import type { ActionsBlock, KnownBlock, SectionBlock } from '@slack/types';
import { formatDuration } from '../../kernel/duration.js';
import type { Card } from '../../ports/card.js';
import type { Modal } from '../../ports/command.js';
import type { FreezeStory } from '../../remediation/life/deps.js';
import type { Stop } from '../../remediation/policy/kill-switch.js';
import { actions, button, cardOf, escape, instant, mention, mentionGroup, section } from '../kit/blocks.js';
import { remediationButtons } from './ids.js';

/** As long as people may make a reason. */
const whyLimit = 500;

/** `staleMs`: the age of the group membership that decided, where Slack gave no newer one. */
export function frozenCard({ staleMs }: { staleMs: number | null }): Card {
  const frozen = 'All guarded actions are frozen. Two people can lift the freeze with `/remediate unfreeze`.';
  const known =
    staleMs === null
      ? ''
      : ` Slack did not answer in time, so Paydesk checked your permission against the user groups as of ${formatDuration(staleMs)} ago.`;
  return cardOf(frozen + known, [section(frozen + known)]);
}

/** While the database takes its time; the answer itself follows. */
export function freezeLateCard(): Card {
  const text = 'Not frozen yet: the database is slow. Paydesk keeps trying and answers here either way.';
  return cardOf(text, [section(`:hourglass_flowing_sand: *${text}*`)]);
}

/** The answer to a person who lifts it. */
export function liftCard(outcome: 'lifted' | 'one_more'): Card {
  const text =
    outcome === 'lifted'
      ? 'The freeze is lifted.'
      : 'Recorded. A second person must agree with `/remediate unfreeze`.';
  return cardOf(text, [section(text)]);
}

/** The live card of one freeze, from its beginning to its end. */
export function freezeCard(freeze: FreezeStory, groups: readonly string[]): Card {
  const { liftedBy } = freeze;
  const called = groups.map(mentionGroup).filter(Boolean).join(' ');
  const lines = [
    liftedBy === null
      ? `:snowflake: *All guarded actions are frozen* ${sinceOf(freeze)}`
      : `:sunny: *The freeze is lifted.* It was set ${sinceOf(freeze)}`,
    ...liftLines(freeze),
    ...(called === '' ? [] : [called]),
  ];
  const text = `${liftedBy === null ? 'All guarded actions are frozen' : 'The freeze is lifted'}: ${escape(freeze.why, whyLimit)} ${called}`;
  return cardOf(text.trim(), [section(lines.join('\n')), ...(liftedBy === null ? liftButton(freeze) : [])]);
}

const sinceOf = ({ at, by, why }: FreezeStory): string =>
  `by ${mention(by)} ${instant(at)}: “${escape(why, whyLimit)}”`;

function liftLines({ liftBy, liftedBy }: FreezeStory): string[] {
  if (liftedBy !== null) return [`${mention(liftBy ?? '')} and ${mention(liftedBy)} lifted it.`];
  return liftBy === null
    ? ['No request can be made, approved or started meanwhile. Two people must lift the freeze.']
    : [`${mention(liftBy)} asked to lift it; one more person must agree.`];
}

function liftButton({ at, liftBy }: FreezeStory): ActionsBlock[] {
  const lift = button({
    actionId: remediationButtons.lift,
    text: 'Lift the freeze',
    value: at.toISOString(),
    label: 'Lift the freeze on all guarded actions',
    confirm: {
      title: 'Lift the freeze?',
      text: liftBy === null ? 'A second person must agree.' : 'Approved requests start at once.',
      yes: 'Lift',
      no: 'Keep it frozen',
      style: 'danger',
    },
  });
  return actions(lift);
}

/** Before anything else on Home; nothing while nothing is frozen. */
export const freezeBanner = (freeze: FreezeStory | null): (SectionBlock | ActionsBlock)[] =>
  freeze
    ? [
        section(
          `:snowflake: *All guarded actions are frozen* ${sinceOf(freeze)}\n${liftLines(freeze).join(' ')}`,
        ),
        ...liftButton(freeze),
      ]
    : [];

/** The same above an answer about requests. */
export const underFreeze = (card: Card, freeze: FreezeStory | null): Card =>
  freeze ? cardOf(card.text, [...freezeBanner(freeze), ...(card.blocks as KnownBlock[])]) : card;

/** The same at the top of a form, which has no room for other buttons. */
export function underStop(modal: Modal, stop: Stop | null): Modal {
  if (!stop) return modal;
  const banner =
    stop.kind === 'frozen'
      ? `:snowflake: *All guarded actions are frozen* ${sinceOf(stop.freeze)}\nYou can’t submit this form until two people lift the freeze.`
      : `:snowflake: *This action is frozen.* ${escape(stop.message, whyLimit)}`;
  return { ...modal, blocks: [section(banner), ...modal.blocks] };
}
