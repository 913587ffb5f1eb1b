/**
 * Letters to the stand-in for a mail server, and to servers that fail at every stage: before the text began to leave,
 * nothing was sent; after that nobody knows, unless the server says no.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMailbox, type Mailbox } from '../../sandbox/mail/mailbox.js';
import { createManualClock } from '../../sandbox/world/clock.js';
import { createMail } from '../../src/adapters/mail/mail.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Letter } from '../../src/ports/mail.js';

const from = 'Larkspur Pay <payments-ops@larkspur.example>';
const letter: Letter = {
  to: 'support@adria.example',
  subject: 'Statement of 2026-11-17',
  text: 'Hello,\nplease send it again.',
  messageId: 'paydesk.01K-abc_9',
};
const mailTo = (url: string, timeoutMs?: number) =>
  createMail({ url: new Secret(url), from, log: silentLog, ...(timeoutMs !== undefined && { timeoutMs }) });

async function faultOf(call: Promise<unknown>): Promise<OpsError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof OpsError) return thrown;
  throw new Error('expected an OpsError', { cause: thrown });
}

describe('a mail server', () => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    const clock = createManualClock(new Date('2026-11-18T12:00:00Z'));
    mailbox = await startMailbox({ port: 0, host: '127.0.0.1', clock, password: 'hunter2' });
  });
  beforeEach(() => mailbox.resetFaults());
  afterAll(() => mailbox.close());

  it('gets the letter as it was written', async () => {
    const accepted = await mailTo(mailbox.smtpUrl).send(letter);
    expect(accepted).toEqual({
      messageId: '<paydesk.01K-abc_9@larkspur.example>',
      response: expect.stringMatching(/^250 /),
    });
    const received = {
      to: [letter.to],
      from,
      subject: letter.subject,
      text: letter.text,
      messageId: accepted.messageId,
      receivedAt: '2026-11-18T12:00:00.000Z',
    };
    expect(mailbox.letters().at(-1)).toEqual(received);
    const listed = (await (await fetch(mailbox.listUrl)).json()) as { letters: unknown[] };
    expect(listed.letters.at(-1)).toEqual(received);
  });

  it('gets any text whole: other scripts, lone dots, long lines', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.constant('.'),
      fc.constant('From me'),
    );
    // Line ends and control characters have rules of their own in SMTP.
    const clean = line.map((words) => words.replace(/\p{Cc}/gu, ' ').trimEnd());
    const texts = fc
      .array(clean, { minLength: 1, maxLength: 6 })
      .map((lines) => [...lines, 'end'].join('\n'));
    const property = fc.asyncProperty(
      texts,
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }),
      async (text, words) => {
        const subject = `About ${words.replace(/\p{Cc}/gu, '').trim()} end`.replace(/\s+/g, ' ');
        await mailTo(mailbox.smtpUrl).send({ ...letter, text, subject });
        expect(mailbox.letters().at(-1)).toMatchObject({ text, subject });
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  it.each<[reason: string, changes: Partial<Letter>]>([
    ['two recipients', { to: 'a@b.example, c@d.example' }],
    ['a name instead of an address', { to: 'support' }],
    ['a recipient that adds a header', { to: 'a@b.example\r\nBcc: c@d.example' }],
    ['a subject that adds a header', { subject: 'Hello\r\nBcc: c@d.example' }],
    ['no subject', { subject: '' }],
    ['an id that closes its brackets', { messageId: 'x@y> <z' }],
  ])('is never asked to take %s', async (_reason, changes) => {
    const before = mailbox.letters().length;
    expect((await faultOf(mailTo(mailbox.smtpUrl).send({ ...letter, ...changes }))).code).toBe('invalid');
    expect(mailbox.letters()).toHaveLength(before);
  });

  it('that refuses the recipient has got nothing, for good or for now', async () => {
    const before = mailbox.letters().length;
    mailbox.setFault({ kind: 'refuse' });
    const forGood = await faultOf(mailTo(mailbox.smtpUrl).send(letter));
    expect(forGood).toMatchObject({ code: 'invalid', details: { stage: 'RCPT TO', responseCode: 550 } });
    mailbox.setFault({ kind: 'refuse', status: 451 });
    expect((await faultOf(mailTo(mailbox.smtpUrl).send(letter))).code).toBe('unavailable');
    expect(mailbox.letters()).toHaveLength(before);
  });

  it('that goes away after the text may have it: here it has', async () => {
    const before = mailbox.letters().length;
    mailbox.setFault({ kind: 'drop_after_data' });
    const told = await faultOf(mailTo(mailbox.smtpUrl).send(letter));
    expect(told).toMatchObject({
      code: 'unknown_outcome',
      details: { messageId: '<paydesk.01K-abc_9@larkspur.example>' },
    });
    expect(mailbox.letters()).toHaveLength(before + 1);
  });

  it('takes our login, or says that it does not, without showing it', async () => {
    await mailTo(mailbox.smtpUrl).check();
    const told = await faultOf(mailTo(mailbox.smtpUrl.replace('hunter2', 'hunter3')).check());
    expect(told.code).toBe('misconfigured');
    expect(`${told.publicMessage} ${told.hint ?? ''} ${inspect(told, { depth: 10 })}`).not.toContain(
      'hunter',
    );
  });
});

/** What a scripted server says at each stage; null closes the connection, undefined says nothing at all. */
interface Script {
  greeting?: string | null | undefined;
  EHLO?: string | null | undefined;
  MAIL?: string | null | undefined;
  RCPT?: string | null | undefined;
  DATA?: string | null | undefined;
  text?: string | null | undefined;
}

const willing: Script = {
  greeting: '220 hello',
  EHLO: '250 hello',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  text: '250 queued as 42',
};

describe('a mail server that fails at a stage', () => {
  let server: Server;
  let url = '';
  let script: Script = {};
  /** Texts that arrived whole. */
  let texts: number;
  const open = new Set<Socket>();

  beforeAll(async () => {
    server = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket)).on('error', () => undefined);
      const say = (stage: keyof Script): void => {
        const line = script[stage];
        if (line === null) socket.destroy();
        else if (line !== undefined) socket.write(`${line}\r\n`);
      };
      let inText = false;
      let waiting = '';
      say('greeting');
      socket.on('data', (chunk) => {
        waiting += chunk.toString('latin1');
        for (;;) {
          const end = waiting.indexOf(inText ? '\r\n.\r\n' : '\r\n');
          if (end < 0) return;
          const verb = waiting.slice(0, 4);
          waiting = waiting.slice(end + (inText ? 5 : 2));
          if (inText) texts += 1;
          say(inText ? 'text' : (verb as keyof Script));
          inText = !inText && verb === 'DATA' && script.DATA?.startsWith('354') === true;
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    texts = 0;
  });
  afterEach(async () => {
    // No connection is kept, whatever happened.
    await expect.poll(() => open.size).toBe(0);
  });
  afterAll(() => server.close());

  it('takes the letter when it does not', async () => {
    script = willing;
    expect((await mailTo(url).send(letter)).response).toBe('250 queued as 42');
    expect(texts).toBe(1);
  });

  it.each<[reason: string, changes: Script, code: string, texts: number]>([
    ['closes at once', { greeting: null }, 'unavailable', 0],
    ['is not a mail server', { greeting: 'HTTP/1.1 400 Bad Request' }, 'unavailable', 0],
    ['is too busy to greet', { greeting: '421 too busy' }, 'unavailable', 0],
    ['closes after the hello', { EHLO: null }, 'unavailable', 0],
    ['refuses the sender for good', { MAIL: '553 not from here' }, 'misconfigured', 0],
    ['wants a login', { MAIL: '530 authentication required' }, 'misconfigured', 0],
    ['refuses the sender for now', { MAIL: '451 later' }, 'unavailable', 0],
    ['closes after the sender', { MAIL: null }, 'unavailable', 0],
    ['refuses the recipient for good', { RCPT: '550 nobody' }, 'invalid', 0],
    ['refuses the recipient for now', { RCPT: '450 grey list' }, 'unavailable', 0],
    ['closes after the recipient', { RCPT: null }, 'unavailable', 0],
    ['does not want the text', { DATA: '554 no' }, 'invalid', 0],
    ['closes before the text', { DATA: null }, 'unavailable', 0],
    ['refuses the whole letter for good', { text: '554 spam' }, 'invalid', 1],
    ['refuses the whole letter for now', { text: '452 full' }, 'unavailable', 1],
    ['closes after the text', { text: null }, 'unknown_outcome', 1],
    ['ends its service instead of taking it', { text: '421 closing' }, 'unavailable', 1],
    ['says after the text what makes no sense there', { text: '354 go on' }, 'unknown_outcome', 1],
    ['says nothing readable after the text', { text: 'garbage' }, 'unknown_outcome', 1],
  ])('%s', async (_reason, changes, code, whole) => {
    script = { ...willing, ...changes };
    expect((await faultOf(mailTo(url).send(letter))).code).toBe(code);
    expect(texts).toBe(whole);
  });

  it.each<[reason: string, changes: Script, code: string]>([
    ['before it greets', { greeting: undefined }, 'unavailable'],
    ['at the recipient', { RCPT: undefined }, 'unavailable'],
    ['before it wants the text', { DATA: undefined }, 'unavailable'],
    ['after the text', { text: undefined }, 'unknown_outcome'],
  ])('falls silent %s: the deadline ends it', async (_reason, changes, code) => {
    script = { ...willing, ...changes };
    expect((await faultOf(mailTo(url, 150).send(letter))).code).toBe(code);
  });

  it('is nowhere', async () => {
    expect((await faultOf(mailTo('smtp://127.0.0.1:9').send(letter))).code).toBe('unavailable');
  });
});
