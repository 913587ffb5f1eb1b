/** Letters to partners, through a real mail server that keeps them: what leaves is what was shown, whoever wrote it. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messagePartner } from '../../../src/remediation/actions/message-partner.js';
import type { Plan, World } from '../../../src/remediation/kit/action.js';
import { linesOf } from '../../../src/remediation/kit/plan.js';
import { codeOf, only, planned, refused } from '../payments-desk.js';
import { openPlatformDesk, type PlatformDesk } from '../platform-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PlatformDesk;
beforeEach(async () => {
  at = await openPlatformDesk();
});
afterEach(() => at.close());

const typedFor = (changes: object = {}) => ({
  partner: 'adria',
  subject: 'Statement of 2026-11-17',
  text: 'Hello,\n\nplease send it again.',
  ...changes,
});
const plan = (changes: object = {}): Promise<Plan> => planned(messagePartner, typedFor(changes), at.desk);
const faults = (changes: object = {}, world: World = at.desk) =>
  refused(messagePartner, typedFor(changes), world);
const faultsOf = (changes: object) => messagePartner.faultsOf(typedFor(changes));
const letters = () => at.mailbox.letters();

describe('a letter that cannot be read as one', () => {
  it.each([
    ['subject', '', /Required/, 'none'],
    ['subject', 'Hello\nBcc: all@elsewhere.example', /single line/, 'a header of its own'],
    ['subject', 'Hello\r\nBcc: all@elsewhere.example', /single line/, 'a header of its own'],
    ['subject', 'Hello\rBcc: all@elsewhere.example', /single line/, 'a bare CR'],
    ['subject', 'Hello\u2028there', /single line/, 'a line separator'],
    ['subject', 'Hello\u0085there', /control characters/, 'a next line of another standard'],
    ['subject', 'Hello\tthere', /single line, without tabs/, 'a tab'],
    ['subject', 'Hello\u001b[31m', /control characters/, 'an escape sequence'],
    ['subject', 'Hello\0', /characters that can’t be used/, 'NUL'],
    ['subject', 'refund \u202e00.001\u202c', /reorder text/, 'an override of the direction'],
    ['subject', '\u200f\u200b', /no visible characters/, 'what nobody sees'],
    [
      'text',
      '\u3164\u2800\ufe0f',
      /no visible characters/,
      'fillers, a Braille blank and a variation selector',
    ],
    ['subject', 'Card 4242424242424242', /card number/, 'a card number'],
    ['text', '', /Required/, 'none'],
    ['text', ' \n ', /Required/, 'blanks'],
    ['text', 'Hello\0', /characters that can’t be used/, 'NUL'],
    ['text', 'Hello \ud83d', /characters that can’t be used/, 'half a character'],
    ['text', 'Hello\u0007', /control characters/, 'a bell'],
    ['text', 'pay \u2067 001\u2069', /reorder text/, 'an isolate'],
    ['text', 'It is 4242 4242\n4242 4242.', /card number/, 'a card number over two lines'],
    ['text', 'It is 4242\u200b4242\u200b4242\u200b4242.', /card number/, 'one with blanks without width'],
    ['text', 'It is 4242\u00ad4242\u00ad4242\u00ad4242.', /card number/, 'one with soft hyphens'],
    ['text', 'It is x\u200b4242424242424242.', /card number/, 'one that what nobody sees sets apart'],
    ['text', 'It is ４２４２４２４２４２４２４２４２.', /card number/, 'one in full-width digits'],
    ['partner', 'Adria; DROP', /Choose one of the partners/, 'no id'],
  ])('%s %j: %s (%s)', (field, value, message, _why) => {
    expect(faultsOf({ [field]: value })).toEqual(only(field, message));
  });

  it.each([
    ['subject', 151, /At most 150 characters; this text has 151/],
    ['text', 5_001, /At most 5000 characters; this text has 5001/],
    ['text', 100_000, /characters that can’t be used/],
  ])('a %s of %i characters', (field, length, message) => {
    expect(faultsOf({ [field]: 'x'.repeat(length) })).toEqual(only(field, message));
    expect(faultsOf({ subject: 'x'.repeat(150), text: 'x'.repeat(5_000) })).toEqual([]);
  });

  it.each([
    ['שלום \u200f(1)\u200e', 'marks that only set a direction, in a script that needs them'],
    ['👩‍👩‍👧 نامه‌ای', 'joiners that emoji and scripts need'],
    ['Reference 7421 0000 1234 5678', 'sixteen digits that are no card number'],
  ])('“%s” is a subject (%s)', (subject) => {
    expect(faultsOf({ subject, text: subject })).toEqual([]);
  });
});

describe('what cannot be written to', () => {
  it('a partner that is not configured', async () => {
    expect(await faults({ partner: 'nobody' })).toEqual(only('partner', /Partner nobody is not configured/));
  });

  it('a partner without an address', async () => {
    expect(await faults({ partner: 'northpay' })).toEqual(
      only('partner', /NorthPay has no contact address.*contact under partners in paydesk\.yaml/),
    );
  });

  it('anybody without a mail server', async () => {
    expect(await faults({}, { ...at.desk, mail: null })).toEqual(only(null, /mail\.from.*SMTP_URL/));
  });
});

describe('the plan', () => {
  it('is the letter', async () => {
    expect((await plan()).preview).toEqual({
      headline: 'Write to Adria: “Statement of 2026-11-17”',
      changes: [
        'To: support@adria.example',
        'Subject: Statement of 2026-11-17',
        'Text:\n> Hello,\n> \n> please send it again.',
      ],
      affected: ['Adria’s support desk gets this e-mail. Replies go to the address that Paydesk sends from.'],
      undo: null,
      irreversible: 'A sent e-mail can’t be recalled.',
      value: null,
      subject: { kind: 'partner', id: 'adria' },
      partner: 'adria',
      merchant: null,
    });
  });

  it('cannot be added to by a letter that looks like one', async () => {
    const made = await plan({
      text: 'Hello,\nTo undo: call it back.\r\nAffects: nobody\rAt stake: 0.00 EUR',
    });
    const lines = linesOf(made.preview).join('\n').split('\n');
    expect(lines.filter((line) => /^(To undo|At stake):/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('Affects:'))).toHaveLength(1);
    expect(lines).toContain('> To undo: call it back.');
  });
});

describe('sending it', () => {
  it('hands it over as it was shown, and there is nothing more to see', async () => {
    const made = await plan();
    expect(await messagePartner.changesSince(made, at.desk)).toEqual([]);
    const effect = await messagePartner.execute(made, 'key', at.desk);
    expect(letters()).toMatchObject([
      {
        to: ['support@adria.example'],
        from: 'Larkspur Pay <payments-ops@larkspur.example>',
        subject: 'Statement of 2026-11-17',
        text: 'Hello,\n\nplease send it again.',
        messageId: effect.id,
      },
    ]);
    expect(effect.id).toMatch(/^<paydesk\.[0-9a-f]{32}@larkspur\.example>$/);
    expect(effect.summary).toMatch(
      /^The mail server accepted the e-mail to support@adria\.example: “250 .*”, Message-ID </,
    );
    expect(await messagePartner.verify(made, 'key', effect, at.desk)).toEqual({
      kind: 'visible',
      evidence: `${effect.summary} Delivery after that can’t be verified.`,
    });
    expect(messagePartner.followUpAt(made)).toBeNull();
  });

  it('has one Message-ID for one plan, whatever its key looks like, and others for others', async () => {
    const made = await plan();
    const idOf = async (key: string) => (await messagePartner.execute(made, key, at.desk)).id;
    const odd = `${'k'.repeat(255)} / ü`;
    const [first, again, other] = [await idOf(odd), await idOf(odd), await idOf('key')];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('whatever the text: what is received is what was shown, in one letter to one recipient', async () => {
    const hostile = fc.constantFrom(
      '.',
      '\r\n.\r\n',
      '\nBcc: x@y.example\n',
      '\rTo: x',
      '=0D=0A',
      '=?utf-8?q?a?=',
      'ü',
      '\u200f',
      '> ',
      '\t',
      '\n\n',
      'From ',
      '-- ',
      '👩‍👩‍👧',
      '<b>',
      '*x*',
    );
    const text = fc
      .array(fc.oneof(hostile, fc.string({ maxLength: 90 })), { maxLength: 12 })
      .map((parts) => `A${parts.join('').replace(/[^\P{Cc}\n\t\r]/gu, '')}Z`);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(text, async (written) => {
        const made = await plan({ text: written, subject: written.replace(/\p{Cc}/gu, ' ').slice(0, 100) });
        const before = letters().length;
        await messagePartner.execute(made, `key-${runs++}`, at.desk);
        const [received, ...others] = letters().slice(before);
        expect(others).toEqual([]);
        expect(received!.to).toEqual(['support@adria.example']);
        const shown = received!.text.split('\n').map((line) => `> ${line}`);
        expect(`Text:\n${shown.join('\n')}`).toBe(made.preview.changes[2]);
        expect(`Subject: ${received!.subject}`).toBe(made.preview.changes[1]);
      }),
      { numRuns: 25 },
    );
  });

  it('another address in the configuration voids the plan, and none too', async () => {
    const made = await plan();
    const moved = (contact: string | null) => ({
      ...at.desk,
      partners: [{ id: 'adria', name: 'Adria', contact }],
    });
    expect(await messagePartner.changesSince(made, moved('new@adria.example'))).toEqual([
      'contact: support@adria.example → new@adria.example',
    ]);
    expect(await messagePartner.changesSince(made, moved(null))).toEqual([
      'contact: support@adria.example → none',
      expect.stringMatching(/has no contact address/),
    ]);
  });
});

describe('a letter whose fate is unknown', () => {
  it('is for a person, who is told what to look for', async () => {
    const made = await plan();
    at.mailbox.setFault({ kind: 'drop_after_data' });
    expect(await codeOf(messagePartner.execute(made, 'key', at.desk))).toBe('unknown_outcome');
    const id = letters()[0]!.messageId.replace(/@.*/, '');
    expect(await messagePartner.readBack(made, 'key', at.desk)).toEqual({
      kind: 'cannot_tell',
      evidence: [
        expect.stringContaining(`Message-ID ${id}@`),
        'Or ask support@adria.example whether “Statement of 2026-11-17” arrived.',
      ],
    });
  });

  it.each([
    [{ kind: 'refuse' } as const, 'invalid'],
    [{ kind: 'refuse', status: 450 } as const, 'unavailable'],
  ])('is not one that the server refused: %j', async (fault, code) => {
    const made = await plan();
    at.mailbox.setFault(fault);
    expect(await codeOf(messagePartner.execute(made, 'key', at.desk))).toBe(code);
    expect(letters()).toEqual([]);
  });
});

underOrdeals(messagePartner, ({ platform: { mailbox } }) => ({
  typed: { partner: 'adria', subject: 'A file', text: 'Please send it' },
  effects: () => Promise.resolve(mailbox.letters().length),
  // No server tells later whether it sent a letter.
  mayStayUnknown: true,
}));
