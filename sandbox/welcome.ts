/**
 * The first message of the sandbox: what to type, with ids that are real in this world.
 */
import type { Block } from './slack/wire.js';
import { examples } from './world/examples.js';
import { moneyFacts } from './world/partners.js';
import type { World } from './world/world.js';

export interface Welcome {
  text: string;
  blocks: Block[];
}

const row = (text: string, does: string): [string, string] => [text, does];

export function welcome(world: World, now: Date): Welcome {
  const found = examples(world, now);
  const { last4, amountMinor, currency, date } = found.ambiguous;
  const { decimals } = moneyFacts[currency as keyof typeof moneyFacts];
  const amount = (amountMinor / 10 ** decimals).toFixed(decimals);
  const rows: [string, string][] = [
    [found.paidOut, 'paid out: confirmed everywhere'],
    [found.inFlight, 'just captured: on its way'],
    [found.failedThenSucceeded, 'declined first, then paid'],
    [found.refunded, 'refunded'],
    [found.disputed, 'disputed, an answer is due'],
    [found.warned, 'with an early fraud warning'],
    [found.uncaptured, 'authorised, not captured'],
    ...(found.large === null ? [] : [row(found.large, 'a refund of it needs two approvals')]),
    ...(found.exceptional === null
      ? []
      : [row(found.exceptional, 'a refund of it is confirmed outside Slack')]),
    [found.orderId, 'the order of the first one'],
    [found.arn, 'its acquirer reference number'],
    [found.customerEmail, 'its customer'],
    [`${last4} ${amount} ${date}`, 'what somebody remembers: candidates'],
  ];
  const lines = rows.map(([text, does]) => `\`/payment ${text}\`  ${does}`);
  return {
    text: 'Welcome to the sandbox. Type /payment with one of these.',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Welcome to the Paydesk sandbox' } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: 'A payments company of its own: Slack, payments API, books and status pages, all on this machine. Type, as anybody you choose in the corner below:',
        },
      },
      { type: 'section', text: { type: 'mrkdwn', text: lines.join('\n') } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '`/dispute`  what needs an answer · `/partner northpay`  how a partner is · `/paydesk`  help',
        },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: `\`/remediate refund-payment ${found.inFlight}\`  asks for a refund. Approve it in #approvals as somebody else, for instance Lars; \`/audit\` has all of it.`,
        },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '`/recon`  are we whole? Yesterday’s statements are in #reconciliation. Start *Short-paid settlement* or *Duplicate captures* under *Scenarios*, then `/recon breaks`: take a break, see both sides, write to the partner or write it off; the statement that proves it closes it in its thread. `/recon forecast klaro` shows what lands next, `/recon rollup month` how breaks rolled forward.',
        },
      },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: 'Break something under *Scenarios* and watch #partner-alerts.' }],
      },
    ],
  };
}
