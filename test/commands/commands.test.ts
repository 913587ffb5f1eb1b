/**
 * The commands as a person meets them: what is answered to whom, and what bad input gets.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { commands, home, type CommandDeps } from '../../commands/index.js';
import { disputeCommand } from '../../commands/dispute/index.js';
import { partnerCommand, type PartnerDeps } from '../../commands/partner/index.js';
import { paydeskCommand } from '../../commands/paydesk.js';
import { paymentCommand, type PaymentDeps } from '../../commands/payment.js';
import type { DisputeService } from '../../src/disputes/desk.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { noTraffic } from '../../src/partners/health.js';
import { createPaymentLookup } from '../../src/payments/lookup.js';
import type { Command } from '../../src/ports/command.js';
import type { Directory, PersonKind } from '../../src/ports/directory.js';
import { lookUpIds } from '../../src/views/kit/look-ups.js';
import { chooseActionId } from '../../src/views/payments/search.js';
import { shareActionId } from '../../src/views/payments/trace.js';
import { faultsOf, linesOf, sourceOf } from '../support/cards.js';
import { aCharge, aDispute, anAttempt, anEntry, aPayment, at, now } from '../support/payment-objects.js';
import { FakeBooks, FakePaymentsApi } from '../support/payment-sources.js';
import { requestOf } from '../support/requests.js';

let api: FakePaymentsApi;
let books: FakeBooks;
const links = (): null => null;
const clock = fixedClock(now);
let timeZone = 'UTC';

beforeEach(() => {
  api = new FakePaymentsApi();
  api.payments = [aPayment()];
  api.charges = [aCharge({ balanceTransaction: null })];
  books = new FakeBooks();
  books.attempts = [anAttempt()];
  books.entries = { pi_1paid: [anEntry()] };
});

const ana = 'U1ANA';
const insideGuest = 'U2GUEST';
/** Everybody is a member; who is not is told by the id. */
const kinds: Record<string, PersonKind> = {
  U2GUEST: 'guest',
  U3GUEST: 'guest',
  U4EXTERNAL: 'external',
  U5BOT: 'bot',
  U6GONE: 'deactivated',
};
const directory: Directory = {
  person: (userId) =>
    Promise.resolve({ userId, name: userId, email: null, kind: kinds[userId] ?? 'member', timeZone }),
  membership: () =>
    Promise.resolve({ groups: new Map([['S1SUPPORT', new Set([insideGuest, 'U4EXTERNAL'])]]), ageMs: 0 }),
  groupChanged: () => Promise.resolve(),
  personChanged: () => Promise.resolve(),
};
const door = { directory, guestGroups: ['S1SUPPORT'] };

const paymentDesk = (): PaymentDeps => ({
  ...door,
  links,
  roles: {},
  revealRoles: [],
  channels: { audienceOf: () => Promise.resolve('own'), directWith: () => Promise.resolve('D1ANA') },
  watches: {
    start: () => Promise.resolve('already'),
    of: () => Promise.resolve([]),
    stop: () => Promise.reject(new Error('no watch')),
  },
  remediation: null,
  audit: { record: () => Promise.resolve() },
  payments: createPaymentLookup({
    provider: { partner: 'northpay', name: 'Northpay', api },
    books,
    statements: null,
    log: silentLog,
    clock,
    retryLimits: {},
    expectationsOf: () => ({ captureMs: 1, payoutMs: 1, ledgerMs: 1, openDay: (day) => day }),
    accountOf: (partner) => `clearing:${partner}`,
    patience: { firstAnswerMs: 900, sourceMs: 12_000 },
    pause: () => new Promise(() => undefined),
  }),
});

async function run<Desk>(
  command: Command<Desk>,
  text: string,
  desk: Desk,
  action?: string,
  person = ana,
): Promise<string[]> {
  const request = requestOf(person, text);
  if (action === undefined) await command.run(request, desk);
  else await command.actions[action]?.(request, desk);
  for (const { card } of request.answer.given) expect(faultsOf(card)).toEqual([]);
  return request.answer.given.map(
    ({ to, card }) => `${to}: ${linesOf(card)[0]?.replace(/<!date[^|]*\|([^>]*)>/g, '$1')}`,
  );
}

describe('/payment', () => {
  const ask = (text: string, action?: string): Promise<string[]> =>
    run(paymentCommand, text, paymentDesk(), action);

  it('answers the person alone', async () => {
    expect(await ask('pi_1paid')).toEqual([
      'one: Captured 2026-11-10 10:01 UTC; booked in ledger; awaiting balance: no balance transaction yet · pi_1paid · 20.00 EUR',
    ]);
  });

  it('reads days by the clock of the person who asks, and says so', async () => {
    books.attempts = [anAttempt({ createdAt: at('11-19T20:00') })];
    timeZone = 'Asia/Tokyo';
    const request = requestOf(ana, '4242 today');
    await paymentCommand.run(request, paymentDesk());
    timeZone = 'UTC';
    expect(linesOf(request.answer.given[0]!.card)).toEqual(
      expect.arrayContaining([
        '1 payment matches `4242 today`',
        'Read as •••• 4242, 20 Nov 2026 (Asia/Tokyo)',
      ]),
    );
  });

  it('a chosen candidate is traced', async () => {
    expect((await ask('pi_1paid', chooseActionId))[0]).toContain('one: Captured 2026-11-10');
  });

  it('sharing looks again, and shows everybody what is true now', async () => {
    api.charges = [aCharge({ captured: false, captureBefore: at('11-21T00:00'), balanceTransaction: null })];
    expect((await ask('pi_1paid', shareActionId))[0]).toContain('all: Authorised 2026-11-10');
  });

  it('what can no longer be shared is reported to the person who tried', async () => {
    expect(await ask('pi_gone', shareActionId)).toEqual(['one: Nothing found for `pi_gone`']);
  });

  it.each([
    ['', 'What should I look up?', 'nothing'],
    [
      '4242 4242 4242 4242',
      'This looks like a card number, so it was not read, searched or stored.',
      'a card number',
    ],
    ['💸', "I couldn't find an ID in that.", 'emoji'],
    ['x'.repeat(10_000), 'That is 10000 characters of text, and no ID is that long.', '10 kB'],
    [
      'price_1QabcDEF',
      '`price_1QabcDEF` is a price; a trace starts from a payment.',
      'an object that is not followed',
    ],
  ])('%s → %s: %s', async (text, message) => {
    expect(await ask(text)).toEqual([`one: ${message}`]);
  });
});

/** The register has its own tests; here it has nothing, and does not know who has what. */
const emptyRegister = {
  ownerOf: () => Promise.reject(new Error('the database is away')),
  packetOf: () => Promise.reject(new Error('the books are away')),
  queue: () =>
    Promise.resolve({ counts: { open: 0, missed: 0, not_allowed: 0 }, rows: [], unread: [], wholeAt: now }),
} as unknown as DisputeService;
const noMonth = (): Promise<never> => Promise.reject(new Error('no month was expected'));

describe('who may look payments, disputes and partners up', () => {
  const asked: [string, (userId: string, guestGroups?: string[]) => Promise<string[]>][] = [
    [
      '/payment',
      (userId, guestGroups = ['S1SUPPORT']) =>
        run(paymentCommand, 'pi_1paid', { ...paymentDesk(), guestGroups }, undefined, userId),
    ],
    [
      'a choice among candidates',
      (userId, guestGroups = ['S1SUPPORT']) =>
        run(paymentCommand, 'pi_1paid', { ...paymentDesk(), guestGroups }, chooseActionId, userId),
    ],
    [
      'a share',
      (userId, guestGroups = ['S1SUPPORT']) =>
        run(paymentCommand, 'pi_1paid', { ...paymentDesk(), guestGroups }, shareActionId, userId),
    ],
    [
      '/dispute',
      (userId, guestGroups = ['S1SUPPORT']) =>
        run(
          disputeCommand,
          '',
          {
            ...door,
            paymentsApi: api,
            links,
            clock,
            remediation: null,
            paymentsPartner: 'northpay',
            disputes: emptyRegister,
            monthReport: noMonth,
            guestGroups,
          },
          undefined,
          userId,
        ),
    ],
    [
      '/partner',
      (userId, guestGroups = ['S1SUPPORT']) =>
        run(partnerCommand, 'northpay', partnerDesk({ guestGroups }), undefined, userId),
    ],
    [
      'a button that leads to a partner',
      (userId, guestGroups = ['S1SUPPORT']) =>
        run(partnerCommand, 'northpay', partnerDesk({ guestGroups }), lookUpIds.partner, userId),
    ],
  ];

  it.each(asked)('%s: members, and guests with the role', async (_what, ask) => {
    for (const userId of ['U1ANA', insideGuest]) expect((await ask(userId)).length).toBeGreaterThan(0);
  });

  it.each(asked)('%s: nobody else', async (_what, ask) => {
    for (const userId of ['U3GUEST', 'U4EXTERNAL', 'U5BOT', 'U6GONE'])
      await expect(ask(userId), userId).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ask(insideGuest, []), 'a guest where no group has the role').rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  /** Everything else that a command reaches for is a fault. */
  const shut = new Proxy({} as CommandDeps, {
    get: (_, name) => {
      if (name === 'directory') return directory;
      if (name === 'guestGroups') return [];
      if (name === 'remediation') return {};
      throw new Error(`${String(name)} was used before the door`);
    },
  });
  const texts = commands
    .filter(({ name }) => name !== paydeskCommand.name)
    .flatMap((command) => command.examples.map(({ text }) => ({ command, text })))
    // A freeze waits for no lookup of groups; the kill switch decides who may.
    .filter(({ text }) => !text.startsWith('/remediate freeze'));

  it.each(texts)('$text: a guest, an outsider, a bot and a closed account are refused first', async (row) => {
    for (const userId of ['U3GUEST', 'U4EXTERNAL', 'U5BOT', 'U6GONE'])
      await expect(
        run(row.command, row.text.replace(/^\/\w+ ?/, ''), shut, undefined, userId),
      ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('Home shows requests and freezes to members alone', async () => {
    const asked: string[] = [];
    const remediation = {
      waitingFor: (userId: string) => {
        asked.push(userId);
        return Promise.resolve({ toDecide: [], own: [] });
      },
      freezeNow: () => Promise.resolve(null),
    } as unknown as CommandDeps['remediation'];
    const desk = {
      ...partnerDesk({ partners: [] }),
      remediation,
      links,
      paymentsApi: null,
      alerts: null,
      watches: { of: () => Promise.resolve([]) },
      reconciliation: null,
      commands: () => commands,
    } as unknown as CommandDeps;
    for (const userId of [ana, ...Object.keys(kinds)]) {
      const blocks = JSON.stringify(await home({ userId, teamId: 'T1' }, desk));
      expect(blocks).toContain('/payment');
      expect(blocks.includes('Needs my decision')).toBe(userId === ana);
    }
    expect(asked).toEqual([ana]);
  });
});

describe('/dispute', () => {
  const desk = () => ({
    ...door,
    paymentsApi: api,
    links,
    clock,
    remediation: null,
    paymentsPartner: 'northpay',
    disputes: emptyRegister,
    monthReport: noMonth,
  });
  const ask = (text: string): Promise<string[]> => run(disputeCommand, text, desk());

  it.each(['due someday', 'due 24h southpay', 'due 5s'])('%s is refused with what to type', async (text) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'invalid', hint: expect.stringContaining('24h') });
  });

  it('the disputes of a payment: one is shown, several are listed, none is said', async () => {
    api.disputes = [aDispute({ id: 'du_1abcd', paymentId: 'pi_1abcd' })];
    expect((await ask('pi_1abcd'))[0]).toContain('du_1abcd');
    api.disputes.push(aDispute({ id: 'du_2abcd', paymentId: 'pi_1abcd', status: 'won' }));
    expect((await ask('pi_1abcd'))[0]).toContain('2 disputes of this payment');
    await expect(ask('pi_9none')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('one dispute, from any text around its id', async () => {
    api.disputes = [aDispute({ id: 'du_1abcd' })];
    expect((await ask(' `du_1abcd`?'))[0]).toContain('2 d left');
  });

  it.each([
    ['po_1paid', 'That isn’t a dispute ID.', 'another id'],
    [
      '4242424242424242',
      'This looks like a card number, so it was not read, searched or stored.',
      'a card number',
    ],
    ['x'.repeat(10_000), 'That isn’t a dispute ID.', '10 kB'],
  ])('%s → %s: %s', async (text, publicMessage) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'invalid', publicMessage });
  });

  it.each([
    ['sats', '`/dispute stats`'],
    ['deu', '`/dispute due`'],
  ])('%s → %s was meant', async (text, meant) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'not_found', hint: `Did you mean ${meant}?` });
  });

  it('an unknown id, an API that is down, and no API at all', async () => {
    await expect(ask('du_9zzzz')).rejects.toMatchObject({ code: 'not_found' });
    api.mood = 'down';
    await expect(ask('du_9zzzz')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(run(disputeCommand, '', { ...desk(), paymentsApi: null })).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });
});

const partnerDesk = (changed: Partial<PartnerDeps> = {}): PartnerDeps => ({
  ...door,
  partners: [
    { id: 'northpay', name: 'Northpay', timeZone: 'Europe/Amsterdam' },
    { id: 'rheinbank', name: 'Rheinbank', timeZone: 'Europe/Berlin' },
  ],
  partnerStatuses: { all: () => Promise.resolve([]) },
  signals: { open: () => Promise.resolve([]) },
  books,
  reconciliation: null,
  alerts: null,
  auditStore: { find: () => Promise.resolve([]) },
  clock,
  remediation: null,
  ...changed,
});

describe('/partner', () => {
  const ask = (text: string, changed: Partial<PartnerDeps> = {}): Promise<string[]> =>
    run(partnerCommand, text, partnerDesk(changed));

  it.each([
    ['', 'one: 0 of 2 partners operational; 2 unknown'],
    [' NORTHPAY ', 'one: Northpay: unknown · too few attempts for a rate (n = 12, last 1 h)'],
    [
      'Rheinbank',
      'one: Rheinbank: unknown · no attempts in the books, and none usual at this hour · no status page',
    ],
  ])('%j → %s', async (text, expected) => {
    books.traffic = { northpay: { ...noTraffic, attempts: 12, succeeded: 12 } };
    expect((await ask(text))[0]).toContain(expected);
  });

  it('books that are down, or not connected, leave the rest standing', async () => {
    books.mood = 'down';
    expect((await ask('northpay'))[0]).toContain('one: Northpay: unknown · our traffic unknown: ');
    expect((await ask('northpay', { books: null }))[0]).toContain('our traffic unknown: books not connected');
  });

  it.each([
    ['northpya', 'Unknown partner “northpya”.', 'Did you mean northpay?'],
    ['acme', 'Unknown partner “acme”.', 'Partners: northpay, rheinbank.'],
    ['4242424242424242', 'Unknown partner “[card number ending 4242]”.', 'Partners: northpay, rheinbank.'],
  ])('%s is told with a hint', async (text, publicMessage, hint) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'not_found', publicMessage, hint });
  });
});

it('/paydesk lists every command with its examples', async () => {
  const request = requestOf(ana);
  await paydeskCommand.run(request, { commands: () => commands });
  const text = sourceOf(request.answer.given[0]!.card);
  for (const { name, summary, examples } of commands) {
    expect(text).toContain(`*${name}*`);
    expect(text).toContain(summary);
    for (const example of examples) expect(text).toContain(`\`${example.text}\``);
  }
  expect(text, 'a command in an example is code').not.toContain('ʼ');
  expect(faultsOf(request.answer.given[0]!.card)).toEqual([]);
});
