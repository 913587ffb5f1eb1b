/**
 * How long the sandbox's payments API takes to search its eight weeks of charges, by what a person remembers of one.
 *
 * Run: `npm run bench:search`.
 */
import { startPaymentsApi } from '../sandbox/payments-api/server.js';
import { historyHours, hourOf } from '../sandbox/world/clock.js';
import { paymentsApiPartner } from '../sandbox/world/partners.js';
import { createWorld } from '../sandbox/world/world.js';
import { ms } from './harness.js';

const rounds = 5;
const apiKey = 'sk_test_bench';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const world = createWorld({ seed: 'bench', attemptsPerHour: 238 });
const clock = { now: () => new Date('2026-11-18T12:00:00Z') };
const api = await startPaymentsApi({ port: 0, host: '127.0.0.1', world, clock, apiKey, log: say });
try {
  const get = async <T>(path: string): Promise<T> =>
    (await (
      await fetch(`${api.baseUrl}${path}`, { headers: { authorization: `Bearer ${apiKey}` } })
    ).json()) as T;
  type Charge = {
    amount: number;
    created: number;
    customer: string;
    payment_method_details: { card?: { last4: string } };
  };
  const recent = await get<{ data: Charge[] }>('/v1/charges?limit=100');
  const known = recent.data.find(({ payment_method_details: { card } }) => card !== undefined);
  if (known === undefined) throw new Error('no charge by card');
  const last4 = known.payment_method_details.card?.last4 ?? '';
  const queries = {
    'card and amount': `payment_method_details.card.last4:"${last4}" AND amount:${known.amount}`,
    card: `payment_method_details.card.last4:"${last4}"`,
    'amount that nobody paid': 'amount:1',
    'card that nobody has, and a day':
      'payment_method_details.card.last4:"0000" AND created>1794000000 AND created<1794086400',
    'customer and amount': `customer:"${known.customer}" AND amount:1`,
    'foreign metadata': 'metadata["invoice"]:"4711"',
    'status and amount': 'status:"failed" AND amount>100000',
  };
  const partner = world.partners.find(({ id }) => id === paymentsApiPartner);
  if (partner === undefined) throw new Error('no partner');
  const now = hourOf(clock.now().getTime());
  const hours = Array.from({ length: historyHours }, (_, back) => now - back);
  const charges = hours
    .flatMap((hour) => world.attemptsOfHour(hour))
    .filter(({ order }) => order.route.partner === partner).length;
  say(`${charges} charges`);
  for (const [what, query] of Object.entries(queries)) {
    const took: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const startedMs = performance.now();
      await get(`/v1/charges/search?limit=100&query=${encodeURIComponent(query)}`);
      took.push(ms(performance.now() - startedMs));
    }
    say(`${what}: ${took.join(', ')}`);
  }
} finally {
  await api.close();
}
