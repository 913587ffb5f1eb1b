/** An answer through a response_url: said once, or the failure is told. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAnswering } from '../../src/adapters/slack/answers.js';
import { OpsError } from '../../src/kernel/errors.js';
import { recordingLog, type Line } from '../engine/recording-log.js';

interface Reply {
  status: number;
  text?: string;
  headers?: Record<string, string>;
}

let server: Server;
let url: string;
let lines: Line[] = [];
/** What Slack answers, in order; `drop` takes the body and hangs up, `hang` never answers, `cut` hangs up within a 200. */
let script: (Reply | 'drop' | 'hang' | 'cut')[] = [];
let bodies: { text: string; blocks?: unknown[]; response_type: string }[] = [];

beforeEach(async () => {
  [lines, script, bodies] = [[], [], []];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(JSON.parse(body) as (typeof bodies)[number]);
      const reply = script.shift() ?? { status: 200 };
      if (reply === 'drop') request.socket.destroy();
      else if (reply === 'cut') {
        response.writeHead(200, { 'content-length': '2' }).write('o', () => request.socket.destroy());
      } else if (reply !== 'hang') response.writeHead(reply.status, reply.headers).end(reply.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/response`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const answering = createAnswering(300);
const answers = () => answering(url, recordingLog(lines));
const card = { text: 'words', blocks: [{ type: 'divider' }] };

it.each<[string, Reply[]]>([
  ['taken at once', []],
  ['held back once', [{ status: 429, headers: { 'retry-after': '1' } }]],
  ['failed twice', [{ status: 500 }, { status: 503 }]],
])('is said: %s', async (_why, before) => {
  script = [...before];
  await answers().publicly(card);
  expect(bodies).toHaveLength(before.length + 1);
  expect(bodies.at(-1)).toMatchObject({
    text: 'words',
    response_type: 'in_channel',
    replace_original: false,
  });
});

it('was taken when Slack says so and hangs up before it has said all', async () => {
  script = ['cut'];
  await answers().privately(card);
  expect(bodies).toHaveLength(1);
});

it('waits as long as Slack says', async () => {
  script = [{ status: 429, headers: { 'retry-after': '1' } }];
  const startedAt = performance.now();
  await answers().privately(card);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
});

it.each<[string, (Reply | 'drop' | 'hang')[], number, string]>([
  ['too late: Slack may have taken it', ['hang'], 1, 'unknown_outcome'],
  ['the connection broke after Slack had it', ['drop'], 1, 'unknown_outcome'],
  ['refused', [{ status: 404, text: 'used_url' }], 1, 'unavailable'],
  ['refused with a good status', [{ status: 200, text: '{"ok":false,"error":"x"}' }], 1, 'unavailable'],
  [
    'held back for longer than anybody waits',
    [{ status: 429, headers: { 'retry-after': '61' } }],
    1,
    'unavailable',
  ],
  ['down for good', [{ status: 500 }, { status: 500 }, { status: 500 }], 3, 'unavailable'],
])('is not repeated beyond reason: %s', async (_why, replies, calls, code) => {
  script = [...replies];
  const thrown: unknown = await answers()
    .privately(card)
    .catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(OpsError);
  expect((thrown as OpsError).code).toBe(code);
  expect(bodies).toHaveLength(calls);
});

it('is tried again when there was no connection at all', async () => {
  server.close();
  server.closeAllConnections();
  const thrown: unknown = await answers()
    .privately(card)
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'unavailable', details: { refusal: 'no connection' } });
});

it.each([400, 200])(
  'goes out as text when its blocks are refused, and the refusal is logged (%i)',
  async (status) => {
    script = [{ status, text: '{"ok":false,"error":"invalid_blocks","errors":["/blocks/0"]}' }];
    await answers().privately(card);
    expect(bodies.map(({ text, blocks }) => [text, blocks?.length])).toEqual([
      ['words', 1],
      ['words', undefined],
    ]);
    expect(lines).toMatchObject([
      { level: 'error', fields: { refusal: expect.stringContaining('/blocks/0') as string } },
    ]);
  },
);
