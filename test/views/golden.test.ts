/**
 * Every card as people see it. Instants are written for the reader's zone; here their UTC fallback stands.
 */
import type { Expectations } from '../../src/payments/hops.js';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { money } from '../../src/kernel/money.js';
import { requireMonth } from '../../src/disputes/month.js';
import { shippedProgrammes, standingOf } from '../../src/disputes/programmes.js';
import { urgencyOf } from '../../src/disputes/queue.js';
import { statsOf } from '../../src/disputes/stats.js';
import type { Findings } from '../../src/payments/findings.js';
import { traceOf } from '../../src/payments/trace.js';
import type { Card } from '../../src/ports/card.js';
import type { Dispute } from '../../src/ports/payments-api.js';
import { auditCard } from '../../src/views/audit/log.js';
import {
  announcementCard,
  disputeNewsCard,
  fraudWarningCard,
  reminderCard,
} from '../../src/views/disputes/announcement.js';
import { digestCard } from '../../src/views/disputes/digest.js';
import { disputeCard, type Surroundings } from '../../src/views/disputes/dispute.js';
import { disputeQueueCard } from '../../src/views/disputes/queue.js';
import { programmesCard, statsCard } from '../../src/views/disputes/stats.js';
import { errorCard } from '../../src/views/desk/error.js';
import { helpCard } from '../../src/views/desk/help.js';
import { candidatesCard, nothingCard, refusedCard, searchingCard } from '../../src/views/payments/search.js';
import { paymentTraceCard } from '../../src/views/payments/trace.js';
import { buttonsOn, faultsOf, linesOf } from '../support/cards.js';
import {
  aBalanceTransaction,
  aCharge,
  aDispute,
  aKnownDispute,
  anAttempt,
  anEntry,
  aPayment,
  aPayout,
  aRefund,
  at,
  aWarning,
  now,
} from '../support/payment-objects.js';

const links = (object: string, id: string): string => `https://desk.example/${object}/${id}`;
const noLinks = (): null => null;

/** Links as their labels, instants as UTC: what is left is what a person reads. */
function read(card: Card): string {
  expect(faultsOf(card)).toEqual([]);
  return linesOf(card)
    .map((line) =>
      line.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1').replace(/<https:[^|]*\|([^>]*)>/g, '‹$1›'),
    )
    .join('\n');
}

const known = <Value>(value: Value) => ({ state: 'known', value }) as const;
const findings: Findings = {
  id: 'pi_1paid',
  lookedUp: null,
  partner: 'northpay',
  connectedPartner: 'northpay',
  attempts: known([anAttempt()]),
  siblings: known([]),
  charges: known([aCharge()]),
  batch: { state: 'not_applicable' },
  payment: known(aPayment()),
  charge: known(aCharge()),
  balanceTransaction: known(aBalanceTransaction()),
  payout: known(aPayout()),
  ledger: known([anEntry()]),
  refunds: known([aRefund({ reference: '74208476043031234567890' })]),
  disputes: known([aDispute()]),
  warnings: known([aWarning()]),
};
const expectations: Expectations = {
  captureMs: 7 * dayMs,
  payoutMs: 3 * dayMs,
  ledgerMs: 24 * hourMs,
  openDay: (day) => day,
};
const traced = (changed: Partial<Findings> = {}) => traceOf({ ...findings, ...changed }, expectations, now);

describe('/payment', () => {
  it('a trace', () => {
    expect(
      read(
        paymentTraceCard({
          trace: traced(),
          complete: true,
          links,
          sharedBy: null,
          startable: [],
          revealable: false,
        }),
      ),
    ).toMatchInlineSnapshot(`
      "Disputed (20.00 EUR), response due by 2026-11-22 12:00 UTC; paid out 13 Nov 2026; booked in ledger; refunded in full (20.00 EUR) · pi_1paid · 20.00 EUR
      :leftwards_arrow_with_hook: *Disputed (20.00 EUR), response due by 2026-11-22 12:00 UTC; paid out 13 Nov 2026; booked in ledger; refunded in full (20.00 EUR)*
      ‹pi_1paid› · *20.00 EUR* · succeeded · at northpay · visa ••4242 · order \`ORD-1\` · a•••@example.com
      :white_check_mark: *Attempt* · 20.00 EUR · 2026-11-10 10:00 UTC (10 d 2 h ago) · ‹ORD-1› · succeeded
      :white_check_mark: *Authorisation* · 20.00 EUR · 2026-11-10 10:01 UTC (10 d 1 h ago) · ‹ch_1paid› · code 004321
      :white_check_mark: *Capture* · 20.00 EUR · 2026-11-10 10:02 UTC (10 d 1 h ago) · ‹ch_1paid›
      :white_check_mark: *Balance* · 19.40 EUR · 12 Nov 2026 · ‹txn_1paid› · net of 0.60 EUR fees
      :white_check_mark: *Payout* · 19.40 EUR · 13 Nov 2026 · ‹po_1paid› · in a payout of 9,000.00 EUR
      :white_check_mark: *Ledger* · 20.00 EUR · 2026-11-10 11:00 UTC (10 d 1 h ago) · ‹bk_1-d› · 1 entry: capture
      :closed_lock_with_key: 3-D Secure: none
      :rotating_light: *Dispute* needs response · 20.00 EUR · fraudulent (10.4) · respond by 2026-11-22 12:00 UTC · ‹du_1›
      :triangular_flag_on_post: *Early fraud warning* actionable · unauthorized use of card · 2026-11-14 09:00 UTC · ‹issfr_1›
      :leftwards_arrow_with_hook: *Refund* succeeded · 20.00 EUR · 2026-11-15 09:00 UTC · ‹re_1› · reference \`74208476043031234567890\` · requested by customer
      As of 2026-11-20 12:00 UTC
      [Share → pi_1paid]
      [Open → https://desk.example/payment/pi_1paid]
      [Dispute → du_1]
      [Payout → po_1paid]
      [Partner → northpay]"
    `);
  });

  it('a trace while a source has yet to answer cannot be shared', () => {
    const waiting = { state: 'waiting' } as const;
    const trace = traced({
      balanceTransaction: waiting,
      payout: waiting,
      refunds: waiting,
      disputes: known([]),
      warnings: known([]),
    });
    expect(
      read(
        paymentTraceCard({
          trace,
          complete: false,
          links: noLinks,
          sharedBy: null,
          startable: [],
          revealable: false,
        }),
      ),
    ).toMatchInlineSnapshot(`
      "Captured 2026-11-10 10:01 UTC; booked in ledger; balance unknown: has not answered yet · pi_1paid · 20.00 EUR
      :grey_question: *Captured 2026-11-10 10:01 UTC; booked in ledger; balance unknown: has not answered yet*
      \`pi_1paid\` · *20.00 EUR* · succeeded · at northpay · visa ••4242 · order \`ORD-1\` · a•••@example.com
      :white_check_mark: *Attempt* · 20.00 EUR · 2026-11-10 10:00 UTC (10 d 2 h ago) · \`ORD-1\` · succeeded
      :white_check_mark: *Authorisation* · 20.00 EUR · 2026-11-10 10:01 UTC (10 d 1 h ago) · \`ch_1paid\` · code 004321
      :white_check_mark: *Capture* · 20.00 EUR · 2026-11-10 10:01 UTC (10 d 1 h ago) · \`ch_1paid\`
      :grey_question: *Balance* unknown · has not answered yet
      :grey_question: *Payout* unknown · has not answered yet
      :white_check_mark: *Ledger* · 20.00 EUR · 2026-11-10 11:00 UTC (10 d 1 h ago) · \`bk_1-d\` · 1 entry: capture
      :closed_lock_with_key: 3-D Secure: none
      :grey_question: payments API: has not answered yet
      :hourglass_flowing_sand: Still waiting for some sources, as of 2026-11-20 12:00 UTC. The full answer follows."
    `);
  });

  it('a shared trace names who shared it, and no address of a customer', () => {
    const text = read(
      paymentTraceCard({
        trace: traced(),
        complete: true,
        links,
        sharedBy: 'U1ANA',
        startable: [],
        revealable: false,
      }),
    );
    expect(text).toContain('shared by <@U1ANA>');
    expect(text).not.toContain('example.com ·');
    expect(text).not.toMatch(/@example|Share/);
  });

  it('candidates', () => {
    const candidates = [
      { query: 'pi_1paid', attempt: anAttempt(), payment: null, why: 'a day off' },
      {
        query: 'pi_2',
        attempt: null,
        payment: aPayment({ id: 'pi_2', status: 'requires_capture' }),
        why: null,
      },
      { query: 're_3', attempt: null, payment: null, why: 'refund id' },
    ];
    expect(
      read(candidatesCard({ query: '4242 20.00', candidates, more: true, readAs: ['•••• 4242, 20.00'] })),
    ).toMatchInlineSnapshot(`
      "3+ payments match \`4242 20.00\`
      :mag: *3+ payments match \`4242 20.00\`*
      \`pi_1paid\` · *20.00 EUR* · succeeded · 2026-11-10 10:00 UTC · northpay, card ••4242 · order \`ORD-1\` · a day off
      [Trace → pi_1paid]
      \`pi_2\` · *20.00 EUR* · requires capture · 2026-11-10 10:00 UTC
      [Trace → pi_2]
      \`re_3\` · refund id
      [Trace → re_3]
      Read as •••• 4242, 20.00 · successful payments first, then the newest or nearest to the day
      Showing 1 to 3. Add amount and date to narrow it down."
    `);
    expect(
      linesOf(
        candidatesCard({ query: '4242', candidates: candidates.slice(0, 1), more: false, readAs: [] }),
      )[0],
    ).toBe('1 payment matches `4242`');
  });

  it.each([
    [0, 'RB-1 to RB-10', ['Page 2'], 'Showing 1 to 10.'],
    [1, 'RB-11 to RB-20', ['Page 1', 'Page 3'], 'Showing 11 to 20.'],
    [2, 'RB-21 to RB-21', ['Page 2'], 'Showing 21 to 21.'],
    [4, 'RB-21 to RB-21', ['Page 2'], 'Showing 21 to 21.'],
  ])('page %i of 21 candidates', (page, shown, buttons, counted) => {
    const candidates = Array.from({ length: 21 }, (_, at) => ({
      query: `RB-${at + 1}`,
      attempt: null,
      payment: null,
      why: null,
    }));
    const card = candidatesCard({ query: '4242 20.00', candidates, more: false, readAs: [] }, page);
    const lines = linesOf(card);
    const rows = lines.flatMap((line) => /^`(RB-\d+)`$/.exec(line)?.[1] ?? []);
    expect(`${rows[0]} to ${rows.at(-1)}`).toBe(shown);
    expect(buttonsOn(card).filter((text) => text !== 'Trace')).toEqual(buttons);
    expect(lines.at(-1)).toContain(counted);
  });

  it('candidates, some of which cannot be read', () => {
    const unread = ['payment pi_coin cannot be read: currency is not an ISO 4217 currency'];
    const ofCustomer = { query: 'cus_1', more: false, readAs: [], unread };
    const one = { query: 'pi_2', attempt: null, payment: aPayment({ id: 'pi_2' }), why: null };
    expect(read(candidatesCard({ ...ofCustomer, candidates: [one] }))).toMatchInlineSnapshot(`
      "1 payment matches \`cus_1\`
      :mag: *1 payment matches \`cus_1\`*
      \`pi_2\` · *20.00 EUR* · succeeded · 2026-11-10 10:00 UTC
      [Trace → pi_2]
      :grey_question: payment pi_coin cannot be read: currency is not an ISO 4217 currency"
    `);
    expect(linesOf(candidatesCard({ ...ofCustomer, candidates: [] }))).toEqual([
      'No readable payment matches `cus_1`',
      ':mag: *No readable payment matches `cus_1`*',
      `:grey_question: ${unread[0]}`,
    ]);
  });

  it('nothing found', () => {
    const looked = [
      { where: 'Northpay', as: 'payment', outcome: 'nothing' },
      {
        where: 'books',
        as: 'payment id',
        outcome: { failed: 'The database took too long to answer. (ref_1)' },
      },
    ] as const;
    expect(read(nothingCard({ query: 'pi_9 &lt;!channel&gt;', looked, hint: null }))).toMatchInlineSnapshot(`
      "Nothing found for \`pi_9 &lt;!channel&gt;\`; some sources did not answer
      :mag: *Nothing found for \`pi_9 &lt;!channel&gt;\`; some sources did not answer*
      Looked in
      • Northpay, as payment: no record
      • books, as payment id: no answer, The database took too long to answer. (ref_1)"
    `);
    expect(linesOf(nothingCard({ query: 'pi_9', looked: looked.slice(0, 1), hint: null }))[0]).toBe(
      'Nothing found for `pi_9`',
    );
  });

  it('searching, refused', () => {
    expect(read(searchingCard('ORD-1'))).toMatchInlineSnapshot(`
      "Still looking for \`ORD-1\`…
      :hourglass_flowing_sand: Still looking for \`ORD-1\`…"
    `);
    const refusal = {
      reason: 'card_number',
      message: 'That looks like a card number.',
      hint: 'Use `4242 19.99`.',
    } as const;
    expect(read(refusedCard(refusal, 'R-1'))).toMatchInlineSnapshot(`
      "That looks like a card number.
      :no_entry: *That looks like a card number.*
      Use \`4242 19.99\`. · Reference \`R-1\`"
    `);
  });
});

const alone = { refunds: [], others: [], warnings: [] };
const unowned = { owner: { id: null }, note: null, packet: null, isAwaited: true, readerId: 'U1ANA' };

it('the first line of a payment with many disputes names three and counts the rest', () => {
  const disputes = known(Array.from({ length: 12 }, (_, n) => aDispute({ id: `du_${n}` })));
  const facts = { links: noLinks, complete: true, sharedBy: null, startable: [], revealable: false };
  const [first = ''] = read(paymentTraceCard({ trace: traced({ disputes }), ...facts })).split('\n');
  expect(first.match(/disputed \(/gi)).toHaveLength(3);
  expect(first).toContain('; 9 more disputes; ');
});

describe('/dispute', () => {
  it('one dispute', () => {
    const dispute = aDispute();
    expect(
      read(
        disputeCard({
          ...unowned,
          dispute,
          urgency: urgencyOf(dispute, now),
          around: alone,
          now,
          links,
          startable: [],
        }),
      ),
    ).toMatchInlineSnapshot(`
      "Response due by 2026-11-22 12:00 UTC, 2 d left · 20.00 EUR du_1
      :large_orange_circle: *Response due by 2026-11-22 12:00 UTC, 2 d left*
      *Dispute* ‹du_1›
      *Amount* 20.00 EUR
      *Reason* fraudulent: Other fraud, card not present (visa 10.4, chargeback; source: Visa Dispute Management Guidelines)
      *Status* needs response
      *Opened* 2026-11-16 09:00 UTC
      *Evidence* none yet
      *Payment* ‹pi_1paid›
      *Owner:* none yet
      *Who answers at the deadline:* Your team: nothing is sent unless someone submits evidence. Without an answer, the dispute is lost.
      *At stake:* nothing withdrawn from the balance yet
      *Evidence required:* customer purchase IP and access activity log; or billing address and customer signature; or shipping address and shipping documentation
      [Take → du_1]
      [Payment → pi_1paid]"
    `);
  });

  it.each([
    [{ respondBy: at('11-20T09:00') }, 'Response overdue by 3 h (was due 2026-11-20 09:00 UTC)'],
    [{ respondBy: null }, 'Response due; the provider gives no date'],
    [{ respondBy: null, pastDue: true }, 'Response overdue; the provider gives no date'],
    [
      { respondBy: null, answerAllowed: false },
      'Dispute can only be accepted: the network allows no response',
    ],
    [{ status: 'warning_under_review' }, 'Inquiry under review, no response due'],
    [{ status: 'under_review', respondBy: null }, 'Dispute under review, no response due'],
    [{ status: 'won' }, 'Dispute won, no response due'],
    [{ status: 'appeal_requested' }, 'Response due by 2026-11-22 12:00 UTC, 2 d left'],
  ])('%o → %s', (changed, sentence) => {
    const dispute = aDispute(changed);
    expect(
      read(
        disputeCard({
          ...unowned,
          dispute,
          urgency: urgencyOf(dispute, now),
          around: alone,
          now,
          links: noLinks,
          startable: [],
        }),
      ).split('\n')[0],
    ).toContain(sentence);
  });

  const movement = aBalanceTransaction({
    id: 'txn_away',
    amount: money(-2000, 'EUR'),
    fee: money(1500, 'EUR'),
    net: money(-3500, 'EUR'),
  });
  const cardOfOne = (changed: Partial<Dispute>, around: Surroundings = alone): string =>
    read(
      disputeCard({
        ...unowned,
        dispute: aDispute(changed),
        urgency: null,
        around,
        now,
        links,
        startable: [],
      }),
    );

  it.each<[string, Partial<Dispute>, string]>([
    [
      'lost and won, by the movements',
      { movements: [movement] },
      '*If lost or accepted:* 35.00 EUR gone, fee of 15.00 EUR included. *If won:* 20.00 EUR comes back; the fee only comes back if your contract says so.',
    ],
    [
      'a known code with its source',
      {},
      '(visa 10.4, chargeback; source: Visa Dispute Management Guidelines)',
    ],
    ['a code to come', { networkReasonCode: '99.9' }, 'fraudulent (visa 99.9, chargeback; meaning unknown)'],
    [
      'a status to come',
      { status: 'in_arbitration' },
      'in arbitration (unknown status: see the provider’s dashboard)',
    ],
    [
      'a reason without a fixed set',
      { reason: 'general' },
      '*Evidence required:* no fixed set for “general”; the bank decides case by case',
    ],
    [
      'a network that charges for an answer',
      { feeUnacknowledged: true },
      '*Fee to answer:* the network charges one (Visa: 500 USD, refunded if you win)',
    ],
  ])('says %s', (_what, changed, line) => {
    expect(cardOfOne(changed)).toContain(line);
  });

  it.each<[string, Partial<Dispute>, string]>([
    ['what a status to come leads to', { status: 'in_arbitration' }, 'is lost'],
    ['outcomes of what is decided', { status: 'won', movements: [movement] }, 'If won'],
    [
      'outcomes of what has come back',
      { movements: [movement, { ...movement, amount: money(2000, 'EUR') }] },
      'If won',
    ],
  ])('does not say %s', (_what, changed, words) => {
    expect(cardOfOne(changed)).not.toContain(words);
  });

  it('counts what else happened to the payment and does not fit', () => {
    const others = Array.from({ length: 11 }, (_, at) => aDispute({ id: `du_other${at}` }));
    expect(cardOfOne({}, { ...alone, others })).toMatch(/needs response · 3 more$/m);
  });

  it('one that somebody has', () => {
    const text = read(
      disputeCard({
        owner: { id: 'U1ANA' },
        note: 'You took it over from <@U1BO>.',
        isAwaited: true,
        packet: null,
        readerId: 'U1ANA',
        dispute: aDispute(),
        urgency: 'within_72_hours',
        around: alone,
        now,
        links: noLinks,
        startable: [],
      }),
    );
    expect(text).toContain('You took it over from <@U1BO>.');
    expect(text).toContain('*Owner:* <@U1ANA>');
    expect(text).toContain('[Release → du_1]');
    expect(text).not.toContain('[Take');
  });

  const queue = {
    part: 'open',
    page: 0,
    missed: [],
    counts: { open: 2, missed: 1, not_allowed: 0 },
    within: null,
    narrowed: '',
    unread: [],
    wholeAt: now,
    now,
    links,
  } as const;
  const queued = [
    aKnownDispute({ id: 'du_week', status: 'warning_needs_response', respondBy: at('11-25T00:00') }),
    aKnownDispute({ id: 'du_later', respondBy: at('12-20T00:00'), ownerId: 'U1ANA' }),
  ];
  const late = aKnownDispute({ id: 'du_past', respondBy: at('11-20T09:00') });

  it('the queue', () => {
    const card = disputeQueueCard({ ...queue, rows: queued, missed: [late] });
    expect(read(card)).toMatchInlineSnapshot(`
      "2 disputes need a response; 1 more is overdue: Response due by 2026-11-25 00:00 UTC, 4 d 12 h left
      :scales: *2 disputes need a response; 1 more is overdue*
      [Open 1 → du_week]
      [Open 2 → du_later]
      *Deadline missed*
      :red_circle: Response overdue by 3 h (was due 2026-11-20 09:00 UTC) · 20.00 EUR · fraudulent · ‹du_past›
      [Dispute → du_past]
      All disputes read 2026-11-20 12:00 UTC; later changes are included · as of 2026-11-20 12:00 UTC"
    `);
    expect(tableIn(card)).toMatchInlineSnapshot(`
      [
        "# | Left | Due | Amount | Reason | Owner | Dispute",
        "1 | 4 d 12 h | [{"type":"rich_text_section","elements":[{"type":"date","timestamp":1795564800,"format":"{date_short_pretty} {time}","fallback":"2026-11-25 00:00 UTC"}]}] | 20.00 EUR | fraudulent | none | du_week",
        "2 | 29 d 12 h | [{"type":"rich_text_section","elements":[{"type":"date","timestamp":1797724800,"format":"{date_short_pretty} {time}","fallback":"2026-12-20 00:00 UTC"}]}] | 20.00 EUR | fraudulent | [{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1ANA"}]}] | du_later",
      ]
    `);
    expect(read({ text: card.text, blocks: card.plainer ?? [] })).toMatchInlineSnapshot(`
      "2 disputes need a response; 1 more is overdue: Response due by 2026-11-25 00:00 UTC, 4 d 12 h left
      :scales: *2 disputes need a response; 1 more is overdue*
      :large_yellow_circle: Response due by 2026-11-25 00:00 UTC, 4 d 12 h left · 20.00 EUR, nothing withdrawn · fraudulent · ‹du_week›
      [Dispute → du_week]
      :large_green_circle: Response due by 2026-12-20 00:00 UTC, 29 d 12 h left · 20.00 EUR · fraudulent · ‹du_later› · <@U1ANA>
      [Dispute → du_later]
      *Deadline missed*
      :red_circle: Response overdue by 3 h (was due 2026-11-20 09:00 UTC) · 20.00 EUR · fraudulent · ‹du_past›
      [Dispute → du_past]
      All disputes read 2026-11-20 12:00 UTC; later changes are included · as of 2026-11-20 12:00 UTC"
    `);
  });

  it('the queue, narrowed and in pages', () => {
    const counts = { open: 50_000, missed: 12, not_allowed: 2 };
    const rows = Array.from({ length: 20 }, (_, n) => aKnownDispute({ id: `du_${n}` }));
    const narrowed = { within: 'within 3 d', narrowed: '3d northpay', counts };
    const text = read(disputeQueueCard({ ...queue, ...narrowed, rows, page: 2 }));
    expect(text).toContain('50,000 disputes need a response within 3 d; 12 more are overdue');
    expect(text).toContain('[Open 41 → du_0]');
    expect(text).toContain('[Previous → open 1 3d northpay]\n[Next → open 3 3d northpay]');
    expect(text).toContain('[Deadline missed (12) → missed 0 3d northpay]');
  });

  it('the queue while it is read, empty, and with something unreadable', () => {
    const counts = { open: 0, missed: 0, not_allowed: 0 };
    const unread = ['dispute du_odd cannot be read: currency is not an ISO 4217 currency'];
    const text = read(disputeQueueCard({ ...queue, counts, rows: [], unread, wholeAt: null }));
    expect(text).toMatchInlineSnapshot(`
      "No dispute needs a response so far; 1 unreadable
      :scales: *No dispute needs a response so far; 1 unreadable*
      :grey_question: dispute du_odd cannot be read: currency is not an ISO 4217 currency
      Still reading all disputes; look again in a minute · as of 2026-11-20 12:00 UTC"
    `);
  });

  it('the card in the channel, its news, a warning and a reminder', () => {
    const dispute = aKnownDispute();
    expect(read(announcementCard({ dispute, now, links }))).toMatchInlineSnapshot(`
      "Dispute for 20.00 EUR: response due by 2026-11-22 12:00 UTC
      :large_orange_circle: *Dispute for 20.00 EUR: response due by 2026-11-22 12:00 UTC*
      *Reason:* fraudulent · visa 10.4
      *Owner:* none yet
      [Take → du_1]
      [Dispute → du_1]
      [Payment → pi_1paid]
      ‹du_1› · opened 2026-11-16 09:00 UTC · northpay"
    `);
    expect(read(disputeNewsCard({ by: 'U1ANA', from: 'U1BO', text: 'took it over.' }))).toContain(
      '<@U1ANA> took it over from <@U1BO>.',
    );
    expect(read(announcementCard({ dispute: { ...dispute, status: 'won' }, now, links }))).not.toContain(
      'Take',
    );
    expect(read(fraudWarningCard({ warning: aWarning(), charge: aCharge(), links }))).toMatchInlineSnapshot(`
      "Early fraud warning for 20.00 EUR: unauthorized use of card
      :triangular_flag_on_post: *Early fraud warning for 20.00 EUR: unauthorized use of card*
      A full refund now keeps it from becoming a dispute. The warning counts towards the network’s programme either way.
      [Payment → pi_1paid]
      ‹issfr_1› · raised 2026-11-14 09:00 UTC"
    `);
    expect(read(reminderCard([dispute, late], now, links))).toMatchInlineSnapshot(`
      "2 disputes have no owner: response due by 2026-11-22 12:00 UTC, 2 d left
      :alarm_clock: *2 disputes have no owner: response due by 2026-11-22 12:00 UTC, 2 d left*
      Response due by 2026-11-22 12:00 UTC, 2 d left · 20.00 EUR · fraudulent · ‹du_1›
      [Take → du_1]
      Response overdue by 3 h (was due 2026-11-20 09:00 UTC) · 20.00 EUR · fraudulent · ‹du_past›
      [Take → du_past]"
    `);
  });

  it('the digest', () => {
    const counts = { open: 20, missed: 1, not_allowed: 0 };
    const card = digestCard({ rows: queued, counts, withinMs: 3 * dayMs, now, links });
    expect(read(card)).toMatchInlineSnapshot(`
      "20 disputes are due within 3 d; 1 missed its deadline
      :scales: *20 disputes are due within 3 d; 1 missed its deadline*
      :large_yellow_circle: Response due by 2026-11-25 00:00 UTC, 4 d 12 h left · 20.00 EUR, nothing withdrawn · fraudulent · ‹du_week› · no owner
      [Take → du_week]
      :large_green_circle: Response due by 2026-12-20 00:00 UTC, 29 d 12 h left · 20.00 EUR · fraudulent · ‹du_later› · <@U1ANA>
      [Dispute → du_later]
      and 18 more · all of them: \`/dispute due\` · as of 2026-11-20 12:00 UTC"
    `);
  });

  it('a month', () => {
    const month = requireMonth('2026-11', now);
    const stats = statsOf([
      { status: 'won', reason: 'fraudulent', network: 'visa', answered: true, count: 12 },
      { status: 'lost', reason: 'fraudulent', network: 'visa', answered: true, count: 6 },
      { status: 'lost', reason: 'duplicate', network: 'visa', answered: false, count: 3 },
      { status: 'needs_response', reason: 'duplicate', network: 'mastercard', answered: false, count: 4 },
    ]);
    const standings = shippedProgrammes.map((programme, index) =>
      standingOf(programme, month, {
        disputes: 90,
        warnings: 20,
        warningsWhole: false,
        settled: index === 0 ? 7400 : null,
      }),
    );
    const warningsSince = at('11-10T00:00');
    const facts = { month, stats, standings, warningsSince, partner: 'northpay', wholeAt: now, now };
    expect(read(statsCard(facts))).toMatchInlineSnapshot(`
      "25 disputes opened in 2026-11 at northpay: 57 % won (12 of 21; 95 % interval 37–76 %)
      :bar_chart: *25 disputes opened in 2026-11 at northpay: 57 % won (12 of 21; 95 % interval 37–76 %)*
      *Answered:* 67 % won (12 of 18; 95 % interval 44–84 %)
      *Lost without an answer:* 3 · *Undecided:* 4 · *Inquiries:* 0
      *Reasons*
      • fraudulent: 18 · 67 % won (12 of 18; 95 % interval 44–84 %)
      • duplicate: 7 · 0 % won (0 of 3; 95 % interval 0–56 %)
      *Visa VAMP: at least 1.49 % (90 disputes + 20 known early fraud warnings ÷ 7,400 settled payments)*
      • excessive (1.5 % and 1,500 or more, in force since 1 Apr 2026): it takes at most 1,390 more to reach it
      *Mastercard ECM: 90 counted (90 disputes ÷ settled payments unknown: the books have no view card_settlements)*
      • ECM (1.5 % and 100 or more)
      • HECM (3 % and 300 or more)
      early fraud warnings counted since 2026-11-10 00:00 UTC · as of 2026-11-20 12:00 UTC"
    `);
    const weekly = read(programmesCard({ month, standings, warningsSince, alarm: null, now }));
    expect(weekly).toContain('2026-11 so far');
    expect(weekly).toContain('early fraud warnings counted since 2026-11-10');
  });
});

/** The rows of a card's table, a line each. */
const tableIn = ({ blocks }: Card): string[] =>
  (JSON.parse(JSON.stringify(blocks)) as { rows?: { text?: string; elements?: object[] }[][] }[])
    .flatMap(({ rows = [] }) => rows)
    .map((cells) => cells.map(({ text, elements }) => text ?? JSON.stringify(elements)).join(' | '));

it('the audit log', () => {
  const hash = 'a1b2c3d4e5f60718'.repeat(4);
  const entry = {
    seq: 1,
    at: now,
    previous: '0'.repeat(64),
    hash,
    kind: 'remediation.requested',
    actor: 'U1ANA',
    subjects: ['REM-17', 'pi_1'],
    why: 'Paid twice',
    details: {
      action: 'refund-payment',
      plan: ['Refund 20.00 EUR of pi_1', 'Changes: Refunded: 0.00 EUR → 20.00 EUR'],
      rule: 'everyday',
    },
  };
  const approved = {
    ...entry,
    seq: 2,
    kind: 'remediation.approved',
    actor: 'U2LARS',
    why: null,
    details: { rule: 'everyday', missing: 0 },
  };
  const found = { entries: [approved, entry], more: false };
  const facts = { term: 'REM-17', isPerson: false, head: { seq: 2, hash, at: now } };
  expect(read(auditCard({ found, ...facts }))).toMatchInlineSnapshot(`
    "2 entries for \`REM-17\` in the audit log
    :scroll: *2 entries for \`REM-17\` in the audit log*
    <@U2LARS> approved \`REM-17\`, 2026-11-20 12:00 UTC
    [Raw entry → 2]
    Entry 2 · decided by rule \`everyday\` · about \`pi_1\`
    <@U1ANA> requested \`REM-17\` (Refund 20.00 EUR of pi_1), 2026-11-20 12:00 UTC: “Paid twice”
    [Raw entry → 1]
    Entry 1 · decided by rule \`everyday\` · about \`pi_1\`
    Head #2 \`a1b2c3d4e5f6…\` · each entry carries the hash of the one before it"
  `);
  const long = {
    ...entry,
    subjects: ['REM-17', ...Array.from({ length: 49 }, (_, at) => `c752c3e5-9e0f-4287-ae2d-${at}`)],
    details: { ...entry.details, plan: ['Refund a very long thing '.repeat(40)] },
  };
  const whole = read(
    auditCard({ found: { entries: Array.from({ length: 15 }, () => long), more: true }, ...facts }),
  );
  expect(whole.match(/requested `REM-17`/g)).toHaveLength(15);
  expect(whole).toContain('c752c3e5-9e0f-4287-ae2d-3` and 45 more\n');
  expect(whole).toMatch(/Head #2 .*$/);
});

it('an error', () => {
  const error = new OpsError('misconfigured', 'The books do not let us read payment_attempts.arn.', {
    hint: 'Grant it.',
  });
  expect(read(errorCard(error)).replaceAll(error.errorId, 'REF')).toMatchInlineSnapshot(`
    "The books do not let us read payment_attempts.arn. (REF)
    :warning: *The books do not let us read payment_attempts.arn.*
    Grant it. · Reference \`REF\`"
  `);
});

it('help', () => {
  const command = {
    name: '/payment',
    summary: 'Follow a payment',
    usageHint: 'pi_… | order',
    examples: [{ text: '/payment pi_3Q…', does: 'the trace' }],
  };
  expect(read(helpCard([command]))).toMatchInlineSnapshot(`
    "Paydesk, the payments operations desk: /payment
    *Paydesk*, the payments operations desk. Only you see the answers until you share them.
    */payment* \`pi_… | order\`
    Follow a payment
    • \`/payment pi_3Q…\`  the trace
    Never paste a card number: Paydesk refuses it. To find a card payment, give its last four digits, amount and date."
  `);
});
