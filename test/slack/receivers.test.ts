/** The two ways in which Slack reaches the desk: what they survive, and what they refuse. */
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketConnection } from '../../src/adapters/slack/socket-connection.js';
import { Secret } from '../../src/kernel/secret.js';
import { startSlack, type SlackServer } from '../../sandbox/slack/server.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { paydeskManifest, short } from '../sandbox/slack/support.js';
import { startDesk, until, type SlackDesk } from './desk.js';

/** In the range that no one else uses here; Slack must come back where it was. */
const port = 21_640;
const startAt = (seed: number): Promise<SlackServer> =>
  startSlack({ port, manifest: paydeskManifest, seed, limits: short });

describe('Socket Mode', () => {
  let slack: SlackServer | null = null;
  let close: () => Promise<void> = () => Promise.resolve();
  let lines: Line[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);

  beforeEach(() => {
    lines = [];
    unhandled.length = 0;
    process.on('unhandledRejection', onUnhandled);
  });
  afterEach(async () => {
    await close();
    await slack?.close();
    slack = null;
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });

  const connect = (credentials: SlackServer['credentials']) => {
    const connection = socketConnection(
      new Secret(credentials.appToken),
      `http://127.0.0.1:${port}/api/`,
      recordingLog(lines),
    );
    close = () => connection.close();
    return connection;
  };
  const isSeen = async (): Promise<boolean> => {
    const state = (await (await fetch(`${slack!.url}/_sandbox/state`)).json()) as {
      bot: { connection: string };
    };
    return state.bot.connection === 'socket';
  };

  it('comes back after Slack told it to go', async () => {
    slack = await startAt(1);
    const connection = connect(slack.credentials);
    await connection.open();
    const connections = () => lines.filter(({ message }) => message === 'connected to Slack').length;
    for (let times = 1; times <= 3; times++) {
      await fetch(`${slack.url}/_sandbox/faults`, { method: 'POST', body: '{"kind":"disconnect"}' });
      await until(() => connections() === times + 1);
      await until(isSeen);
    }
  });

  it('comes back after Slack was away', async () => {
    slack = await startAt(1);
    const connection = connect(slack.credentials);
    await connection.open();
    await slack.close();
    await until(() => lines.filter(({ message }) => message.startsWith('no connection')).length >= 2);
    expect(connection.connected()).toBe(false);
    slack = await startAt(1);
    await until(() => connection.connected());
    await until(isSeen);
  });

  it('comes up when Slack does', async () => {
    slack = await startAt(1);
    const { credentials } = slack;
    await slack.close();
    const connection = connect(credentials);
    const opening = connection.open();
    await until(() => lines.some(({ message }) => message.startsWith('no connection')));
    slack = await startAt(1);
    await opening;
    expect(connection.connected()).toBe(true);
  });

  it('survives a refusal for good, and recovers when it is lifted', async () => {
    slack = await startAt(1);
    const connection = connect(slack.credentials);
    await connection.open();
    await slack.close();
    slack = await startAt(2);
    await until(() => lines.some(({ fields }) => String(fields.err).includes('invalid_auth')));
    expect(connection.connected()).toBe(false);
    await slack.close();
    slack = await startAt(1);
    await until(() => connection.connected());
  });

  it.each([
    ['nobody knows it', 'xapp-nobody', 'invalid_auth'],
    ['it is the bot’s', null, 'not_allowed_token_type'],
  ])('says at the start which token is wrong when %s', async (_which, token, refusal) => {
    slack = await startAt(1);
    const appToken = token ?? slack.credentials.botToken;
    const connection = connect({ ...slack.credentials, appToken });
    await expect(connection.open()).rejects.toMatchObject({
      code: 'misconfigured',
      publicMessage: `Slack refuses SLACK_APP_TOKEN: ${refusal}.`,
      hint: expect.stringContaining('connections:write') as string,
    });
    await connection.close();
  });

  it('stops while it tries, and leaves no socket behind', async () => {
    slack = await startAt(1);
    const connection = connect(slack.credentials);
    const opening = connection.open();
    await connection.close();
    await opening;
    expect(connection.connected()).toBe(false);
    expect(await isSeen()).toBe(false);
  });

  it('stops while Slack is away', async () => {
    slack = await startAt(1);
    const { credentials } = slack;
    await slack.close();
    slack = null;
    const connection = connect(credentials);
    const opening = connection.open();
    await until(() => lines.some(({ message }) => message.startsWith('no connection')));
    await connection.close();
    await opening;
  });
});

describe('signed HTTP', () => {
  let desk: SlackDesk;
  let url: string;
  beforeEach(async () => {
    desk = await startDesk();
    const { http } = await desk.startReplica('http');
    url = `http://127.0.0.1:${http!.port}/slack/events`;
  });
  afterEach(async () => {
    expect(await desk.type('afterwards'), 'it lives on').toMatchObject({
      ok: true,
      texts: ['ran afterwards'],
    });
    await desk.close();
  });

  const form = 'application/x-www-form-urlencoded';
  const nowSec = (): number => Math.floor(Date.now() / 1000);

  function signed(
    body: string,
    contentType = 'application/json',
    atSec = nowSec(),
    secret?: string,
  ): RequestInit {
    const key = secret ?? desk.slack.slack.credentials.signingSecret;
    const signature = `v0=${createHmac('sha256', key).update(`v0:${atSec}:${body}`).digest('hex')}`;
    const headers = {
      'content-type': contentType,
      'x-slack-request-timestamp': String(atSec),
      'x-slack-signature': signature,
    };
    return { method: 'POST', body, headers };
  }
  const post = async (init: RequestInit): Promise<number> =>
    (await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })).status;

  const command = 'command=%2Fpayment&text=signed&user_id=U1&team_id=T1&channel_id=C1&trigger_id=1.2';

  it('takes what Slack signed, and nothing that is forged or stale', async () => {
    expect(await post(signed(command, form))).toBe(200);
    expect(await post(signed(command, form, nowSec(), 'forged'))).toBe(401);
    expect(await post(signed(command, form, nowSec() - 301))).toBe(401);
    expect(await post(signed(command, form, nowSec() + 310)), 'from the future').toBe(401);
    expect(await post(signed(command, form, Number.NaN)), 'of no time').toBe(401);
    expect(await post(signed(command, form, nowSec() + 0.5)), 'of no whole second').toBe(401);
    expect(await post({ method: 'POST', body: command, headers: { 'content-type': form } })).toBe(401);
    await until(() => desk.ran.length > 0);
    expect(desk.ran).toEqual(['signed']);
  });

  it('answers whatever is signed and makes no sense with a refusal', async () => {
    const rows: [what: string, status: number, body: string, contentType: string][] = [
      ['null', 400, 'null', 'application/json'],
      ['null in a form with a charset, which Bolt reads as JSON', 400, 'null', `${form}; charset=utf-8`],
      ['null as plain text', 400, 'null', 'text/plain'],
      ['null as the payload', 400, 'payload=null', form],
      ['a number', 400, '7', 'application/json'],
      ['a text', 400, '"text"', 'application/json'],
      ['a list', 400, '[]', 'application/json'],
      ['a list as the payload', 400, 'payload=%5B%5D', form],
      ['a number as the payload', 400, 'payload=7', form],
      ['nothing', 400, '', 'application/json'],
      ['nothing as the payload', 400, 'payload=', form],
      ['garbage', 400, '{"a":', 'application/json'],
      ['garbage as the payload', 400, 'payload=%7B', form],
      ['bytes', 400, '\u0000\u0001\ufffd', 'application/json'],
      ['an empty object', 404, '{}', 'application/json'],
      ['two payloads', 404, 'payload=null&payload=null', form],
      ['an empty form', 404, '', form],
      ['an event without one', 404, '{"type":"event_callback"}', 'application/json'],
      ['an action without actions', 404, 'payload=%7B%22type%22%3A%22block_actions%22%7D', form],
      // Bolt stumbles over these, answers, and three seconds later wants to answer again.
      ['an event that is null', 500, '{"type":"event_callback","event":null}', 'application/json'],
      ['null actions', 500, 'payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3Anull%7D', form],
      ['a view without a view', 500, 'payload=%7B%22type%22%3A%22view_submission%22%7D', form],
    ];
    const answered = rows.map(async ([what, , body, type]) => [what, await post(signed(body, type))]);
    expect(await Promise.all(answered)).toEqual(rows.map(([what, status]) => [what, status]));
  });

  it('answers an oversize body before its end, without keeping it', async () => {
    expect(await post(signed('x'.repeat(1024 * 1024 + 1)))).toBe(413);
    const endless = httpRequest(url, { method: 'POST' });
    const answered = new Promise<number>((resolve, reject) => {
      endless.on('response', (response) => resolve(response.statusCode ?? 0)).on('error', reject);
    });
    endless.write(Buffer.alloc(2 * 1024 * 1024));
    expect(await answered).toBe(413);
    endless.destroy();
  });

  it.each(['GET', 'PUT', 'DELETE'])('answers %s with 405', async (method) => {
    const body = method === 'GET' ? {} : { body: '{}' };
    expect((await fetch(url, { method, ...body })).status).toBe(405);
  });

  it('survives a caller that leaves in the middle of its body', async () => {
    const leaving = httpRequest(url, { method: 'POST', headers: { 'content-length': '100' } });
    leaving.on('error', () => undefined);
    leaving.write('half');
    await new Promise((resolve) => leaving.once('socket', (socket) => socket.once('connect', resolve)));
    leaving.destroy();
    await until(() => desk.lines.some(({ message }) => message === 'a request from Slack broke off'));
  });
});
