/**
 * The commands as a person meets them: what is answered to whom, and what bad input gets.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { disputeCommand } from '../../commands/dispute.js';
import { partnerCommand, type PartnerDesk } from '../../commands/partner.js';
import { paydeskCommand } from '../../commands/paydesk.js';
import { paymentCommand, type PaymentDesk } from '../../commands/payment.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { createPaymentLookup } from '../../src/payments/lookup.js';
import type { Command } from '../../src/ports/command.js';
import { chooseActionId } from '../../src/views/payment-search.js';
import { shareActionId } from '../../src/views/payment-trace.js';
import { faultsOf, linesOf, noWindows, recordedAnswers, sourceOf } from '../support/cards.js';
import { aCharge, aDispute, anAttempt, anEntry, aPayment, at, now } from '../support/payment-objects.js';
import { FakeBooks, FakePaymentsApi } from '../support/payment-sources.js';

let api: FakePaymentsApi;
let books: FakeBooks;
const person = { userId: 'U1ANA', teamId: 'T1' };
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

const paymentDesk = (): PaymentDesk => ({
  links,
  remediation: null,
  audit: { record: () => Promise.resolve() },
  directory: {
    person: (userId) => Promise.resolve({ userId, name: 'Ana', email: null, kind: 'member', timeZone }),
    membersOf: () => Promise.resolve(new Set()),
  },
  payments: createPaymentLookup({
    provider: { partner: 'northpay', name: 'Northpay', api },
    books,
    log: silentLog,
    clock,
    expectationsOf: () => ({ captureMs: 1, payoutMs: 1, ledgerMs: 1 }),
    patience: { firstAnswerMs: 900, sourceMs: 12_000 },
    pause: () => new Promise(() => undefined),
  }),
});

async function run<Desk>(
  command: Command<Desk>,
  text: string,
  desk: Desk,
  action?: string,
): Promise<string[]> {
  const answer = recordedAnswers();
  const request = { person, channelId: 'C1', answer, windows: noWindows, log: silentLog };
  if (action === undefined) await command.run({ ...request, text }, desk);
  else await command.actions[action]?.({ ...request, value: text }, desk);
  for (const { card } of answer.given) expect(faultsOf(card)).toEqual([]);
  return answer.given.map(({ to, card }) => `${to}: ${linesOf(card)[0]}`);
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
    const answer = recordedAnswers();
    await paymentCommand.run({ person, channelId: 'C1', text: '4242 today', answer, windows: noWindows, log: silentLog }, paymentDesk());
    timeZone = 'UTC';
    expect(linesOf(answer.given[0]!.card)).toEqual(expect.arrayContaining(['1 payment matches `4242 today`', 'Read as •••• 4242, 20 Nov 2026 (Asia/Tokyo)']));
  }); // prettier-ignore

  it('a chosen candidate is traced', async () => {
    expect((await ask('pi_1paid', chooseActionId))[0]).toContain('one: Captured 2026-11-10');
  });

  it('sharing looks again, and shows everybody what is true now', async () => {
    api.charges = [aCharge({ captured: false, captureBefore: at('11-21T00:00'), balanceTransaction: null })];
    expect((await ask('pi_1paid', shareActionId))[0]).toContain('all: Authorised 2026-11-10');
  });

  it('what cannot be shared any more is told to the one who tried', async () => {
    expect(await ask('pi_gone', shareActionId)).toEqual(['one: Nothing found for `pi_gone`']);
  });

  it.each([
    ['', 'What should I look up?', 'nothing'],
    ['4242 4242 4242 4242', 'That looks like a card number, so it was not read, searched or kept.', 'a card number'],
    ['💸', "I couldn't find an ID in that.", 'emoji'],
    ['x'.repeat(10_000), 'That is 10000 characters of text, and no ID is that long.', '10 kB'],
    ['price_1QabcDEF', '`price_1QabcDEF` is a price; a trace starts from a payment.', 'an object that is not followed'],
  ])('%s → %s: %s', async (text, message) => {
    expect(await ask(text)).toEqual([`one: ${message}`]);
  }); // prettier-ignore
});

describe('/dispute', () => {
  const desk = () => ({ paymentsApi: api, links, clock, remediation: null });
  const ask = (text: string): Promise<string[]> => run(disputeCommand, text, desk());

  it('the queue, the nearest deadline first', async () => {
    api.disputes = [
      aDispute({ id: 'du_won', status: 'won' }),
      aDispute({ id: 'du_later', respondBy: at('11-30T00:00') }),
      aDispute({ id: 'du_new', status: 'a_status_to_come', respondBy: at('11-21T00:00') }),
      aDispute({ id: 'du_old', status: 'a_status_to_come', respondBy: at('11-01T00:00') }),
    ];
    expect(await ask('')).toEqual([
      'one: 2 disputes need an answer: Answer due by 2026-11-21 00:00 UTC, 12 h left',
    ]);
  });

  it('says how far it looked when there may be more', async () => {
    api.disputes = Array.from({ length: 120 }, (_, n) => aDispute({ id: `du_${n}`, status: 'won' }));
    expect(await ask('')).toEqual(['one: No dispute needs an answer among the 100 newest']);
  });

  it('one dispute, from whatever stands around its id', async () => {
    api.disputes = [aDispute({ id: 'du_1abcd' })];
    expect((await ask(' `du_1abcd`?'))[0]).toContain('2 d left');
  });

  it.each([
    ['pi_1paid', 'That is not the id of a dispute.', 'another id'],
    [
      '4242424242424242',
      'That looks like a card number, so it was not read, searched or kept.',
      'a card number',
    ],
    ['x'.repeat(10_000), 'That is not the id of a dispute.', '10 kB'],
  ])('%s → %s: %s', async (text, publicMessage) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'invalid', publicMessage });
  });

  it('an id that nobody knows, an API that is down, and none at all', async () => {
    await expect(ask('du_9zzzz')).rejects.toMatchObject({ code: 'not_found' });
    api.mood = 'down';
    await expect(ask('')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(run(disputeCommand, '', { ...desk(), paymentsApi: null })).rejects.toMatchObject({ code: 'misconfigured' });
  }); // prettier-ignore
});

describe('/partner', () => {
  const desk = (changed: Partial<PartnerDesk> = {}): PartnerDesk => ({
    partners: [{ id: 'northpay', name: 'Northpay' }, { id: 'rheinbank', name: 'Rheinbank' }],
    partnerStatuses: { all: () => Promise.resolve([]), take: () => Promise.reject(new Error('not asked')), put: () => Promise.resolve() },
    books,
    clock,
    remediation: null,
    ...changed,
  }); // prettier-ignore
  const ask = (text: string, changed: Partial<PartnerDesk> = {}): Promise<string[]> =>
    run(partnerCommand, text, desk(changed));

  it.each([
    ['', 'one: No partner publishes trouble that we know of; 2 of 2 have no known status'],
    [' NORTHPAY ', 'one: Northpay has no known status, too little traffic for a rate (n = 12)'],
    ['Rheinbank', 'one: Rheinbank has no known status, too little traffic for a rate (n = 12)'],
  ])('%j → %s', async (text, expected) => {
    books.traffic = { attempts: 12, succeeded: 12, failedBy: {}, latencyP50Ms: null, latencyP95Ms: null, lastAttemptAt: null };
    expect(await ask(text)).toEqual([expected]);
  }); // prettier-ignore

  it('books that are down, or not connected, leave the rest standing', async () => {
    books.mood = 'down';
    expect(await ask('northpay')).toEqual(['one: Northpay has no known status, our own traffic is unknown']);
    expect(await ask('northpay', { books: null })).toEqual(['one: Northpay has no known status, our own traffic is unknown']);
  }); // prettier-ignore

  it.each([
    ['northpya', '“northpya” is not one of the partners.', 'Did you mean northpay?'],
    ['acme', '“acme” is not one of the partners.', 'The partners are: northpay, rheinbank.'],
    ['4242424242424242', '“[card number ending 4242]” is not one of the partners.', 'The partners are: northpay, rheinbank.'],
  ])('%s is told with a hint', async (text, publicMessage, hint) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'not_found', publicMessage, hint });
  }); // prettier-ignore
});

it('/paydesk tells of every command and its examples', async () => {
  const answer = recordedAnswers();
  await paydeskCommand.run({ person, channelId: 'C1', text: '', answer, windows: noWindows, log: silentLog }, { commands: () => commands });
  const text = sourceOf(answer.given[0]!.card);
  for (const { name, summary, examples } of commands) {
    expect(text).toContain(`*${name}*`);
    expect(text).toContain(summary);
    for (const example of examples) expect(text).toContain(`\`${example.text}\``);
  }
  expect(faultsOf(answer.given[0]!.card)).toEqual([]);
}); // prettier-ignore
