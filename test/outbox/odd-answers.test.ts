/**
 * Answers that are not Slack's, or say less than Slack does: a message is posted once, and one that never succeeds holds
 * nobody up.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callFault } from '../../src/adapters/slack/client.js';
import { card, createWire, startOutboxBench, type OutboxBench, type Wire } from './support.js';

let bench: OutboxBench;
let wire: Wire;
let ops: string;

beforeEach(async () => {
  bench = await startOutboxBench();
  wire = createWire();
  ops = bench.channels['payments-ops']!;
  bench.noticeChannels.push(ops, bench.channels.incidents!);
});
afterEach(() => bench.close());

interface Said {
  method: string;
  text: string | null;
}

/** Answers calls in Slack's place; `taken`: Slack has done what was asked. Null leaves the answer to Slack. */
function interpose(
  answer: (said: Said) => { body: string; init?: ResponseInit; taken?: boolean } | null,
): void {
  const { fetch: through } = wire;
  wire.fetch = async (input, init) => {
    const method = new URL(input instanceof Request ? input.url : input).pathname.replace('/api/', '');
    const odd = answer({ method, text: new URLSearchParams(init?.body as string).get('text') });
    if (!odd) return through(input, init);
    if (odd.taken === true) await through(input, init);
    else wire.calls.push(method);
    return new Response(odd.body, odd.init);
  };
}

const times = (count: number): (() => boolean) => {
  let left = count;
  return () => left-- > 0;
};

describe('a message that Slack took', () => {
  it.each([
    ['{"ok":true,"channel":"C1","ts":"17', 'an answer that was cut short'],
    ['<html>Bad gateway</html>', 'a page of a proxy'],
    ['', 'no body'],
    ['null', 'JSON, and not an object'],
    ['[]', 'JSON, and not an object'],
    ['{"ok":true}', 'taken, and not said where'],
    ['{"ok":false,"error":{"code":1}}', 'an error that is no word'],
    ['{"error":"invalid_auth"}', 'neither yes nor no'],
  ])('is not posted twice after %s (%s)', async (body) => {
    const once = times(1);
    interpose(({ method }) => (method === 'chat.postMessage' && once() ? { body, taken: true } : null));
    await bench.enqueue({ channel: ops, card: card('one') }, { channel: ops, card: card('next') });
    bench.startSender({ wire });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['one', 'next']);
    expect(await bench.texts('incidents'), 'nothing was refused').toEqual([]);
  });

  it.each([
    ['{"ok":false,"error":"ratelimited"}', 'a limit that is no 429'],
    ['{"ok":false,"error":"a_refusal_of_tomorrow"}', 'nobody knows whether it lasts'],
    ['{"ok":false}', 'no reason'],
    ['{"ok":true}', 'no list'],
    ['{"ok":true,"messages":null}', 'no list'],
    ['<html>Bad gateway</html>', 'a page of a proxy'],
  ])('is not posted twice when looking for it is answered with %s (%s)', async (body) => {
    wire.plan('chat.postMessage', 'lost_after');
    const once = times(1);
    interpose(({ method }) => (method === 'conversations.history' && once() ? { body } : null));
    await bench.enqueue({ channel: ops, card: card('one') });
    bench.startSender({ wire });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['one']);
  });

  it('is not sent to a person twice: it is looked for in the conversation with them', async () => {
    const { users } = await bench.slack.control.state();
    const ana = users.find(({ name }) => name === 'ana')!.id;
    wire.plan('chat.postMessage', 'lost_after');
    await bench.enqueue({ channel: ana, card: card('one') });
    bench.startSender({ wire });
    await bench.untilSent();
    const { channels } = await bench.slack.control.state();
    const direct = channels.filter(({ is_im: isDirect }) => isDirect).flatMap(({ messages }) => messages);
    expect(direct.map(({ text }) => text)).toEqual(['one']);
  });
});

describe('a message that never succeeds', () => {
  it.each<[string, string, ResponseInit?]>([
    ['HTTP 500', '<html>', { status: 500 }],
    ['an answer cut short', '{"ok":tr'],
    ['internal_error', '{"ok":false,"error":"internal_error"}'],
    ['no ts', '{"ok":true}'],
  ])(
    'because of %s lets the others pass, tells an operator, and follows once it is taken',
    async (_why, body, init = {}) => {
      let isOver = false;
      interpose(({ method, text }) =>
        method === 'chat.postMessage' && text === 'odd' && !isOver ? { body, init } : null,
      );
      await bench.enqueue({ channel: ops, card: card('odd') }, { channel: ops, card: card('even') });
      bench.startSender({ wire });
      await bench.until(async () => (await bench.texts('incidents')).length === 1, 5000);
      await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
      expect(await bench.texts('payments-ops')).toEqual(['even']);
      isOver = true;
      await bench.untilSent(10_000);
      expect(await bench.texts('payments-ops')).toEqual(['even', 'odd']);
    },
  );
});

it.each([
  ['0', 1000, 'asking again at once would never end'],
  ['-1', 1000, 'the past'],
  ['1000000000', 3_600_000, 'nobody waits for years: it costs one question an hour'],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 30_000, 'Slack sends seconds'],
])('Retry-After %s is a wait of %i ms (%s)', async (after, waitMs) => {
  const once = times(1);
  interpose(({ method }) =>
    method === 'chat.postMessage' && once()
      ? { body: '', init: { status: 429, headers: { 'retry-after': after } } }
      : null,
  );
  await bench.enqueue({ channel: ops, card: card('one') });
  bench.startSender({ wire });
  await bench.until(() => bench.lines.some(({ fields }) => fields.waitMs === waitMs));
  await bench.untilSent(60_000);
  expect(await bench.texts('payments-ops')).toEqual(['one']);
});

it('a limit in the body of an answer is a limit, and waits as long as it says', () => {
  const refused = (retryAfter?: number): unknown =>
    Object.assign(new Error(), {
      code: 'slack_webapi_platform_error',
      data: { ok: false, error: 'ratelimited', response_metadata: { retryAfter } },
    });
  expect(callFault(refused(7))).toEqual({ kind: 'rate_limited', retryAfterMs: 7000 });
  expect(callFault(refused())).toEqual({ kind: 'rate_limited', retryAfterMs: 30_000 });
});

it('a card’s newer state replaces the old one however long its text is', async () => {
  const button = { type: 'section', text: { type: 'mrkdwn', text: 'Approve?' } };
  await bench.enqueue({ channel: ops, card: card('open', button), liveCard: 'REM-1' });
  bench.startSender({ wire });
  await bench.untilSent();
  await bench.enqueue({ channel: ops, card: card(`done ${'x'.repeat(5000)}`), liveCard: 'REM-1' });
  await bench.untilSent();
  const [shown] = await bench.said('payments-ops');
  expect([shown!.text.slice(0, 6), shown!.text.length, shown!.blocks]).toEqual(['done x', 4000, undefined]);
});
