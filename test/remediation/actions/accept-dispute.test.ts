/** A dispute that is given up: only by who types its amount, only while it is open, and once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acceptDispute } from '../../../src/remediation/actions/accept-dispute.js';
import {
  codeOf,
  faultsOf,
  openDispute,
  openDisputesDesk,
  planOf,
  type DisputesDesk,
} from '../disputes-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: DisputesDesk;
let dispute: string;
beforeAll(async () => {
  at = await openDisputesDesk();
});
afterAll(() => at.api.close());
beforeEach(async () => {
  at.api.resetFaults();
  dispute = await at.openDispute();
});

const unique = (): string => `rem_1:${dispute}`;
const effect = { id: null, summary: '' };

describe('what is typed', () => {
  it.each([
    ['nothing', '', /Required/],
    ['too little', '24.99', /disputed amount is 25\.00 USD: type exactly that/],
    ['too much', '2500', /25\.00 USD/],
    ['another currency', '25.00 EUR', /is USD, not EUR/],
    ['too many decimals', '25.000', /USD has 2 decimals/],
    ['an exponent', '2.5e1', /Enter an amount above zero/],
    ['a sign', '-25.00', /Enter an amount above zero/],
    ['zero', '0', /above zero/],
    ['another script', '２５.00', /Enter an amount above zero/],
    ['a word', 'yes', /Enter an amount above zero/],
  ])('does not give a dispute up: %s', async (_reason, acknowledged, message) => {
    expect(await faultsOf(acceptDispute, { dispute, acknowledged }, at.desk)).toEqual([
      { field: 'acknowledged', message: expect.stringMatching(message) as string },
    ]);
  });

  it.each(['25', '25.0', '25.00 USD', '25 usd'])('gives it up as “%s”', async (acknowledged) => {
    expect(await faultsOf(acceptDispute, { dispute, acknowledged }, at.desk)).toEqual([]);
  });
});

describe('a dispute', () => {
  it.each(['under_review', 'won', 'lost', 'warning_closed', 'prevented'])(
    'that is %s cannot be accepted',
    async (status) => {
      const id = await at.openDispute({ status });
      expect(await faultsOf(acceptDispute, { dispute: id, acknowledged: '25' }, at.desk)).toEqual([
        { field: 'dispute', message: expect.stringContaining(status) as string },
      ]);
    },
  );

  it('over its day can still be given up', async () => {
    await at.details(dispute, { due_by: 0 });
    const { preview } = await planOf(acceptDispute, { dispute, acknowledged: '25' }, at.desk);
    expect(preview.changes.at(-1)).toMatch(/^The network allows no response/);
  });
});

describe('a plan', () => {
  it('says what is lost, and that it is lost for good', async () => {
    const id = await at.openDispute({ is_charge_refundable: true });
    const { preview } = await planOf(acceptDispute, { dispute: id, acknowledged: '25' }, at.desk);
    expect(preview).toMatchObject({
      headline: `Accept dispute ${id} (25.00 USD) as lost`,
      changes: [
        'Customer’s claim: fraudulent (visa 10.4)',
        'The customer keeps 25.00 USD.',
        expect.stringMatching(
          /^Who answers at the deadline: If you provide no evidence, the provider/,
        ) as string,
        expect.stringMatching(/^Response due by/) as string,
      ],
      affected: [expect.stringMatching(/^pi_\w+ can still be refunded/) as string],
      undo: null,
      value: { minor: 2500n, currency: 'USD' },
      subject: { kind: 'dispute', id },
      merchant: 'Larkspur Tents',
    });
    expect(preview.irreversible).toMatch(/closes as lost/);
  });

  it('is no longer valid once somebody answered', async () => {
    const plan = await planOf(acceptDispute, { dispute, acknowledged: '25' }, at.desk);
    await at.stripe.disputes.update(dispute, { evidence: { product_description: 'a' } });
    expect((await acceptDispute.changesSince(plan, at.desk)).join('\n')).toMatch(/under_review/);
    expect(await codeOf(acceptDispute.execute(plan, unique(), at.desk))).toBe('invalid');
    expect((await acceptDispute.readBack(plan, unique(), at.desk)).kind).toBe('cannot_tell');
    expect((await acceptDispute.verify(plan, unique(), effect, at.desk)).kind).toBe('wrong');
  });
});

describe('executed', () => {
  it.each([
    ['a dispute', 'needs_response', 'lost'],
    ['an inquiry', 'warning_needs_response', 'warning_closed'],
  ])('%s is closed', async (_what, status, closed) => {
    const id = await at.openDispute({ status });
    const plan = await planOf(acceptDispute, { dispute: id, acknowledged: '25' }, at.desk);
    expect((await acceptDispute.readBack(plan, id, at.desk)).kind).toBe('not_done');
    expect((await acceptDispute.verify(plan, id, effect, at.desk)).kind).toBe('not_yet');
    const done = await acceptDispute.execute(plan, id, at.desk);
    expect(done).toEqual({ id: id, summary: `${id} is ${closed}.` });
    expect(await acceptDispute.readBack(plan, id, at.desk)).toEqual({ kind: 'done', effect: done });
    expect((await acceptDispute.verify(plan, id, done, at.desk)).kind).toBe('visible');
  });

  it.each([
    ['before', 'drop', 'not_done'],
    ['after', 'crash_after_effect', 'done'],
  ] as const)('with the connection lost %s it, it is closed once', async (_when, kind, found) => {
    const plan = await planOf(acceptDispute, { dispute, acknowledged: '25' }, at.desk);
    at.api.setFault({ kind, path: '/v1/disputes' });
    expect(await codeOf(acceptDispute.execute(plan, unique(), at.desk))).toBe('unknown_outcome');
    expect((await acceptDispute.readBack(plan, unique(), at.desk)).kind).toBe(found);
    await acceptDispute.execute(plan, unique(), at.desk);
    expect(at.count('charge.dispute.closed')).toBe(1);
  });
});

underOrdeals(acceptDispute, async ({ payments }) => {
  const id = await openDispute(payments);
  return {
    typed: { dispute: id, acknowledged: '25' },
    effects: async () => Number((await payments.get(`disputes/${id}`)).status === 'lost'),
  };
});
