/** What reaches the channels, and in which order, when nobody dies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { card, createWire, startOutboxBench, type Mishap, type OutboxBench } from './support.js';

let bench: OutboxBench;
let ops: string;
let incidents: string;

beforeEach(async () => {
  bench = await startOutboxBench();
  ops = bench.channels['payments-ops']!;
  incidents = bench.channels.incidents!;
});
afterEach(() => bench.close());

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = {
  type: 'actions',
  elements: [{ type: 'button', action_id: 'ack', text: { type: 'plain_text', text: 'Acknowledge' } }],
};
const fault = (body: Record<string, string | number>) => bench.slack.control.post('faults', body);
const stateOf = (text: string) =>
  bench.db.query<{ state: string; last_fault: string | null }>(
    `select state, last_fault from paydesk.outbox where card->>'text' = $1`,
    [text],
  );

describe('a file', () => {
  const file = { name: 'breaks-northpay-2026-11-27.csv', text: 'id,difference\r\nBRK-1,-1.20\r\n' };
  const enqueueBoth = () =>
    bench.enqueue(
      { channel: ops, card: card('the day'), liveCard: 'recon:1' },
      { channel: ops, card: card('1 open break as CSV'), threadOf: 'recon:1', file },
    );
  const reply = async () => (await bench.said('payments-ops')).filter(({ files }) => files?.length === 1);

  it.each<[Mishap | null, string, string]>([
    [null, '', 'nothing breaks'],
    ['refused', 'files.getUploadURLExternal', 'no connection at the first step'],
    ['lost_after', 'files.getUploadURLExternal', 'the address is lost'],
    ['lost_before', 'files.completeUploadExternal', 'the last step does not arrive'],
    ['lost_after', 'files.completeUploadExternal', 'the last step arrives and its answer does not'],
  ])('is in the thread of its card once: %s %s (%s)', async (mishap, method, _why) => {
    const wire = createWire();
    if (mishap !== null) wire.plan(method, mishap);
    await enqueueBoth();
    bench.startSender({ wire });
    await bench.untilSent(1000);
    const [parent] = await bench.said('payments-ops');
    expect(await reply()).toMatchObject([
      { thread_ts: parent?.ts, text: '1 open break as CSV', files: [{ name: file.name }] },
    ]);
    const { url_private: url } = (await reply())[0]!.files![0]!;
    const { botToken } = bench.slack.slack.credentials;
    const got = await fetch(url, { headers: { authorization: `Bearer ${botToken}` } });
    expect(Buffer.from(await got.arrayBuffer()).toString('utf8')).toBe(`\uFEFF${file.text}`);
  });

  it.each([
    ['not_in_channel', 'only members attach files'],
    ['file_uploads_disabled', 'a preference of the workspace'],
    ['missing_scope', 'the manifest is older'],
    ['file_upload_size_restricted', 'a preference of the workspace'],
  ])('that the channel takes none of (%s: %s) leaves its card, and the channel goes on', async (refusal) => {
    const wire = createWire();
    wire.refusal = ({ text }) => (text === '' ? refusal : null);
    await enqueueBoth();
    await bench.enqueue({ channel: ops, card: card('next') });
    bench.startSender({ wire });
    await bench.untilSent(1000);
    expect(await bench.texts('payments-ops')).toEqual(['the day', '1 open break as CSV', 'next']);
    expect(await reply()).toEqual([]);
  });
});

describe('a file, refused with a name that nobody knows', () => {
  it('waits with its card aside, while its channel goes on, and comes whole', async () => {
    const wire = createWire();
    wire.refusal = ({ text }) => (text === '' ? 'a_refusal_of_tomorrow' : null);
    const file = { name: 'rows.csv', text: 'id' };
    await bench.enqueue(
      { channel: ops, card: card('rows as CSV'), file },
      { channel: ops, card: card('next') },
    );
    bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('payments-ops')).includes('next'), 1000);
    expect(await bench.queue.backlog()).toMatchObject({ held: 1, refused: 0 });
    wire.refusal = () => null;
    await bench.untilSent(1000);
    const [, reply] = await bench.said('payments-ops');
    expect(reply).toMatchObject({ text: 'rows as CSV', files: [{ name: 'rows.csv' }] });
  });
});

describe('a message', () => {
  it('leaves with the transaction that it reports, and never after a rollback', async () => {
    const change = (text: string, fails: boolean) =>
      bench.db.run(async (tx) => {
        await bench.outbox.enqueue(tx, { channel: ops, card: card(text) });
        if (fails) throw new Error('the change failed');
      });
    await expect(change('rolled back', true)).rejects.toThrow('the change failed');
    await change('committed', false);
    bench.startSender();
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['committed']);
  });

  it('keeps its place and its channel’s pace, while other channels go on', async () => {
    await bench.enqueue(
      { channel: ops, card: card('one') },
      { channel: ops, card: card('two') },
      { channel: ops, card: card('three') },
      { channel: incidents, card: card('elsewhere') },
    );
    bench.startSender();
    await bench.until(async () => (await bench.queue.backlog()).waiting === 2);
    expect(await bench.texts('incidents')).toEqual(['elsewhere']);
    bench.clock.advance(999);
    await bench.enqueue({ channel: bench.channels.general!, card: card('a full turn of the sender') });
    await bench.until(async () => (await bench.texts('general')).length === 1);
    expect(await bench.texts('payments-ops')).toEqual(['one']);
    bench.clock.advance(1);
    await bench.until(async () => (await bench.texts('payments-ops')).length === 2);
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['one', 'two', 'three']);
  });

  it('waits as long as Slack says, and only its channel does', async () => {
    await fault({ kind: 'rate_limit', method: 'chat.postMessage', amount: 7 });
    await bench.enqueue({ channel: ops, card: card('limited') }, { channel: incidents, card: card('free') });
    const wire = createWire();
    bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('incidents')).length === 1);
    bench.clock.advance(6999);
    await bench.enqueue({ channel: bench.channels.general!, card: card('a full turn of the sender') });
    await bench.until(async () => (await bench.texts('general')).length === 1);
    expect(await bench.texts('payments-ops')).toEqual([]);
    bench.clock.advance(1);
    await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
    expect(wire.calls, 'a limited call was surely not taken, so nothing is read back').not.toContain(
      'conversations.history',
    );
  });

  it.each<[Mishap, string[], string]>([
    ['refused', [], 'no connection: surely not taken'],
    ['lost_before', ['conversations.history'], 'the connection broke before Slack heard it'],
    ['lost_after', ['conversations.history'], 'the connection broke after Slack took it'],
  ])('is there once when the call is %s', async (mishap, reads) => {
    const wire = createWire();
    wire.plan('chat.postMessage', mishap);
    await bench.enqueue({ channel: ops, card: card('once') }, { channel: ops, card: card('next') });
    bench.startSender({ wire });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['once', 'next']);
    expect(wire.calls.filter((method) => method !== 'chat.postMessage')).toEqual(reads);
  });

  it('is there once after HTTP 500, and after a refusal that Slack calls half done', async () => {
    await fault({ kind: 'server_error', method: 'chat.postMessage', count: 3 });
    await bench.enqueue({ channel: ops, card: card('once') }, { channel: ops, card: card('next') });
    bench.startSender();
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['once', 'next']);
  });

  it('is there once when Slack takes it after we gave up waiting', async () => {
    await fault({ kind: 'slow', method: 'chat.postMessage', amount: 200 });
    await bench.enqueue({ channel: ops, card: card('late') });
    const wire = createWire();
    bench.startSender({ wire, timeoutMs: 50 });
    await bench.until(() => bench.lines.some(({ message }) => message === 'a message waits'));
    expect(await bench.texts('payments-ops')).toEqual([]);
    await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['late']);
    expect(wire.calls.filter((method) => method === 'chat.postMessage')).toHaveLength(1);
  });

  it('waits while Slack cannot say whether it has it', async () => {
    const wire = createWire();
    wire.plan('chat.postMessage', 'lost_after');
    wire.plan('conversations.history', 'lost_before');
    await fault({ kind: 'server_error', method: 'conversations.history', count: 2 });
    await fault({ kind: 'rate_limit', method: 'conversations.history', amount: 2 });
    await bench.enqueue({ channel: ops, card: card('once') });
    bench.startSender({ wire });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['once']);
  });

  it('is there once among hundreds of others, in a thread as well', async () => {
    await bench.close();
    bench = await startOutboxBench({ rateLimits: false });
    [ops] = [bench.channels['payments-ops']!];
    const wire = createWire();
    await bench.enqueue({ channel: ops, card: card('parent'), liveCard: 'parent' });
    const first = bench.startSender({ wire });
    await bench.untilSent();
    await first.stop();
    const [parent] = await bench.said('payments-ops');
    await bench.enqueue({ channel: ops, card: card('reply'), threadOf: 'parent' });
    for (let at = 0; at < 250; at++)
      await bench.slack.client.chat.postMessage({ channel: ops, text: 'noise', thread_ts: parent!.ts });
    wire.plan('chat.postMessage', 'lost_after');
    bench.startSender({ wire });
    await bench.untilSent();
    expect((await bench.texts('payments-ops')).filter((text) => text === 'reply')).toEqual(['reply']);
  });

  it('with `once` is sent at most once, also after it was sent', async () => {
    const message = { channel: ops, card: card('reminder'), once: 'reminder:1' };
    await bench.enqueue(message, message);
    bench.startSender();
    await bench.untilSent();
    await bench.enqueue(message, { channel: ops, card: card('after') });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['reminder', 'after']);
  });

  it('is forgotten a month after it was sent, and not before', async () => {
    bench.startSender();
    const send = async (text: string): Promise<void> => {
      await bench.enqueue({ channel: ops, card: card(text) });
      await bench.untilSent();
    };
    await send('old');
    bench.clock.advance(29 * 86_400_000);
    await send('weeks later');
    expect(await stateOf('old')).toMatchObject([{ state: 'sent' }]);
    bench.clock.advance(2 * 86_400_000);
    await send('a month later');
    expect(await stateOf('old')).toEqual([]);
    expect(await stateOf('weeks later')).toHaveLength(1);
  });

  it('waits for an invitation, and goes out after it', async () => {
    const random = bench.channels.random!;
    await bench.enqueue({ channel: random, card: card('one') }, { channel: random, card: card('two') });
    await bench.enqueue({ channel: ops, card: card('elsewhere') });
    bench.startSender();
    await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
    await bench.until(() => bench.lines.some(({ fields }) => fields.why === 'not_in_channel'));
    await bench.slack.client.conversations.join({ channel: random });
    await bench.untilSent();
    expect(await bench.texts('random')).toEqual(['one', 'two']);
  });

  it('that can never be taken is kept, logged, and holds nobody up', async () => {
    const endless = 'x'.repeat(40_001);
    await bench.enqueue({ channel: ops, card: card(endless) }, { channel: ops, card: card('next') });
    bench.startSender();
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['next']);
    expect(await stateOf(endless)).toEqual([{ state: 'refused', last_fault: 'msg_too_long' }]);
    expect((await bench.queue.backlog()).refused).toBe(1);
    expect(bench.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({
      refusal: 'msg_too_long',
      channel: ops,
    });
  });

  it.each([
    ['a text over its limit', { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }],
    ['an unknown block', { type: 'sparkles' }],
  ])('whose blocks Slack refuses goes out as text: %s', async (_what, bad) => {
    await bench.enqueue({ channel: ops, card: card('first', section('fine')), liveCard: 'card' });
    bench.startSender();
    await bench.untilSent();
    await bench.enqueue(
      { channel: ops, card: card('second', section('fine'), bad), liveCard: 'card' },
      { channel: ops, card: card('third', bad) },
    );
    await bench.untilSent();
    const said = await bench.said('payments-ops');
    expect(said.map(({ text, blocks }) => [text, blocks])).toEqual([
      ['second', undefined],
      ['third', undefined],
    ]);
    const [remark] = bench.lines.filter(({ level }) => level === 'error');
    expect(JSON.stringify(remark?.fields.remarks)).toContain('[json-pointer:/blocks/1');
  });
});

describe('a live card', () => {
  it('is posted once, then rewritten, blocks and buttons included', async () => {
    bench.startSender();
    await bench.enqueue({ channel: ops, card: card('open', section('open'), button), liveCard: 'alert' });
    await bench.untilSent();
    const [posted] = await bench.said('payments-ops');
    expect(posted!.blocks).toHaveLength(2);
    await bench.enqueue({ channel: ops, card: card('closed'), liveCard: 'alert' });
    await bench.untilSent();
    expect(await bench.said('payments-ops')).toMatchObject([{ ts: posted!.ts, text: 'closed' }]);
    expect((await bench.said('payments-ops'))[0]!.blocks, 'no live button stays').toBeUndefined();
  });

  it('sends only the newest of the states that wait', async () => {
    for (const text of ['one', 'two', 'three'])
      await bench.enqueue({ channel: ops, card: card(text), liveCard: 'alert' });
    const wire = createWire();
    bench.startSender({ wire });
    await bench.untilSent();
    expect(wire.calls).toEqual(['chat.postMessage']);
    expect(await bench.texts('payments-ops')).toEqual(['three']);
  });

  it('merges what comes while an older state is on its way', async () => {
    await fault({ kind: 'slow', method: 'chat.postMessage', amount: 150 });
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    const wire = createWire();
    bench.startSender({ wire });
    await bench.until(() => wire.calls.length === 1);
    for (const text of ['two', 'three'])
      await bench.enqueue({ channel: ops, card: card(text), liveCard: 'alert' });
    await bench.untilSent();
    expect(wire.calls).toEqual(['chat.postMessage', 'chat.update']);
    expect(await bench.texts('payments-ops')).toEqual(['three']);
  });

  it('that waits after a failure takes up the newer state', async () => {
    const wire = createWire();
    wire.plan('chat.postMessage', 'refused');
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    bench.startSender({ wire });
    await bench.until(() => bench.lines.some(({ message }) => message === 'a message waits'));
    await bench.enqueue({ channel: ops, card: card('two'), liveCard: 'alert' });
    await bench.untilSent();
    expect(wire.calls).toEqual(['chat.postMessage', 'chat.postMessage']);
    expect(await bench.texts('payments-ops')).toEqual(['two']);
  });

  it('that was deleted in Slack is posted again', async () => {
    bench.startSender();
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    await bench.untilSent();
    const [posted] = await bench.said('payments-ops');
    await bench.slack.client.chat.delete({ channel: ops, ts: posted!.ts });
    await bench.enqueue({ channel: ops, card: card('two'), liveCard: 'alert' });
    await bench.untilSent();
    await bench.enqueue({ channel: ops, card: card('three'), liveCard: 'alert' });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['three']);
  });

  it.each([
    ['edit_window_closed', 'the workspace lets nobody edit for long'],
    ['cant_update_message', 'another app posted it, before this one'],
    ['message_not_found', 'Slack lost it for a moment'],
  ])('that cannot be rewritten (%s: %s) is posted anew, and its old state is taken away', async (error) => {
    bench.startSender();
    await bench.enqueue({ channel: ops, card: card('one', button), liveCard: 'alert' });
    await bench.untilSent();
    await fault({ kind: 'refuse', method: 'chat.update', error });
    await bench.enqueue({ channel: ops, card: card('two'), liveCard: 'alert' });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['two']);
    await bench.enqueue({ channel: ops, card: card('three'), liveCard: 'alert' });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['three']);
  });

  it('whose old state cannot be taken away stays beside it, and the log says so', async () => {
    bench.startSender();
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    await bench.untilSent();
    await fault({ kind: 'refuse', method: 'chat.update', error: 'edit_window_closed' });
    await fault({ kind: 'refuse', method: 'chat.delete', error: 'cant_delete_message' });
    await bench.enqueue({ channel: ops, card: card('two'), liveCard: 'alert' });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['one', 'two']);
    expect(bench.lines.filter(({ fields }) => fields.fault === 'cant_delete_message')).toHaveLength(1);
  });

  it('that moves to another channel is posted there', async () => {
    bench.startSender();
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    await bench.untilSent();
    await bench.enqueue({ channel: incidents, card: card('two'), liveCard: 'alert' });
    await bench.enqueue({ channel: incidents, card: card('reply'), threadOf: 'alert' });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['one']);
    const [moved, reply] = await bench.said('incidents');
    expect([moved!.text, reply!.text, reply!.thread_ts]).toEqual(['two', 'reply', moved!.ts]);
  });

  it('has its thread after it, also when the card itself is deleted', async () => {
    await bench.enqueue(
      { channel: ops, card: card('parent'), liveCard: 'alert' },
      { channel: ops, card: card('reply'), threadOf: 'alert' },
    );
    bench.startSender();
    await bench.untilSent();
    const [parent, reply] = await bench.said('payments-ops');
    expect([parent!.text, reply!.text, reply!.thread_ts]).toEqual(['parent', 'reply', parent!.ts]);
    await bench.slack.client.chat.delete({ channel: ops, ts: parent!.ts });
    await bench.enqueue({ channel: ops, card: card('another'), threadOf: 'alert' });
    await bench.untilSent();
    const replies = (await bench.said('payments-ops')).map(({ text, thread_ts }) => [text, thread_ts]);
    expect(replies).toEqual([
      ['reply', parent!.ts],
      ['another', parent!.ts],
    ]);
  });

  it('is survived by replies to it: one whose thread is nowhere goes into the channel', async () => {
    await bench.enqueue({ channel: ops, card: card('parent'), liveCard: 'alert' });
    bench.startSender();
    await bench.untilSent();
    const [parent] = await bench.said('payments-ops');
    await bench.slack.client.chat.delete({ channel: ops, ts: parent!.ts });
    await bench.enqueue({ channel: ops, card: card('orphan'), threadOf: 'alert' });
    await bench.untilSent();
    const [orphan, ...others] = await bench.said('payments-ops');
    expect([orphan!.text, orphan!.thread_ts, others]).toEqual(['orphan', undefined, []]);
  });

  it('is enqueued by two transactions at once without a conflict', async () => {
    const states = Array.from({ length: 12 }, (_, at) => `state ${at}`);
    await Promise.all(
      states.map((text) => bench.enqueue({ channel: ops, card: card(text), liveCard: 'alert' })),
    );
    const wire = createWire();
    bench.startSender({ wire });
    await bench.untilSent();
    expect(wire.calls).toEqual(['chat.postMessage']);
  });
});
