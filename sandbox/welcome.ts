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
    [found.paidOut, 'paid out, confirmed by every source'],
    [found.inFlight, 'just captured, payout on its way'],
    [found.failedThenSucceeded, 'declined first, then paid'],
    [found.refunded, 'refunded'],
    [found.disputed, 'disputed, a response is due'],
    [found.warned, 'with an early fraud warning'],
    [found.uncaptured, 'authorised, not captured'],
    ...(found.large === null ? [] : [row(found.large, 'large: its refund needs two approvals')]),
    ...(found.exceptional === null
      ? []
      : [row(found.exceptional, 'very large: votes on its refund are confirmed outside Slack')]),
    [found.orderId, 'the order ID of the first payment'],
    [found.arn, 'its acquirer reference number'],
    [found.customerEmail, 'the e-mail address of its customer'],
    [`${last4} ${amount} ${date}`, 'last four digits, amount and day: payments that match'],
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
          text: 'This is a whole payments company on your machine: Slack, a payments API, books and status pages. Choose a person in the corner below, and type:',
        },
      },
      { type: 'section', text: { type: 'mrkdwn', text: lines.join('\n') } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '`/dispute`  what needs a response · `/partner northpay`  a partner’s health · `/paydesk`  help',
        },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: `\`/remediate refund-payment ${found.inFlight}\`  requests a refund. Approve it in #approvals as another person, for instance Lars. \`/audit\` shows every step.`,
        },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '`/recon`  are we whole? Yesterday’s statements are in #reconciliation. Start *Short-paid settlement* or *Duplicate captures* under *Scenarios*, then `/recon breaks`: take a break, compare both sides, write to the partner or write the break off. The statement that proves a repair closes its break in the same thread. `/recon forecast klaro` shows what lands next, and `/recon rollup month` how breaks rolled forward.',
        },
      },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: 'Break something under *Scenarios* and watch #partner-alerts.' }],
      },
    ],
  };
}
