/**
 * What operators read of messages that Slack refuses, and the note on a reply that could not go into its thread.
 *
 * Invariant: says which channel, what Slack answered, what becomes of the messages, and what a person can do.
 */
import type { Card } from '../ports/card.js';
import type { OutboxNews } from '../ports/outbox.js';
import { cardOf, code, context, instant, mention, section } from './blocks.js';

const postingRights = 'Let Paydesk post there: the channel’s settings, “Posting permissions”.';

/** What lifts a refusal. */
const remedies: Readonly<Record<string, string>> = {
  not_in_channel: 'Invite Paydesk to the channel.',
  channel_not_found:
    'Invite Paydesk to the channel if it is private; if it was deleted, name another one in paydesk.yaml.',
  is_archived: 'Unarchive the channel, or name another one in paydesk.yaml.',
  is_inactive: 'Unarchive the channel, or name another one in paydesk.yaml.',
  restricted_action: postingRights,
  restricted_action_read_only_channel: postingRights,
  restricted_action_thread_only_channel: postingRights,
};

const remedyOf = (refusal: string): string =>
  remedies[refusal] ?? 'Look the refusal up under “Errors” of chat.postMessage in Slack’s documentation.';

export function outboxNoticeCard(news: OutboxNews): Card {
  // A direct message goes to the id of a person.
  const channel = /^[UW]/.test(news.channel) ? mention(news.channel) : `<#${news.channel}>`;
  switch (news.kind) {
    case 'held': {
      const messages = news.waiting === 1 ? 'One message waits' : `${news.waiting} messages wait`;
      return noticeOf(
        `:warning: *Slack refuses messages to ${channel}*: ${code(news.refusal)}`,
        `${messages} and will be tried again until Slack takes them. ${remedyOf(news.refusal)} Meanwhile ${code('/remediate list')} shows open requests.`,
      );
    }
    case 'delivered':
      return noticeOf(
        `:white_check_mark: *Slack takes messages to ${channel} again*`,
        `It refused them since ${instant(news.since)}. Nothing was lost.`,
      );
    case 'yours_held':
      return noticeOf(
        `:hourglass: *Slack refuses messages to ${channel}, so your request is not there yet*`,
        `Paydesk keeps trying, and you will learn when it is posted. ${code('/remediate list')} shows open requests to those who approve them.`,
        news.text,
      );
    case 'yours_delivered':
      return noticeOf(
        `:white_check_mark: *Your request is in ${channel} now*`,
        'Slack takes messages there again.',
        news.text,
      );
    case 'refused':
      return noticeOf(
        `:x: *A message to ${channel} could not be posted*: ${code(news.refusal)}`,
        'Slack will never take it as it is, so it is not tried again.',
        news.text,
      );
  }
}

function noticeOf(title: string, detail: string, text?: string): Card {
  return cardOf(title, [section(title), ...(text === undefined ? [] : [section(text)]), context(detail)]);
}

const movedBecause: Readonly<Record<string, string>> = {
  cannot_reply_to_message: 'the message that it answers takes no replies',
  restricted_action_thread_locked: 'its thread is locked',
  restricted_action_non_threadable_channel: 'this channel takes no replies in threads',
};

/** A reply that stands in the channel instead of its thread. */
export function movedCard({ text, blocks }: Card, refusal: string): Card {
  const note = `Posted in the channel because ${movedBecause[refusal] ?? 'the message that it answers is gone'}.`;
  return { text, blocks: [...(blocks.length > 0 ? blocks : [section(text)]), context(note)] };
}
