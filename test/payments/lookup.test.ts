/**
 * From pasted text to an answer: which payment, which candidates, what when sources are down or hang, and how soon.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { dayMs, fixedClock, hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { money } from '../../src/kernel/money.js';
import { silentLog } from '../../src/kernel/log.js';
import { shippedRetryLimits } from '../../src/payments/retry-limits.js';
import { createPaymentLookup, type Lookup, type PaymentLookup } from '../../src/payments/lookup.js';
import {
  aBalanceTransaction,
  aCharge,
  aDispute,
  anAttempt,
  anEntry,
  aPayment,
  aPayout,
  aRefund,
  at,
  aWarning,
  eur,
  now,
} from '../support/payment-objects.js';
import { FakeBooks, FakePaymentsApi } from '../support/payment-sources.js';

const firstAnswerMs = 900;
const sourceMs = 12_000;

let api: FakePaymentsApi;
let books: FakeBooks;
/** Durations whose pauses end at once; any other pause lasts for ever. */
let passed: Set<number>;

/** Real pauses end long after sources that answer; here they end when nothing else is left to do. */
async function afterEverybody(durationMs: number): Promise<void> {
  for (let round = 0; round < durationMs / firstAnswerMs; round++)
    await new Promise((resolve) => setImmediate(resolve));
}

function lookup(connected: { api?: boolean; books?: boolean } = {}): PaymentLookup {
  return createPaymentLookup({
    provider: connected.api === false ? null : { partner: 'northpay', name: 'Northpay', api },
    books: connected.books === false ? null : books,
    statements: null,
    log: silentLog,
    clock: fixedClock(now),
    retryLimits: shippedRetryLimits,
    expectationsOf: () => ({
      captureMs: 7 * dayMs,
      payoutMs: 3 * dayMs,
      ledgerMs: 24 * hourMs,
      openDay: (day) => day,
    }),
    accountOf: (partner) => `clearing:${partner}`,
    patience: { firstAnswerMs, sourceMs },
    pause: (durationMs) =>
      passed.has(durationMs) ? afterEverybody(durationMs) : new Promise(() => undefined),
  });
}

async function all(answers: AsyncIterable<Lookup>): Promise<Lookup[]> {
  const found: Lookup[] = [];
  for await (const answer of answers) found.push(answer);
  return found;
}

async function* answersTo(text: string, desk = lookup(), timeZone = 'UTC'): AsyncGenerator<Lookup, void> {
  yield* desk.find(await desk.read(text, () => Promise.resolve(timeZone)));
}

const find = (text: string, timeZone?: string): Promise<Lookup[]> => all(answersTo(text, lookup(), timeZone));

const brief = (answer: Lookup | undefined): string => {
  if (answer?.kind === 'trace') return `trace ${answer.trace.findings.id}${answer.complete ? '' : ' so far'}`;
  if (answer?.kind === 'candidates')
    return `candidates ${answer.candidates.map(({ query }) => query).join(' ')}${answer.more ? ' …' : ''}`;
  if (answer?.kind === 'refused') return `refused ${answer.refusal.reason}`;
  return answer?.kind ?? 'no answer';
};
const briefs = async (answers: Promise<Lookup[]>): Promise<string[]> => (await answers).map(brief);

beforeEach(() => {
  passed = new Set();
  api = new FakePaymentsApi();
  api.payments = [aPayment()];
  api.charges = [aCharge()];
  api.transactions = [aBalanceTransaction()];
  api.payouts = [aPayout()];
  api.paidOutWith = { txn_1paid: 'po_1paid' };
  api.refunds = [aRefund()];
  api.disputes = [aDispute()];
  api.warnings = [aWarning()];
  api.events = [
    { id: 'evt_1refund', type: 'charge.refunded', createdAt: now, subject: { object: 'refund', id: 're_1' } },
    {
      id: 'evt_1account',
      type: 'account.updated',
      createdAt: now,
      subject: { object: 'account', id: 'acct_1x1x' },
    },
  ];
  books = new FakeBooks();
  books.attempts = [
    {
      ...anAttempt(),
      arn: '74208476043031234567890',
      rrn: '123456789012',
      networkTransactionId: 'MCC1234567890',
    },
    anAttempt({
      id: 'att_2',
      orderId: 'ORD-2',
      paymentId: '091000019876542',
      partner: 'rheinbank',
      chargeId: null,
      customerEmail: 'bo@example.com',
      cardLast4: null,
    }),
    anAttempt({
      id: 'att_3',
      orderId: 'ORD-3',
      paymentId: 'KQ9X2JMMVPNG7DZ3',
      partner: 'adyen',
      chargeId: null,
      customerEmail: null,
      cardLast4: null,
    }),
    anAttempt({
      id: 'att_4',
      orderId: 'ORD-4',
      paymentId: '97ed4827-7b6f-4491-a06f-b548d5a7512d',
      partner: 'bankhub',
      chargeId: null,
      customerEmail: null,
      cardLast4: null,
    }),
  ];
  books.entries = { pi_1paid: [anEntry()] };
});

describe('every identifier leads to its payment', () => {
  it.each([
    ['pi_1paid', 'pi_1paid', 'the payment'],
    ['ch_1paid', 'pi_1paid', 'its charge'],
    ['re_1'.padEnd(7, '1'), 'pi_1paid', 'a refund'],
    ['du_11111', 'pi_1paid', 'a dispute'],
    ['issfr_11111', 'pi_1paid', 'an early fraud warning'],
    ['txn_1paid', 'pi_1paid', 'a balance transaction, through its charge'],
    ['evt_1refund', 'pi_1paid', 'an event about a refund'],
    ['ORD-1', 'pi_1paid', 'an order'],
    ['order ORD-1', 'pi_1paid', 'an order with its label'],
    ['ARN: 74208476043031234567890', 'pi_1paid', 'an ARN with its label'],
    ['123456789012', 'pi_1paid', 'an RRN'],
    ['MCC1234567890', 'pi_1paid', 'a network transaction id'],
    ['Ana@Example.com', 'pi_1paid', 'an address in other letters'],
    ['att_1', 'pi_1paid', 'an attempt of the books'],
    ['091000019876542', '091000019876542', 'an ACH trace number'],
    ['KQ9X2JMMVPNG7DZ3', 'KQ9X2JMMVPNG7DZ3', 'a PSP reference'],
    ['97ED4827-7b6f-4491-a06f-b548d5a7512d', '97ed4827-7b6f-4491-a06f-b548d5a7512d', 'a UETR'],
  ])('%s → %s: %s', async (text, id) => {
    api.refunds = [aRefund({ id: 're_1111' })];
    api.disputes = [aDispute({ id: 'du_11111' })];
    api.warnings = [aWarning({ id: 'issfr_11111' })];
    api.events[0]!.subject.id = 're_1111';
    expect(await briefs(find(text))).toEqual([`trace ${id}`]);
  });

  it.each<[string, string, string, string]>([
    ['cs_test_a1b2c3', 'pi_1paid', 'trace pi_1paid', 'a Checkout session with its payment'],
    ['in_1QabcDEF', 'pi_1paid', 'trace pi_1paid', 'an invoice with its payment'],
    ['in_1QabcDEF', 'ch_1paid', 'trace pi_1paid', 'an invoice of old with its charge'],
    ['sub_1QabcDEF', 'in_1QabcDEF', 'trace pi_1paid', 'a subscription, through its latest invoice'],
    ['cs_test_a1b2c3', 'sub_1QabcDEF', 'trace pi_1paid', 'a Checkout session of a subscription'],
  ])('%s → %s → %s: %s', async (id, nextId, expected) => {
    api.links = {
      in_1QabcDEF: { nextId: 'pi_1paid', customerId: null },
      sub_1QabcDEF: { nextId: 'in_1QabcDEF', customerId: null },
      [id]: { nextId, customerId: 'cus_1ana' },
    };
    expect(await briefs(find(id))).toEqual([expected]);
  });

  it.each(['seti_1QabcDEF', 'pm_1QabcDEF', 'sub_1QabcDEF'])(
    '%s without a payment leads to the customer’s',
    async (id) => {
      api.links = { [id]: { nextId: null, customerId: 'cus_1ana' } };
      expect(await briefs(find(id))).toEqual(['candidates pi_1paid']);
    },
  );

  it('an object that names neither says what it is and what to look up', async () => {
    api.links = { seti_1QabcDEF: { nextId: null, customerId: null } };
    const hint = expect.stringMatching(/a setup intent, .* Look up the customer/) as string;
    expect(await find('seti_1QabcDEF')).toMatchObject([
      { kind: 'nothing', looked: [{ outcome: 'no_link' }], hint },
    ]);
    expect(await find('seti_9zzzzzz')).toMatchObject([
      { kind: 'nothing', looked: [{ outcome: 'nothing' }], hint },
    ]);
  });

  it('a payout is shown as itself', async () => {
    expect((await find('po_1paid'))[0]).toMatchObject({
      kind: 'payout',
      report: { payout: { id: 'po_1paid' }, partner: 'northpay', asOf: now },
    });
  });

  it('a payout whose books are slow is searched for aloud, and then shown', async () => {
    passed.add(firstAnswerMs);
    let answer: (sums: []) => void = () => undefined;
    books.batchSums = () => new Promise((resolve) => (answer = resolve));
    const answers = answersTo('po_1paid');
    expect((await answers.next()).value).toMatchObject({ kind: 'searching' });
    answer([]);
    expect((await answers.next()).value).toMatchObject({ kind: 'payout' });
  });

  it.each([
    ['typed', (id: string) => find(id)],
    ['of a button', (id: string) => all(lookup().follow(id))],
  ])('a batch that only the books know is a payout: %s', async (_how, ask) => {
    const booked = {
      paymentId: null,
      batchId: 'B-20261119',
      partner: 'halcyon',
      account: 'clearing:halcyon',
    };
    books.entries = {
      none: [
        anEntry({ ...booked, kind: 'fee', direction: 'credit', amount: eur(30) }),
        anEntry({ ...booked, kind: 'fee', direction: 'debit', amount: eur(30), account: 'fees' }),
      ],
    };
    expect((await ask('B-20261119')).at(-1)).toMatchObject({
      kind: 'payout',
      report: {
        payout: null,
        partner: 'halcyon',
        contents: { state: 'known', value: [{ kind: 'fee', entries: 1, minor: -30n }] },
      },
    });
  });

  it('a warning about a charge that is not there says so, rather than that nothing was found', async () => {
    api.warnings = [aWarning({ id: 'issfr_1lost', chargeId: 'ch_1lost', paymentId: null })];
    await expect(find('issfr_1lost')).rejects.toMatchObject({
      publicMessage: '“issfr_1lost” is about “ch_1lost”, of which the provider has no record.',
    });
  });

  it('an event about something else says what it is about', async () => {
    await expect(find('evt_1account')).rejects.toMatchObject({
      code: 'invalid',
      hint: 'It is about “acct_1x1x”.',
    });
  });

  it('the charge that took the money is followed, not the attempts that failed before and after it', async () => {
    api.charges = [
      aCharge({ id: 'ch_3', status: 'failed', captured: false }),
      aCharge(),
      aCharge({ id: 'ch_0', status: 'failed', captured: false }),
    ];
    const [answer] = await find('ch_3333'.slice(0, 4) + '333');
    expect(brief(answer)).toBe('nothing');
    const [trace] = await find('pi_1paid');
    expect(trace).toMatchObject({ trace: { findings: { charge: { value: { id: 'ch_1paid' } } } } });
  });

  it('a charge without a payment is traced by itself, and booked as its attempt is', async () => {
    api.charges = [aCharge({ paymentId: null })];
    books.attempts = [anAttempt({ paymentId: 'OLD-77' })];
    books.entries = { 'OLD-77': [anEntry()] };
    const [answer] = await find('ch_1paid');
    expect(answer).toMatchObject({
      kind: 'trace',
      trace: { findings: { id: 'ch_1paid', ledger: { value: [{ id: 'bk_1-d' }] } } },
    });
  });
});

describe('ambiguous text', () => {
  const twice = (changed: Parameters<typeof anAttempt>[0]): void =>
    void (books.attempts = [anAttempt(), anAttempt({ id: 'att_9', ...changed })]);

  it.each<[string, string, () => void, string]>([
    [
      'an order tried at two partners under two ids',
      'ORD-1',
      () => twice({ paymentId: 'RB-9', partner: 'rheinbank' }),
      'candidates pi_1paid RB-9',
    ],
    ['an order tried twice under one id is one payment', 'ORD-1', () => twice({}), 'trace pi_1paid'],
    [
      'a customer of the books with two payments',
      'ana@example.com',
      () => twice({ paymentId: 'RB-9' }),
      'candidates pi_1paid RB-9',
    ],
    [
      'what a person remembers is never a pick, even when one payment fits',
      '4242 20.00',
      () => undefined,
      'candidates pi_1paid',
    ],
    ['ids of two objects', 'pi_1paid ch_1paid', () => undefined, 'candidates pi_1paid ch_1paid'],
    ['a customer of the provider', 'cus_1ana', () => undefined, 'candidates pi_1paid'],
    ['a customer without payments is nothing, not an empty list', 'cus_1bob', () => undefined, 'nothing'],
    [
      'more than fifty',
      'ORD-1',
      () => (books.attempts = Array.from({ length: 51 }, (_, n) => anAttempt({ paymentId: `RB-${n}` }))),
      `candidates ${Array.from({ length: 50 }, (_, n) => `RB-${n}`).join(' ')} …`,
    ],
    [
      'fifty or fewer of more rows than were asked for',
      'ORD-1',
      () => (books.attempts = Array.from({ length: 151 }, (_, n) => anAttempt({ paymentId: `RB-${n % 2}` }))),
      'candidates RB-0 RB-1 …',
    ],
  ])('%s', async (_reason, text, arrange, expected) => {
    arrange();
    expect(await briefs(find(text))).toEqual([expected]);
  });

  it('a candidate shows the newest attempt of its payment', async () => {
    books.attempts = [
      anAttempt(),
      anAttempt({ status: 'failed', createdAt: at('11-01T00:00') }),
      anAttempt({ paymentId: 'RB-9' }),
    ];
    const [answer] = await find('ORD-1');
    expect(answer).toMatchObject({ candidates: [{ attempt: { status: 'succeeded' } }, {}] });
  });

  const made = (paymentId: string, day: string, changed: Parameters<typeof anAttempt>[0] = {}) =>
    anAttempt({ paymentId, createdAt: at(day), ...changed });

  it('candidates of a memory: of that day alone, succeeded before failed', async () => {
    books.attempts = [
      made('next-day', '11-04T01:00'),
      made('failed', '11-03T20:00', { status: 'failed' }),
      made('late', '11-03T18:00'),
      made('early', '11-03T08:00'),
    ];
    expect(await briefs(find('4242 20.00 2026-11-03'))).toEqual(['candidates late early failed']);
  });

  it('where the day has none, the days beside it have, and say so', async () => {
    books.attempts = [made('next-day', '11-04T01:00'), made('in-a-week', '11-10T01:00')];
    const [answer] = await find('4242 20.00 2026-11-03');
    expect(answer).toMatchObject({ candidates: [{ query: 'next-day', why: 'a day off' }] });
  });

  it.each([
    ['Asia/Tokyo', 'candidates in-utc in-tokyo'],
    ['UTC', 'candidates in-utc'],
    ['America/Sao_Paulo', 'candidates in-sao-paulo'],
  ])('a day is the asker’s, in %s', async (timeZone, expected) => {
    books.attempts = [
      made('in-sao-paulo', '11-04T02:30'),
      made('in-utc', '11-03T01:00'),
      made('in-tokyo', '11-02T20:00'),
    ];
    const answers = await find('4242 3 Nov', timeZone);
    expect(answers.map(brief)).toEqual([expected]);
  });

  it('an ambiguous day is searched in both orders, and both are shown', async () => {
    books.attempts = [made('in-march', '03-04T12:00'), made('in-april', '04-03T12:00')];
    const [answer] = await find('4242 03/04/2026');
    expect(answer).toMatchObject({
      candidates: [
        { query: 'in-april', why: expect.stringMatching(/^as .* Apr /) as string },
        { query: 'in-march', why: expect.stringMatching(/^as .* Mar /) as string },
      ],
      readAs: ['•••• 4242, 3 Apr 2026 (UTC)', '•••• 4242, 4 Mar 2026 (UTC)'],
    });
  });

  it.each([
    ['49,00', ['eur'], 'a decimal comma'],
    ['$49.00', ['usd'], 'dollars alone'],
    ['49 EUR 10 Nov', ['eur'], 'a currency and a day'],
    ['1.250', ['thousand', 'dinars'], 'both readings of one mark'],
  ])('%s finds %j: %s', async (text, expected) => {
    books.attempts = [
      made('eur', '11-10T10:00', { amount: eur(4900) }),
      made('usd', '11-10T10:00', { amount: money(4900, 'USD') }),
      made('thousand', '11-10T10:00', { amount: eur(125_000) }),
      made('dinars', '11-10T10:00', { amount: money(1250, 'KWD') }),
    ];
    const [answer] = await find(text);
    const found = answer?.kind === 'candidates' ? answer.candidates.map(({ query }) => query) : [];
    expect(found.toSorted()).toEqual(text === '49,00' ? ['eur', 'usd'] : expected.toSorted());
  });

  it('an order id with signs around it is found as it was typed, and as it is without', async () => {
    books.attempts = [
      anAttempt({ orderId: '#1001', paymentId: 'typed' }),
      anAttempt({ orderId: '1002', paymentId: 'bare' }),
    ];
    expect(await briefs(find('#1001'))).toEqual(['trace typed']);
    expect(await briefs(find('#1002'))).toEqual(['trace bare']);
    books.attempts.push(anAttempt({ orderId: '1001', paymentId: 'other' }));
    expect(await briefs(find('#1001'))).toEqual(['candidates typed other']);
  });

  it.each([
    ['ord-1001', ['candidates upper'], 'small letters'],
    ['WEB-77X', ['candidates lower'], 'capitals'],
    ['ORD-1001', ['trace upper'], 'as the books have it'],
    ['mix-5', ['nothing'], 'both cases at once are no guess'],
  ])('%s → %j: letters in another case are offered, never picked (%s)', async (text, expected) => {
    books.attempts = [
      anAttempt({ orderId: 'ORD-1001', paymentId: 'upper' }),
      anAttempt({ orderId: 'web-77x', paymentId: 'lower' }),
      anAttempt({ orderId: 'Mix-5', paymentId: 'mixed' }),
    ];
    expect(await briefs(find(text))).toEqual(expected);
  });

  it('an order id with a blank inside is found', async () => {
    books.attempts = [anAttempt({ orderId: 'WEB 10423', paymentId: 'blank' })];
    expect(await briefs(find('WEB 10423'))).toEqual(['trace blank']);
    expect(await briefs(find('order WEB 10423'))).toEqual(['trace blank']);
  });

  it('a chosen candidate is followed by its id, whatever else that could mean', async () => {
    books.attempts = [anAttempt({ paymentId: 'TWIN' }), anAttempt({ paymentId: 'RB-9', orderId: 'TWIN' })];
    expect(await briefs(find('TWIN-1'))).toEqual(['nothing']);
    expect(await briefs(all(lookup().follow('TWIN')))).toEqual(['trace TWIN']);
    expect(await briefs(all(lookup().follow('ch_1paid')))).toEqual(['trace pi_1paid']);
  });

  it('a payment whose ID could be a card number is chosen by its attempt instead, or by its order', async () => {
    const paymentId = '00424242424242424242';
    books.attempts = [
      anAttempt({ id: 'att_9', paymentId, orderId: 'ORD-9', cardLast4: '1563' }),
      anAttempt({
        id: '4242424242424242',
        paymentId: '5555555555554444',
        orderId: 'ORD-8',
        cardLast4: '1563',
      }),
    ];
    expect(await briefs(find('last4 1563'))).toEqual(['candidates att_9 ORD-8']);
    expect(await briefs(all(lookup().follow('att_9')))).toEqual([`trace ${paymentId}`]);
    expect(await briefs(all(lookup().follow('ORD-8')))).toEqual(['trace 5555555555554444']);
    expect(await briefs(find('ORD-9'))).toEqual([`trace ${paymentId}`]);
  });

  it('an ID of letters with an underscore is looked for', async () => {
    books.attempts = [anAttempt({ paymentId: 'seti_htknz_r' })];
    expect(await briefs(find('seti_htknz_r'))).toEqual(['trace seti_htknz_r']);
  });
});

describe('which part was looked up', () => {
  const lookedUp = async (text: string): Promise<unknown> => {
    const [answer] = await find(text);
    return answer?.kind === 'trace' ? answer.trace.findings.lookedUp : answer?.kind;
  };

  it.each<[string, object | null, string]>([
    [
      '123456789012',
      { label: 'RRN', attempt: { id: 'att_1', status: 'failed' } },
      'the RRN of an attempt that failed',
    ],
    ['att_1', { label: 'attempt', attempt: { id: 'att_1' } }, 'an attempt'],
    ['re_1111', { label: 'refund', value: 're_1111' }, 'a refund'],
    ['ch_1paid', { label: 'charge', value: 'ch_1paid' }, 'a charge'],
    [
      'RB-REFUND-7',
      { label: 'refund', value: 'RB-REFUND-7' },
      'the partner’s reference of a refund, which the ledger alone has',
    ],
    ['ORD-1', null, 'an order is the payment itself'],
    ['pi_1paid', null, 'and so is its id'],
  ])('%s → %o: %s', async (text, expected) => {
    api.refunds = [aRefund({ id: 're_1111' })];
    books.attempts = [
      anAttempt({ id: 'att_0' }),
      { ...anAttempt({ status: 'failed', declineCode: 'insufficient_funds' }), rrn: '123456789012' },
    ];
    books.entries = { pi_1paid: [anEntry(), anEntry({ kind: 'refund', reference: 'RB-REFUND-7' })] };
    const found = await lookedUp(text);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });
});

describe('nothing found says where was looked', () => {
  it.each<[string, string, () => void, object[]]>([
    [
      'a payment that nobody knows',
      'pi_9zzz',
      () => undefined,
      [
        { where: 'Northpay', outcome: 'nothing' },
        { where: 'books', outcome: 'nothing' },
      ],
    ],
    [
      'a charge that nobody knows',
      'ch_9zzz',
      () => undefined,
      [
        { where: 'Northpay', outcome: 'nothing' },
        { where: 'books', outcome: 'nothing' },
      ],
    ],
    [
      'a refund that the provider does not know',
      're_9zzz',
      () => undefined,
      [{ where: 'Northpay', as: 'refund', outcome: 'nothing' }],
    ],
    [
      'an order',
      'ORD-99',
      () => undefined,
      [
        { where: 'books', as: 'order or partner reference “ORD-99”', outcome: 'nothing' },
        { where: 'ledger', as: 'payment ID, booking reference or batch “ORD-99”', outcome: 'nothing' },
      ],
    ],
    [
      'an order with a sign: both that were tried',
      '#1009',
      () => undefined,
      [
        { as: 'order or partner reference “#1009”' },
        { as: 'order or partner reference “1009”' },
        { where: 'ledger' },
        { where: 'ledger' },
      ],
    ],
    [
      'a Checkout session that the provider does not know',
      'cs_test_a1b2c3',
      () => undefined,
      [{ where: 'Northpay', as: 'checkout session', outcome: 'nothing' }],
    ],
    [
      'the books do not answer: that is no absence',
      'ORD-99',
      () => (books.mood = 'down'),
      [
        { where: 'books', outcome: { failed: expect.stringContaining('It is down.') as string } },
        { where: 'ledger', outcome: { failed: expect.stringContaining('It is down.') as string } },
      ],
    ],
    [
      'a payment that the API does not know, while the books are down',
      'pi_9zzz',
      () => (books.mood = 'down'),
      [
        { where: 'Northpay', outcome: 'nothing' },
        { where: 'books', outcome: { failed: expect.stringContaining('down') as string } },
      ],
    ],
    [
      'rows that nobody can read are no absence',
      'ORD-99',
      () => (books.problems = ['row att_7 cannot be read']),
      [{ where: 'books', outcome: { failed: 'row att_7 cannot be read' } }, { where: 'ledger' }],
    ],
  ])('%s', async (_reason, text, arrange, looked) => {
    arrange();
    expect(await find(text)).toMatchObject([{ kind: 'nothing', query: text, looked }]);
  });

  it.each<[string, { api?: boolean; books?: boolean }, string, string]>([
    ['ORD-1', { books: false }, 'nothing', 'without books no order is found'],
    ['re_1111', { api: false }, 'nothing', 'without an API no refund is found'],
    ['pi_1paid', { api: false }, 'trace pi_1paid', 'without an API the books still know the payment'],
    ['ch_1paid', { api: false }, 'trace ch_1paid', 'and the charge'],
    ['pi_1paid', { books: false }, 'trace pi_1paid', 'without books the API still does'],
  ])('%s, %o → %s: %s', async (text, connected, expected) => {
    expect(await briefs(all(answersTo(text, lookup(connected))))).toEqual([expected]);
  });
});

describe('sources that are down', () => {
  const gaps = async (text: string): Promise<unknown> => {
    const last = (await find(text)).at(-1);
    return last?.kind === 'trace' ? last.trace.headline.unknown.map(({ source }) => source) : brief(last);
  };

  it.each<[string, string, () => void, unknown]>([
    ['the API', 'pi_1paid', () => (api.mood = 'down'), ['payments_api']],
    ['the books', 'pi_1paid', () => (books.mood = 'down'), ['books']],
    ['both', 'pi_1paid', () => (api.mood = books.mood = 'down'), ['payments_api', 'books']],
    [
      'the API, asked for a charge: the books know it',
      'ch_1paid',
      () => (api.mood = 'down'),
      ['payments_api'],
    ],
    [
      'the API, asked for a payment that the books do not know: no absence',
      'pi_9zzz',
      () => (api.mood = 'down'),
      ['payments_api'],
    ],
    ['a row of the books', 'pi_1paid', () => (books.problems = ['row att_7 cannot be read']), ['books']],
  ])('%s', async (_reason, text, arrange, expected) => {
    arrange();
    expect(await gaps(text)).toEqual(expected);
  });

  it('rows none of which can be read leave the hop unknown, not expected', async () => {
    books.attempts = [];
    books.entries = {};
    books.problems = ['row bk_7 cannot be read'];
    const [answer] = await find('pi_1paid');
    const states =
      answer?.kind === 'trace' ? answer.trace.hops.map(({ kind, state }) => `${kind} ${state}`) : [];
    expect(states.at(-1)).toBe('ledger unknown_source');
  });

  it('a refund cannot be followed while the API is down, and the error says so', async () => {
    api.mood = 'down';
    await expect(find('re_1111')).rejects.toBeInstanceOf(OpsError);
  });

  it('one failing question among several leaves no certainty', async () => {
    books.problems = ['row att_7 cannot be read'];
    expect(await briefs(find('ORD-1'))).toEqual(['candidates pi_1paid']);
  });
});

describe('sources that hang', () => {
  it('what is known is shown first, then the complete trace, and no more than that', async () => {
    passed = new Set([firstAnswerMs, sourceMs]);
    api.mood = 'hanging';
    const answers = await find('pi_1paid');
    expect(answers.map(brief)).toEqual(['trace pi_1paid so far', 'trace pi_1paid']);
    const [partial, complete] = answers.map((answer) =>
      answer.kind === 'trace' ? answer.trace.headline : null,
    );
    expect(partial).toMatchObject({
      lastConfirmed: { kind: 'ledger' },
      unknown: [{ why: 'has not answered yet' }],
    });
    expect(complete).toMatchObject({
      lastConfirmed: { kind: 'ledger' },
      unknown: [{ why: 'did not answer in time' }],
    });
  });

  it('everything hanging still ends in an answer', async () => {
    passed = new Set([firstAnswerMs, sourceMs]);
    api.mood = books.mood = 'hanging';
    expect(await briefs(find('pi_1paid'))).toEqual(['trace pi_1paid so far', 'trace pi_1paid']);
  });

  it('a search that hangs says that it searches, and is given up', async () => {
    passed = new Set([firstAnswerMs, sourceMs]);
    books.mood = 'hanging';
    const answers = answersTo('ORD-1');
    expect(brief((await answers.next()).value as Lookup)).toBe('searching');
    await expect(answers.next()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('a slow search and then a slow trace are still two answers', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const ask = books.attemptsBy;
    books.attemptsBy = async (...question) => (await held, ask(...question));
    passed = new Set([firstAnswerMs]);
    const answers = answersTo('ORD-1');
    expect(brief((await answers.next()).value as Lookup)).toBe('searching');
    release();
    expect(brief((await answers.next()).value as Lookup)).toBe('trace pi_1paid');
    expect((await answers.next()).done).toBe(true);
  });

  it('quick sources give one answer', async () => {
    expect(await briefs(find('pi_1paid'))).toEqual(['trace pi_1paid']);
  });
});

it('a card number reaches no source', async () => {
  expect(await briefs(find('4242 4242 4242 4242'))).toEqual(['refused card_number']);
  expect([...api.asked, ...books.asked]).toEqual([]);
});
