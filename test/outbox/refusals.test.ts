/**
 * Messages that Slack refuses: kept by default, tried again, and told to an operator elsewhere; only what is documented
 * to be final goes another way, and says so.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHeldSince } from '../../src/adapters/postgres/outbox-news.js';
import { leaseMs } from '../../src/adapters/slack/outbox-sender.js';
import { meaningOf, type Meaning } from '../../src/adapters/slack/refusals.js';
import { remarksOn } from '../../src/wiring/held-messages.js';
import { card, createWire, startOutboxBench, type OutboxBench, type Wire } from './support.js';

describe('what a refusal means', () => {
  it.each<[string, Meaning, string]>([
    ['restricted_action_read_only_channel', 'channel', 'an admin can let the app post there'],
    ['restricted_action', 'channel', 'a preference of the workspace'],
    ['is_archived', 'channel', 'it can be unarchived'],
    ['not_in_channel', 'channel', 'an invitation lifts it'],
    ['channel_not_found', 'channel', 'said of private channels without the bot as well'],
    ['restricted_action_thread_only_channel', 'unknown', 'replies still pass, so the channel must go on'],
    ['restricted_action_of_tomorrow', 'unknown', 'Slack adds refusals'],
    ['slack_connect_blocked', 'unknown', 'not documented for posts'],
    ['access_denied', 'unknown', 'said of one resource, which may be this channel'],
    ['constructor', 'unknown', 'a property of every object is no refusal that is known'],
    ['token_revoked', 'credential', 'every channel is refused'],
    ['message_limit_exceeded', 'limit', 'the workspace sends too much, for now'],
    ['msg_too_long', 'message', 'nobody outside can lift it'],
  ])('%s: %s (%s)', (refusal, meaning) => {
    expect(meaningOf(refusal, 'C05PAYOPS')).toBe(meaning);
  });

  it.each<[string, Meaning, string]>([
    ['channel_not_found', 'message', 'the person left'],
    ['user_disabled', 'message', 'the person was deactivated'],
    ['messages_tab_disabled', 'unknown', 'the app’s manifest can lift it'],
    ['restricted_action', 'channel', 'a preference of the workspace'],
  ])('%s to a person: %s (%s)', (refusal, meaning) => {
    expect(meaningOf(refusal, 'U05ANA')).toBe(meaning);
  });
});

let bench: OutboxBench;
let wire: Wire;
let ops: string;
let incidents: string;

beforeEach(async () => {
  bench = await startOutboxBench();
  wire = createWire();
  ops = bench.channels['payments-ops']!;
  incidents = bench.channels.incidents!;
  bench.noticeChannels.push(ops, incidents);
});
afterEach(() => bench.close());

/** Slack refuses what is written to a channel. */
const refuse = (channel: string, refusal: string): void => {
  wire.refusal = (call) => (call.channel === channel ? refusal : null);
};
const lift = (): void => void (wire.refusal = () => null);
const held = async (): Promise<number> => (await bench.queue.backlog()).held;

describe.each([
  ['restricted_action_read_only_channel'],
  ['is_archived'],
  ['channel_not_found'],
  ['not_in_channel'],
  ['restricted_action'],
  ['restricted_action_thread_only_channel'],
  ['a_refusal_of_tomorrow'],
])('a channel that answers %s', (refusal) => {
  it('keeps every message, tells an operator elsewhere once, and has them all in order when it is lifted', async () => {
    refuse(ops, refusal);
    await bench.enqueue({ channel: ops, card: card('one') }, { channel: ops, card: card('two') });
    bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('incidents')).length === 1);
    const [notice] = await bench.texts('incidents');
    expect(notice).toBe(`:warning: *Slack refuses messages to <#${ops}>*: \`${refusal}\``);
    // Long enough for several attempts: the notice stays alone, nothing is given up.
    const attempts = () => wire.calls.filter((method) => method === 'chat.postMessage').length;
    const before = attempts();
    await bench.until(() => attempts() >= before + 4, 60_000);
    expect(await bench.texts('incidents')).toHaveLength(1);
    expect(await held()).toBeGreaterThanOrEqual(1);
    const since = await createHeldSince(bench.db)(ops);
    expect(since).toEqual(expect.any(Date));
    const backlog = await bench.queue.backlog();
    expect(backlog.oldestHeld).toEqual({ since, refusal });
    expect(remarksOn(backlog).outbox).toMatch(
      new RegExp(`^\\d+ messages? (is|are) held, the oldest since \\S+Z: Slack says ${refusal}$`),
    );
    expect(
      bench.lines.filter(({ level, fields }) => level === 'error' && fields.why === refusal),
    ).not.toEqual([]);
    lift();
    await bench.untilSent(60_000);
    expect(await bench.texts('payments-ops')).toEqual(['one', 'two']);
    expect((await bench.texts('incidents')).at(-1)).toBe(
      `:white_check_mark: *Slack accepts messages to <#${ops}> again*`,
    );
    expect(await bench.texts('incidents')).toHaveLength(2);
    expect(await held()).toBe(0);
    expect(remarksOn(await bench.queue.backlog())).toEqual({});
    expect(await createHeldSince(bench.db)(ops)).toBeNull();
  });
});

it('waits longer with every refusal, up to five minutes', async () => {
  refuse(ops, 'a_refusal_of_tomorrow');
  await bench.enqueue({ channel: ops, card: card('one') });
  bench.startSender({ wire });
  const waits = () => bench.lines.filter(({ fields }) => fields.why === 'a_refusal_of_tomorrow');
  await bench.until(() => waits().length >= 12, 60_000);
  const waited = waits().map(({ fields }) => Number(fields.waitMs));
  expect(waited).toEqual(waited.toSorted((one, other) => one - other));
  expect(waited.slice(0, 3)).toEqual([1000, 2000, 4000]);
  expect(waited.at(-1)).toBe(300_000);
});

describe('a message that alone is refused, nobody knows why', () => {
  const refuseText = (text: string): void => {
    wire.refusal = (call) => (call.text === text ? 'a_refusal_of_tomorrow' : null);
  };

  it('lets the others of its channel pass, and follows when it is taken', async () => {
    refuseText('odd');
    await bench.enqueue(
      { channel: ops, card: card('odd') },
      { channel: ops, card: card('even') },
      { channel: ops, card: card('card'), liveCard: 'alert' },
    );
    bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('payments-ops')).length === 2, 1000);
    expect(await bench.texts('payments-ops')).toEqual(['even', 'card']);
    lift();
    await bench.untilSent(60_000);
    expect(await bench.texts('payments-ops')).toEqual(['even', 'card', 'odd']);
  });

  it('keeps its thread behind it, and takes up the newest state of its card', async () => {
    refuseText('old');
    await bench.enqueue(
      { channel: ops, card: card('old'), liveCard: 'alert' },
      { channel: ops, card: card('reply'), threadOf: 'alert' },
      { channel: ops, card: card('other') },
    );
    bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('payments-ops')).length === 1, 1000);
    expect(await bench.texts('payments-ops')).toEqual(['other']);
    await bench.enqueue({ channel: ops, card: card('new'), liveCard: 'alert' });
    await bench.untilSent(60_000);
    const said = await bench.said('payments-ops');
    const [, parent] = said;
    expect(said.map(({ text, thread_ts }) => [text, thread_ts])).toEqual([
      ['other', undefined],
      ['new', parent!.ts],
      ['reply', parent!.ts],
    ]);
  });
});

describe('the notice', () => {
  it('goes to the first channel that is open itself', async () => {
    bench.noticeChannels.push(bench.channels.general!);
    wire.refusal = ({ channel }) => (channel === bench.channels.general ? null : 'is_archived');
    await bench.enqueue({ channel: incidents, card: card('one') });
    bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('general')).length >= 1, 1000);
    expect((await bench.texts('general'))[0]).toContain('Slack refuses messages to');
  });

  it('goes to the person whom the message concerns as well, and so does the end of it', async () => {
    const { users } = await bench.slack.control.state();
    const ana = users.find(({ name }) => name === 'ana')!.id;
    const direct = async (): Promise<string[]> => {
      const state = await bench.slack.control.state();
      const own = state.channels.filter(({ is_im: isDirect }) => isDirect);
      return own.flatMap(({ messages }) => messages.map(({ text }) => text));
    };
    refuse(ops, 'restricted_action_read_only_channel');
    await bench.enqueue({ channel: ops, card: card('REM-1'), liveCard: 'remediation:REM-1', concerns: ana });
    bench.startSender({ wire });
    await bench.until(async () => (await direct()).length === 1, 1000);
    const [told] = await direct();
    expect(told).toContain(`Slack refuses messages to <#${ops}>, so your request is not there yet`);
    lift();
    await bench.untilSent(60_000);
    const [, ended] = await direct();
    expect(ended).toContain(`Your request is now posted in <#${ops}>`);
    expect(await bench.texts('payments-ops')).toEqual(['REM-1']);
  });

  it('is not needed for a revoked token: no channel would take it', async () => {
    refuse(ops, 'token_revoked');
    await bench.enqueue({ channel: ops, card: card('one') });
    bench.startSender({ wire });
    await bench.until(() => bench.lines.some(({ fields }) => fields.why === 'token_revoked'));
    lift();
    await bench.untilSent();
    expect([await bench.texts('payments-ops'), await bench.texts('incidents')]).toEqual([['one'], []]);
  });

  it('carries the text of a message to a person who left, which waits no more', async () => {
    const { users } = await bench.slack.control.state();
    const ana = users.find(({ name }) => name === 'ana')!.id;
    refuse(ana, 'channel_not_found');
    await bench.enqueue({ channel: ana, card: card('REM-1 was approved') });
    bench.startSender({ wire });
    await bench.untilSent();
    const [notice] = await bench.said('payments-ops');
    expect(notice!.text).toBe(`:x: *A message to <@${ana}> could not be posted*: \`channel_not_found\``);
    expect(JSON.stringify(notice!.blocks)).toContain('REM-1 was approved');
    expect(await bench.queue.backlog()).toMatchObject({ held: 0, waiting: 0, refused: 1 });
  });

  it('carries the text of a message that will never be taken', async () => {
    const endless = `A dispute is due. ${'x'.repeat(40_001)}`;
    await bench.enqueue({ channel: ops, card: card(endless) });
    bench.startSender({ wire });
    await bench.untilSent();
    const [notice] = await bench.said('incidents');
    expect(notice!.text).toBe(`:x: *A message to <#${ops}> could not be posted*: \`msg_too_long\``);
    expect(JSON.stringify(notice!.blocks)).toContain('A dispute is due. xxx');
    expect((await bench.queue.backlog()).refused).toBe(1);
  });
});

it.each([
  ['restricted_action_thread_locked', 'its thread is locked'],
  ['restricted_action_non_threadable_channel', 'this channel does not allow thread replies'],
  ['cannot_reply_to_message', 'the message it replies to accepts no replies'],
  ['thread_not_found', 'the message it replies to is gone'],
])('a reply that is refused with %s stands in the channel, and says why', async (refusal, why) => {
  wire.refusal = ({ thread }) => (thread === null ? null : refusal);
  await bench.enqueue(
    { channel: ops, card: card('parent'), liveCard: 'alert' },
    { channel: ops, card: card('reply'), threadOf: 'alert' },
  );
  bench.startSender({ wire });
  await bench.untilSent();
  const reply = (await bench.said('payments-ops'))[1]!;
  expect([reply.text, reply.thread_ts]).toEqual(['reply', undefined]);
  const shown = JSON.stringify(reply.blocks);
  expect(shown).toContain('"text":"reply"');
  expect(shown).toContain(`Posted in the channel because ${why}.`);
  expect(await held()).toBe(0);
});

it('a sender that was suspended longer than its lease sends nothing when it wakes', async () => {
  await bench.enqueue({ channel: ops, card: card('once') });
  let wake: () => void = () => undefined;
  const suspended = new Promise<void>((resolve) => (wake = resolve));
  const claim = bench.queue.claim.bind(bench.queue);
  let claims = 0;
  // The process stops right after its claim, and goes on when another sender is through.
  bench.queue.claim = async (...when) => {
    const message = await claim(...when);
    if (message && ++claims === 1) await suspended;
    return message;
  };
  bench.startSender({ wire });
  await expect.poll(() => claims).toBe(1);
  bench.clock.advance(leaseMs);
  const other = createWire();
  bench.startSender({ wire: other });
  await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
  wake();
  await bench.until(() => bench.lines.some(({ message }) => message.includes('the lease ended')));
  expect(wire.calls).toEqual([]);
  expect(await bench.texts('payments-ops')).toEqual(['once']);
});
