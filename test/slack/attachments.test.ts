/** Files that people hand in: read with our token from Slack, from nowhere else, and never more than the limit. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createAttachments } from '../../src/adapters/slack/attachments.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { paydeskManifest, startBench, type Bench } from '../sandbox/slack/support.js';
import { startFakeSlack, type FakeSlack } from './fake-slack.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
function kept<Thing extends { close(): Promise<void> }>(thing: Thing): Thing {
  opened.push(thing);
  return thing;
}

const attachmentsOf = (apiUrl: string, token: string) =>
  createAttachments({
    client: slackClient(new Secret(token), apiUrl, silentLog),
    token: new Secret(token),
    log: silentLog,
  });

describe('of the workspace', () => {
  const attachments = ({ slack }: Bench) => attachmentsOf(slack.apiUrl, slack.credentials.botToken);
  async function handedIn(bench: Bench, bytes: Buffer, name = 'receipt.pdf'): Promise<string> {
    const file = { name, mimetype: 'application/pdf', content_base64: bytes.toString('base64') };
    const message = { user: 'ana', channel: 'payments-ops', text: 'here', files: [file] };
    await bench.control.post('message', message);
    return (await bench.control.message('payments-ops', ({ files }) => files !== undefined))!.files![0]!.id;
  }

  it('a file is read, byte by byte', async () => {
    const bench = kept(await startBench());
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256));
    const file = await attachments(bench).read(await handedIn(bench, bytes));
    expect({ ...file, content: Buffer.from(file.content).equals(bytes) }).toMatchObject({
      name: 'receipt.pdf',
      mimeType: 'application/pdf',
      content: true,
    });
  });

  it.each([
    ['4242424242424242.pdf', Buffer.from('x'), 'its name'],
    ['Karte_4242424242424242_gültig.pdf', Buffer.from('x'), 'its name, among words'],
    ['note.txt', Buffer.from('the card\n4242 4242 4242 4242\n'), 'its text'],
    ['note.csv', Buffer.from('id;card\n1;4242424242424242\n', 'utf16le'), 'its text in UTF-16'],
    ['note.txt', Buffer.from('gültig: 4242424242424242', 'latin1'), 'its text in Latin-1'],
    ['plain.pdf', Buffer.from('%PDF-1.4\n(4242424242424242) Tj'), 'a document that is not compressed'],
  ])('%s is refused for a card number, and not named: %3$s', async (name, bytes) => {
    const bench = kept(await startBench());
    const refusal = attachments(bench).read(await handedIn(bench, bytes, name));
    await expect(refusal).rejects.toMatchObject({
      code: 'invalid',
      publicMessage: expect.not.stringContaining('4242') as string,
    });
  });

  it('one that is not there is not found', async () => {
    const bench = kept(await startBench());
    await expect(attachments(bench).read('F0NOTHING')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a missing scope says what to do', async () => {
    const bench = kept(
      await startBench({ manifest: { ...paydeskManifest, oauth_config: { scopes: { bot: [] } } } }),
    );
    await expect(attachments(bench).read('F1')).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('what Slack says, and what then comes', () => {
  const token = 'xoxb-secret';
  const read = ({ apiUrl }: FakeSlack) => attachmentsOf(apiUrl, token).read('F1');
  const downloads = ({ requests }: FakeSlack) => requests.filter(({ path }) => !path.startsWith('/api/'));
  const slackWith = async (file: (url: string) => object, serve?: (response: ServerResponse) => void) =>
    kept(
      await startFakeSlack(
        { 'files.info': (url) => ({ file: file(url) }) },
        (_, response) => serve?.(response) ?? response.end(),
      ),
    );

  it.each([
    ['another host', (url: string) => url],
    ['another scheme', (url: string) => url.replace('http', 'ftp')],
    [
      'Slack’s name as somebody’s subdomain',
      (url: string) => url.replace('127.0.0.1', 'files.slack.com.127.0.0.1'),
    ],
    ['Slack’s name before an @', (url: string) => url.replace('127.0.0.1', 'files.slack.com@127.0.0.1')],
    ['Slack without encryption', () => 'http://files.slack.com/files-pri/F1'],
    ['nothing', () => ''],
  ])('a file on %s is refused, and nobody sees the token', async (_where, address) => {
    const stranger = kept(await startFakeSlack({}));
    const slack = await slackWith(() => ({ url_private: address(stranger.url) }));
    await expect(read(slack)).rejects.toMatchObject({ code: 'invalid' });
    expect([...stranger.requests, ...downloads(slack)]).toEqual([]);
  });

  it('a redirect is not followed', async () => {
    const stranger = kept(await startFakeSlack({}));
    const slack = await slackWith(
      (url) => ({ url_private: `${url}/F1` }),
      (response) => response.writeHead(302, { location: stranger.url }).end(),
    );
    await expect(read(slack)).rejects.toMatchObject({ code: 'not_found' });
    expect(downloads(slack)).toEqual([{ path: '/F1', authorization: `Bearer ${token}` }]);
    expect(stranger.requests).toEqual([]);
  });

  it('one that says it is too large is not fetched', async () => {
    const slack = await slackWith((url) => ({ url_private: `${url}/F1`, size: 5_000_001 }));
    await expect(read(slack)).rejects.toMatchObject({
      code: 'invalid',
      publicMessage: 'This file is larger than 5 MB.',
    });
    expect(downloads(slack)).toEqual([]);
  });

  it.each([
    [5_000_000, 'resolves'],
    [5_000_001, 'rejects'],
  ])('whatever it says, %d bytes: %s', async (bytes, how) => {
    const slack = await slackWith(
      (url) => ({ url_private: `${url}/F1`, size: 1 }),
      (response) => response.end(Buffer.alloc(bytes)),
    );
    const outcome = await read(slack).then(
      ({ content }) => content.length,
      (error: unknown) => (error as { code: string }).code,
    );
    expect(outcome).toBe(how === 'resolves' ? bytes : 'invalid');
  });

  it.each<[string, object, ((response: ServerResponse) => unknown) | undefined, string]>([
    ['it was deleted', { mode: 'tombstone' }, undefined, 'not_found'],
    ['the plan hides it', { mode: 'hidden_by_limit' }, undefined, 'not_found'],
    ['it is gone meanwhile', {}, (response) => response.writeHead(404).end(), 'not_found'],
    ['its store is down', {}, (response) => response.writeHead(503).end(), 'unavailable'],
    ['we are too fast', {}, (response) => response.writeHead(429).end(), 'unavailable'],
    ['the connection breaks', {}, (response) => response.destroy(), 'unavailable'],
  ])('%s', async (_why, file, serve, code) => {
    const slack = await slackWith((url) => ({ url_private: `${url}/F1`, ...file }), serve);
    await expect(read(slack)).rejects.toMatchObject({ code });
  });
});
