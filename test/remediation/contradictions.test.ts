/** Two requests of which only one can be meant: the second is not entered and points to the first. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actions } from '../../src/remediation/actions/index.js';
import { contradictions } from '../../src/remediation/life/contradictions.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import { openPaymentsDesk, type PaymentsDesk } from './payments-desk.js';
import { ballotOf, startCompany, type Company, type Replica } from './support.js';

let at: PaymentsDesk;
let company: Company;
let replica: Replica;
beforeAll(async () => {
  [at, company] = await Promise.all([openPaymentsDesk(), startCompany()]);
  at.clock.advance(company.clock.now().getTime() - at.clock.now().getTime());
  replica = another();
});
afterAll(() => Promise.all([at.api.close(), company.close()]));

const another = (): Replica => company.replica({ actions, world: { ...at.desk, clock: company.clock } });

let forms = 0;
async function request(
  by: Replica,
  action: string,
  typed: Record<string, string>,
  glass = false,
): Promise<Snapshot> {
  const asked = await by.desk.request({
    formKey: `form-${forms++}`,
    action,
    typed,
    why: 'a drill',
    channelId: 'C0DESK000',
    requesterId: glass ? 'mo' : 'ana',
    breakGlass: glass,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  return asked.snapshot;
}

const authorised = async (): Promise<string> => (await at.pay({ capture_method: 'manual' })).payment;
const reason = 'duplicate';

it('a cancellation while a capture is open names the capture, until that is decided', async () => {
  const payment = await authorised();
  const capture = await request(replica, 'capture-payment', { payment });
  const { id } = capture.remediation;
  await expect(request(replica, 'cancel-payment', { payment, reason })).rejects.toMatchObject({
    code: 'conflict',
    publicMessage: `${id} (Capture payment) is open for the same item and conflicts with this.`,
  });
  await replica.desk.reject(ballotOf(capture, 'eve'), 'not this one');
  await expect(request(replica, 'cancel-payment', { payment, reason })).resolves.toBeDefined();
});

it('the other way round, and while it is approved', async () => {
  const payment = await authorised();
  const cancel = await request(replica, 'cancel-payment', { payment, reason });
  await replica.desk.approve(ballotOf(cancel, 'eve'), null);
  await expect(request(replica, 'capture-payment', { payment })).rejects.toThrow('Cancel payment');
});

it('at once, on two replicas: one of them is entered', async () => {
  const payment = await authorised();
  const both = await Promise.allSettled([
    request(replica, 'capture-payment', { payment }),
    request(another(), 'cancel-payment', { payment, reason }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

it.each([
  ['the same about another payment', async () => ({ payment: await authorised(), reason }), false],
  ['behind broken glass', async (payment: string) => Promise.resolve({ payment, reason }), true],
] as const)('%s is entered', async (_what, typed, glass) => {
  const payment = await authorised();
  await request(replica, 'capture-payment', { payment });
  await expect(request(replica, 'cancel-payment', await typed(payment), glass)).resolves.toBeDefined();
});

it('names actions that there are', () => {
  const known = actions.map(({ id }) => id);
  expect(contradictions.flat().filter((id) => !known.includes(id))).toEqual([]);
});
