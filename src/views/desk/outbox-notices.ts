/**
 * What operators read of messages that Slack refuses, and the note on a reply that could not go into its thread.
 *
 * Invariant: says which channel, what Slack answered, what becomes of the messages, and what a person can do.
 */
import type { Card } from '../../ports/card.js';
import type { OutboxNews } from '../../ports/outbox.js';
import { cardOf, code, context, instant, mention, section } from '../kit/blocks.js';

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
  remedies[refusal] ??
  'See “Errors” of chat.postMessage in Slack’s documentation for what this refusal means.';

export function outboxNoticeCard(news: OutboxNews): Card {
  // A direct message goes to the id of a person.
  const channel = /^[UW]/.test(news.channel) ? mention(news.channel) : `<#${news.channel}>`;
  switch (news.kind) {
    case 'held': {
      const messages = news.waiting === 1 ? '1 message is waiting' : `${news.waiting} messages are waiting`;
      return noticeOf(
        `:warning: *Slack refuses messages to ${channel}*: ${code(news.refusal)}`,
        `${messages}; Paydesk retries until Slack accepts them. ${remedyOf(news.refusal)} Meanwhile ${code('/remediate list')} shows open requests.`,
      );
    }
    case 'delivered':
      return noticeOf(
        `:white_check_mark: *Slack accepts messages to ${channel} again*`,
        `It had refused them since ${instant(news.since)}. No message was lost.`,
      );
    case 'yours_held':
      return noticeOf(
        `:hourglass: *Slack refuses messages to ${channel}, so your request is not there yet*`,
        `Paydesk keeps retrying and notifies you when it is posted. ${code('/remediate list')} shows open requests to those who approve them.`,
        news.text,
      );
    case 'yours_delivered':
      return noticeOf(
        `:white_check_mark: *Your request is now posted in ${channel}*`,
        'Slack accepts messages there again.',
        news.text,
      );
    case 'refused':
      return noticeOf(
        `:x: *A message to ${channel} could not be posted*: ${code(news.refusal)}`,
        'Slack rejects this message for good, so Paydesk does not retry it.',
        news.text,
      );
  }
}

function noticeOf(title: string, detail: string, text?: string): Card {
  return cardOf(title, [section(title), ...(text === undefined ? [] : [section(text)]), context(detail)]);
}

const movedBecause: Readonly<Record<string, string>> = {
  cannot_reply_to_message: 'the message it replies to accepts no replies',
  restricted_action_thread_locked: 'its thread is locked',
  restricted_action_non_threadable_channel: 'this channel does not allow thread replies',
};

/** A reply that is in the channel instead of its thread. */
export function movedCard({ text, blocks }: Card, refusal: string): Card {
  const note = `Posted in the channel because ${movedBecause[refusal] ?? 'the message it replies to is gone'}.`;
  return { text, blocks: [...(blocks.length > 0 ? blocks : [section(text)]), context(note)] };
}
