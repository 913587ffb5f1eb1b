/**
 * The guarded actions that the cards of payments, disputes and partners offer.
 */
import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/ports/card.js';
import { traceOf } from '../../src/payments/trace.js';
import { actions } from '../../src/remediation/actions/index.js';
import { disputeCard } from '../../src/views/disputes/dispute.js';
import { healthOf } from '../../src/partners/health.js';
import { partnerCard } from '../../src/views/partners/partner.js';
import { paymentTraceCard } from '../../src/views/payments/trace.js';
import { buttonsOn, faultsOf, sourceOf } from '../support/cards.js';
import { aCharge, aDispute, aPayment, aRefund, at, eur, now } from '../support/payment-objects.js';

describe('buttons on other cards', () => {
  /** Watching depends on the trace, and has a test of its own. */
  const offersOn = (card: Card): string[] =>
    buttonsOn(card).filter((text) => text !== 'Watch' && text !== 'Dispute');
  const known = <Value>(value: Value) => ({ state: 'known', value }) as const;
  const none = { state: 'not_applicable' } as const;
  const traceCard = (status: string, refundedMinor: number, changed = {}, found = {}): Card => {
    const findings = {
      id: 'pi_1',
      lookedUp: null,
      partner: null,
      connectedPartner: null,
      attempts: known([]),
      siblings: known([]),
      charges: known([]),
      batch: known([]),
      payment: known(aPayment({ id: 'pi_1', status })),
      charge: known(aCharge({ amountRefunded: eur(refundedMinor) })),
      balanceTransaction: none,
      payout: none,
      ledger: none,
      refunds: none,
      disputes: none,
      warnings: none,
      ...found,
    };
    const trace = traceOf(findings, { captureMs: 1, payoutMs: 1, ledgerMs: 1, openDay: (day) => day }, now);
    return paymentTraceCard({
      trace,
      complete: true,
      links: () => null,
      sharedBy: null,
      startable: actions,
      revealable: false,
      ...changed,
    });
  };

  it.each([
    ['something is left to refund', 'succeeded', 0, {}, ['Share', 'Refund…']],
    ['a part is left', 'succeeded', 500, {}, ['Share', 'Refund…']],
    ['nothing is left', 'succeeded', 2000, {}, ['Share']],
    ['it is authorised', 'requires_capture', 0, {}, ['Share', 'Capture…', 'Cancel payment…']],
    ['no money was taken', 'requires_payment_method', 0, {}, ['Share', 'Cancel payment…']],
    ['it is over', 'canceled', 0, {}, ['Share']],
    ['guarded actions are not configured', 'succeeded', 0, { startable: [] }, ['Share']],
    [
      'the desk does not have the action',
      'succeeded',
      0,
      { startable: actions.filter(({ id }) => id === 'cancel-payment') },
      ['Share'],
    ],
    ['it was shared', 'succeeded', 0, { sharedBy: 'U1ANA' }, []],
    ['a source has yet to answer', 'succeeded', 0, { complete: false }, []],
  ])('a payment where %s', (_reason, status, refunded, changed, expected) => {
    const card = traceCard(status, refunded, changed);
    expect(faultsOf(card)).toEqual([]);
    expect(offersOn(card)).toEqual(expected);
  });

  const disputed = (changed: Parameters<typeof aDispute>[0]) => ({ disputes: known([aDispute(changed)]) });
  const release = aRefund({ amount: eur(1400), balanceTransactionId: null });
  it.each<[string, object, readonly string[]]>([
    ['with a dispute that is due', disputed({}), ['Submit evidence…', 'Accept…']],
    ['with a dispute that names no date', disputed({ respondBy: null }), ['Submit evidence…', 'Accept…']],
    ['with a dispute that hears no answer', disputed({ respondBy: null, answerAllowed: false }), ['Accept…']],
    ['with a dispute whose day is past', disputed({ respondBy: at('11-20T09:00') }), ['Accept…']],
    ['with a dispute that is answered', disputed({ status: 'under_review' }), []],
    [
      'with an inquiry, which is no dispute yet',
      disputed({ status: 'warning_needs_response', isChargeRefundable: true }),
      ['Submit evidence…', 'Accept…', 'Refund…'],
    ],
    ['with a lost dispute', disputed({ status: 'lost' }), []],
    [
      'with a debit that was returned',
      disputed({ status: 'lost', reason: 'debit_not_authorized', isChargeRefundable: true }),
      [],
    ],
    [
      'with a won dispute, as the provider says',
      disputed({ status: 'won', isChargeRefundable: true }),
      ['Refund…'],
    ],
    [
      'captured in part, whose rest was released',
      {
        charge: known(aCharge({ amountCaptured: eur(600), amountRefunded: eur(1400) })),
        refunds: known([release]),
      },
      ['Refund…'],
    ],
    [
      'captured in parts, with more to come',
      { payment: known(aPayment({ id: 'pi_1', status: 'requires_capture', amountReceived: eur(800) })) },
      [],
    ],
    [
      'captured in parts, up to what was authorised',
      { payment: known(aPayment({ id: 'pi_1', status: 'requires_capture', amountReceived: eur(2000) })) },
      [],
    ],
    [
      'of which nothing is authorised',
      { payment: known(aPayment({ id: 'pi_1', status: 'requires_capture', amountCapturable: eur(0) })) },
      ['Cancel payment…'],
    ],
    ['whose charge cannot be read', { charge: { state: 'failed', why: 'odd' } }, []],
    ['with a refund on its way over all of it', { refunds: known([aRefund({ status: 'pending' })]) }, []],
    ['with a refund that failed', { refunds: known([aRefund({ status: 'failed' })]) }, ['Refund…']],
  ])('a payment %s', (_what, found, expected) => {
    const card = traceCard('succeeded', 0, {}, found);
    expect(faultsOf(card)).toEqual([]);
    expect(offersOn(card)).toEqual(['Share', ...expected]);
  });

  const second = aCharge({ id: 'ch_2', createdAt: at('11-10T10:05') });
  const twice = (changed: object = {}) => ({ charges: known([second, aCharge()]), ...changed });
  it.each<[string, object, readonly string[]]>([
    ['and kept', twice(), ['Refund the second…']],
    [
      'and then once more',
      { charges: known([aCharge({ id: 'ch_3', createdAt: at('11-10T10:07') }), second, aCharge()]) },
      ['Refund the last…'],
    ],
    [
      'and the first is disputed',
      twice(disputed({ chargeId: 'ch_1paid' })),
      ['Submit evidence…', 'Accept…', 'Refund the second…'],
    ],
    [
      'and the second is disputed: refunding it would pay twice',
      twice(disputed({ chargeId: 'ch_2' })),
      ['Submit evidence…', 'Accept…'],
    ],
    [
      'and a refund of the second is pending',
      twice({ refunds: known([aRefund({ chargeId: 'ch_2', status: 'pending' })]) }),
      ['Refund…'],
    ],
  ])('a payment that was captured twice %s', (_what, found, expected) => {
    expect(offersOn(traceCard('succeeded', 0, {}, found))).toEqual(['Share', ...expected]);
  });

  it('an answer is about the dispute, a refund about the payment', () => {
    const source = sourceOf(
      traceCard('succeeded', 0, {}, disputed({ status: 'warning_needs_response', isChargeRefundable: true })),
    );
    expect(source).toContain('[Submit evidence… → submit-evidence:dispute:du_1]');
    expect(source).toContain('[Refund… → refund-payment:payment:pi_1]');
  });

  it('a button says which action, of what, and which one', () => {
    expect(sourceOf(traceCard('succeeded', 0))).toContain('[Refund… → refund-payment:payment:pi_1]');
  });

  it.each([
    ['needs_response', actions, ['Submit evidence…', 'Stage evidence…', 'Accept…', 'Payment']],
    ['warning_needs_response', actions, ['Submit evidence…', 'Stage evidence…', 'Accept…', 'Payment']],
    ['appeal_needs_response', actions, ['Payment']],
    ['won', actions, ['Payment']],
    ['needs_response', [], ['Payment']],
  ])('a dispute that is %s', (status, startable, expected) => {
    const dispute = aDispute({ status });
    const card = disputeCard({
      owner: { id: null },
      note: null,
      isAwaited: false,
      packet: null,
      readerId: 'U1ANA',
      dispute,
      urgency: null,
      around: { refunds: [], others: [], warnings: [] },
      now,
      links: () => null,
      startable,
    });
    expect(faultsOf(card)).toEqual([]);
    expect(offersOn(card)).toEqual(expected);
  });

  it('a partner', () => {
    const measured = { unknown: 'no books' };
    const facts = {
      id: 'northpay',
      name: 'Northpay',
      status: null,
      signals: [],
      hasPage: true,
      measured,
      health: healthOf(null, measured, now),
      statements: null,
      breaks: null,
      alerts: null,
      products: null,
      metrics: [],
      help: { contact: null, escalation: [], runbooks: [] },
      now,
    };
    expect(buttonsOn(partnerCard({ ...facts, startable: actions }))).toEqual([
      'Scorecard',
      'Pause a route…',
      'Message…',
    ]);
    expect(buttonsOn(partnerCard({ ...facts, startable: [] }))).toEqual(['Scorecard']);
  });
});
