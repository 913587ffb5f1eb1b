/** Cancelling payouts at the stateful payments API: only a pending one that a person started. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelPayout } from '../../../src/remediation/actions/cancel-payout.js';
import { hourMs } from '../../../src/kernel/clock.js';
import type { Plan } from '../../../src/remediation/kit/action.js';
import { collect } from '../../sandbox/payments-api/support.js';
import { codeOf, only, openPaymentsDesk, planned, refused, type PaymentsDesk } from '../payments-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PaymentsDesk;
beforeAll(async () => {
  at = await openPaymentsDesk();
});
afterEach(() => at.api.resetFaults());
afterAll(() => at.api.close());

const plan = (payout: string): Promise<Plan> => planned(cancelPayout, { payout }, at.desk);
const faults = (payout: string) => refused(cancelPayout, { payout }, at.desk);
const start = async (): Promise<string> =>
  (await at.stripe.payouts.create({ amount: 70_000, currency: 'eur' })).id;
const put = async (payout: string, fields: object) =>
  at.api.putObjects([{ ...(await at.get(`payouts/${payout}`)), ...fields }]);

describe('what cannot be cancelled', () => {
  it.each(['', 'pi_123', 'po_１２３', 'po_../charges', 'po_123 ,'])('“%s”, which is no payout', (payout) => {
    expect(cancelPayout.faultsOf({ payout })).toHaveLength(1);
  });

  it('one that is not ours', async () => {
    expect(await faults('po_3OfAnotherAccount')).toEqual(only('payout', /no object with this ID/));
  });

  it('an automatic one, and one that arrived: both are reported', async () => {
    const payouts = await collect(at.stripe.payouts.list({ limit: 20 }), 20);
    const paid = payouts.find(({ automatic, status }) => automatic && status === 'paid')!;
    expect(await faults(paid.id)).toEqual([
      ...only('payout', /is automatic: only a manual payout/),
      ...only('payout', /is paid: only a pending payout/),
    ]);
  });

  it('an automatic one although it is pending', async () => {
    const payout = await start();
    await put(payout, { automatic: true });
    expect(await faults(payout)).toEqual(only('payout', /is automatic/));
  });

  it('one that collects what the balance owes from the bank account', async () => {
    const payout = await start();
    await put(payout, { amount: -5_000 });
    expect(await faults(payout)).toEqual(only('payout', /collects 50\.00 EUR from the bank account/));
  });

  it.each(['in_transit', 'paid', 'failed', 'canceled', 'a_word_to_come'])(
    'one that is %s',
    async (status) => {
      const payout = await start();
      await put(payout, { status });
      expect(await faults(payout)).toEqual(only('payout', new RegExp(`is ${status}: only a pending payout`)));
    },
  );
});

it('the form offers the pending ones that a person started, the next to set out first', async () => {
  const offered = () =>
    cancelPayout.fields.payout!.suggest!(at.desk, { about: null, typed: {} }, new AbortController().signal);
  const before = (await offered()).map(({ value }) => value);
  const [later, sooner, automatic, sent] = [await start(), await start(), await start(), await start()];
  const arrival = Number((await at.get(`payouts/${later}`)).arrival_date);
  await put(sooner, { arrival_date: arrival - 86_400 });
  await put(automatic, { automatic: true });
  await put(sent, { status: 'in_transit' });
  const choices = (await offered()).filter(({ value }) => !before.includes(value));
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  expect(choices).toEqual([
    { value: sooner, label: `700.00 EUR, to arrive ${day(arrival - 86_400)}`, description: sooner },
    { value: later, label: `700.00 EUR, to arrive ${day(arrival)}`, description: later },
  ]);
});

it('the plan says what the bank account does not get, and how to undo it', async () => {
  const payout = await start();
  expect((await plan(payout)).preview).toEqual({
    headline: `Cancel payout ${payout} of 700.00 EUR`,
    changes: ['Status: pending → canceled', 'Balance with the provider: +700.00 EUR, available again'],
    affected: ['700.00 EUR will not arrive in the company’s bank account on 2026-11-20.'],
    undo: 'Create a new manual payout of 700.00 EUR at the provider. It will arrive later than this one.',
    irreversible: null,
    value: { minor: 70_000n, currency: 'EUR' },
    subject: { kind: 'payout', id: payout },
    partner: 'stripe',
    merchant: null,
  });
});

describe('doing it', () => {
  it('cancels, is found again and verified', async () => {
    const payout = await start();
    const made = await plan(payout);
    expect(await cancelPayout.changesSince(made, at.desk)).toEqual([]);
    expect((await cancelPayout.readBack(made, 'key-happy', at.desk)).kind).toBe('not_done');
    const effect = await cancelPayout.execute(made, 'key-happy', at.desk);
    expect(effect).toEqual({ id: payout, summary: `Payout ${payout} of 700.00 EUR is cancelled.` });
    expect(await at.get(`payouts/${payout}`)).toMatchObject({ status: 'canceled' });
    expect(await cancelPayout.readBack(made, 'key-happy', at.desk)).toEqual({ kind: 'done', effect });
    expect((await cancelPayout.verify(made, 'key-happy', effect, at.desk)).kind).toBe('visible');
  });

  it.each([
    ['pending', 'not_yet'],
    ['in_transit', 'wrong'],
    ['paid', 'wrong'],
  ])('a payout that is %s afterwards', async (status, kind) => {
    const payout = await start();
    const made = await plan(payout);
    await put(payout, { status });
    const effect = { id: payout, summary: '' };
    expect((await cancelPayout.verify(made, 'key', effect, at.desk)).kind).toBe(kind);
    expect(await cancelPayout.readBack(made, 'key', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [`Payout ${payout} is ${status}.`],
    });
  });

  it.each([
    ['crash_after_effect', 'done'],
    ['drop', 'not_done'],
  ] as const)(
    'an answer that is lost (%s): unknown, then %s, and sent again it acts once',
    async (kind, settled) => {
      const payout = await start();
      const made = await plan(payout);
      const key = `key-${kind}`;
      at.api.setFault({ kind, path: '/v1/payouts/' });
      expect(await codeOf(cancelPayout.execute(made, key, at.desk))).toBe('unknown_outcome');
      expect((await cancelPayout.readBack(made, key, at.desk)).kind).toBe(settled);
      at.changes.length = 0;
      await cancelPayout.execute(made, key, at.desk);
      await cancelPayout.execute(made, key, at.desk);
      expect(at.changes.map(({ type }) => type)).toEqual(kind === 'drop' ? ['payout.canceled'] : []);
      expect((await cancelPayout.readBack(made, key, at.desk)).kind).toBe('done');
    },
  );

  it('it set out meanwhile: told in words, and refused without an effect', async () => {
    const payout = await start();
    const made = await plan(payout);
    at.clock.advance(2 * hourMs);
    expect(await cancelPayout.changesSince(made, at.desk)).toEqual([
      'status: pending → in_transit',
      `${payout} is in_transit: only a pending payout can be cancelled.`,
    ]);
    expect(await codeOf(cancelPayout.execute(made, 'key-late', at.desk))).toBe('invalid');
    expect((await cancelPayout.readBack(made, 'key-late', at.desk)).kind).toBe('not_done');
  });
});

underOrdeals(cancelPayout, async ({ payments }) => {
  const { id } = await payments.stripe.payouts.create({ amount: 700, currency: 'eur' });
  return {
    typed: { payout: id },
    effects: async () => Number((await payments.get(`payouts/${id}`)).status === 'canceled'),
  };
});
