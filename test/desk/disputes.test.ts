/**
 * Disputes as their people meet them: an event comes by webhook, a card appears, somebody takes it; and what senders of
 * webhooks try that are not the provider. The real desk against all stand-ins.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../sandbox/payments-api/webhooks.js';
import { everySecond, startDesk, textOf, until, webhookSecret, type TestDesk } from '../support/desk.js';

let desk: TestDesk;
let [ana, mei] = ['', ''];

beforeAll(async () => {
  desk = await startDesk('socket', {
    schedules: { disputeRegister: everySecond, disputeReminders: everySecond },
  });
  const { users } = await desk.state();
  [ana, mei] = ['ana', 'mei'].map((wanted) => users.find(({ name }) => name === wanted)?.id ?? '') as [
    string,
    string,
  ];
  await until(
    'all disputes are known',
    async () => !textOf(await desk.command('/dispute')).includes('so far'),
  );
});
afterAll(() => desk.close());

const messagesIn = async (channel: string) =>
  (await desk.state()).channels.find(({ name }) => name === channel)?.messages ?? [];
const saidIn = async (channel: string, text: string) =>
  (await messagesIn(channel)).filter((message) => JSON.stringify(message).includes(text));

interface Happened {
  result: { dispute: string; payment: string; payout: string; refund: string };
}
const happens = async (name: string): Promise<Happened['result']> =>
  ((await desk.scenario(name)) as Happened).result;

/** The card of a dispute in its channel. */
const cardOf = (id: string) => until(`the card of ${id}`, async () => (await cardsOf(id))[0]);

/** In the channel itself, for everybody. */
const cardsOf = async (id: string) =>
  (await saidIn('disputes', id)).filter(
    ({ ts, thread_ts = ts, ephemeral_to }) => thread_ts === ts && ephemeral_to === undefined,
  );

/** What only the one who pressed reads. */
const heard = (text: string) => until(`“${text}”`, async () => (await saidIn('disputes', text))[0]);

const press = (user: string, card: { ts: string }, action_id: string) =>
  desk.action({ user, channel: 'disputes', ts: card.ts, action_id });

describe('a new dispute', () => {
  it('has one card within seconds, which says when a response is due', async () => {
    const startedAt = performance.now();
    const { dispute } = await happens('new-dispute');
    const card = await cardOf(dispute);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(card.text).toMatch(/^Dispute for 49\.00 EUR: response due by /);
    const queue = await desk.command('/dispute due');
    expect(textOf(queue)).toContain(dispute);
    expect(await cardsOf(dispute)).toHaveLength(1);
  });

  it('is taken from its card, and everywhere says by whom', async () => {
    const { dispute } = await happens('new-dispute');
    await press('ana', await cardOf(dispute), 'dispute_take');
    expect((await heard('You own it now.')).ephemeral_to).toBe(ana);
    await until('the card names her', async () =>
      JSON.stringify(await cardOf(dispute)).includes(`*Owner:* <@${ana}>`),
    );
    expect(textOf(await desk.command(`/dispute ${dispute}`))).toContain(`*Owner:* <@${ana}>`);
    expect(textOf(await desk.command('/dispute due'))).toContain(`"user_id":"${ana}"`);
    await press('mei', await cardOf(dispute), 'dispute_take');
    await heard(`You took it over from <@${ana}>.`);
    await until('the thread says so', async () =>
      (await saidIn('disputes', `<@${mei}> took it over from <@${ana}>.`)).find(({ thread_ts }) => thread_ts),
    );
    await until('it can be given back', async () =>
      JSON.stringify(await cardOf(dispute)).includes(`${dispute} ${mei}`),
    );
    await press('mei', await cardOf(dispute), 'dispute_release');
    await until('it has no owner', async () => JSON.stringify(await cardOf(dispute)).includes('none yet'));
    expect(textOf(await desk.command(`/audit ${dispute}`))).toMatch(/took .* over/);
  });

  it('opens from the queue by its number, and a guest cannot take it', async () => {
    const queue = await desk.command('/dispute due', { user: 'ana', channel: 'payments-ops' });
    const ts = queue.messages[0]?.ts ?? '';
    const opened = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts,
      action_id: 'dispute_open_1',
    });
    expect(textOf(opened)).toContain('Who answers at the deadline');
    const { users } = await desk.state();
    const guest = users.find(({ is_restricted }) => is_restricted)?.name ?? '';
    const { dispute } = await happens('new-dispute');
    const before = await desk.command(`/dispute ${dispute}`);
    const refused = await desk.action({
      user: guest,
      channel: 'payments-ops',
      ts: before.messages[0]?.ts ?? '',
      action_id: 'dispute_take',
    });
    expect(textOf(refused)).not.toContain('You own it now.');
    expect(textOf(await desk.command(`/dispute ${dispute}`))).toContain('none yet');
  });
});

describe('draft evidence', () => {
  it('is on the card, in the channel and in the form, each statement with its source', async () => {
    const { dispute } = await happens('new-dispute');
    await until('the thread says how ready it is', async () =>
      (await saidIn('disputes', 'Draft evidence is nearly ready: attach the shipping documentation.')).find(
        ({ thread_ts }) => thread_ts !== undefined,
      ),
    );
    await until('the card in the channel says it', async () =>
      JSON.stringify(await cardOf(dispute)).includes('*Draft evidence:* nearly ready'),
    );
    const card = await desk.command(`/dispute ${dispute}`);
    expect(textOf(card)).toMatch(/shipping tracking number: PH\d+ \(deliveries `DLV-ch_\w+`\)/);
    expect(textOf(card)).toMatch(/attach the shipping documentation: `deliveries\/ch_\w+-handed-over\.pdf`/);
    expect(textOf(card)).not.toContain('12 Mill Lane');
    const opened = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts: card.messages[0]?.ts ?? '',
      action_id: 'remediation_start_stage-evidence',
    });
    const form = JSON.stringify(opened.view);
    expect(form).toContain('"initial_value":"Parcelhound"');
    expect(form).toContain('12 Mill Lane');
    expect(textOf(await desk.command(`/audit ${dispute}`))).toContain('opened the draft answer');
  });

  it('names a view that is gone as a gap', async () => {
    const { dispute } = await happens('new-dispute');
    const owner = new pg.Client({ connectionString: desk.urls.books });
    await owner.connect();
    try {
      await owner.query('alter view deliveries rename to parcels');
      const answer = textOf(await desk.command(`/dispute ${dispute}`));
      expect(answer).toContain('the books have no view deliveries');
      expect(answer).toContain('not ready');
    } finally {
      await owner.query('alter view parcels rename to deliveries');
      await owner.end();
    }
  });
});

describe('other news of the provider', () => {
  it.each([
    ['fraud-warning', 'payment', 'disputes', /^Early fraud warning for 49\.00 EUR/],
    ['failed-payout', 'payout', 'partner-alerts', /^Payout of .* failed: account closed$/],
    ['failed-refund', 'refund', 'partner-alerts', /^Refund of .* failed: expired or canceled card$/],
  ] as const)('%s: one card', async (scenario, object, channel, title) => {
    const { [object]: id } = await happens(scenario);
    const card = await until(scenario, async () =>
      (await saidIn(channel, id)).find(({ text }) => title.test(text)),
    );
    expect(card.text).toMatch(title);
    await resend(card.text);
    expect((await saidIn(channel, id)).filter(({ text }) => title.test(text))).toHaveLength(1);
  });

  it('an alert about its health is a signal of the partner, until it ends', async () => {
    await desk.scenario('partner-outage');
    const signal = () =>
      until(
        'the signal',
        async () => (await saidIn('partner-alerts', 'Requests to /v1/payment_intents fail'))[0],
      );
    expect((await signal()).text).toMatch(/ reports api error$/);
    await desk.scenario('partner-outage', { action: 'stop' });
    await until('it is over', async () => (await signal()).text.includes('has recovered from api error'));
    expect(await saidIn('partner-alerts', 'Requests to /v1/payment_intents fail')).toHaveLength(1);
  });

  /** Everything that was sent lately, once more and in the wrong order. */
  async function resend(_until: string): Promise<void> {
    const events = await desk.paymentsApi.newestEvents(40);
    for (const event of events) expect((await post(JSON.stringify(event))).status).toBe(200);
  }
});

const address = (): string => `http://127.0.0.1:${desk.paydesk.port}/webhooks/stripe`;
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

const post = async (
  body: string,
  signature: string | null = signatureOf(webhookSecret, nowSeconds(), body),
): Promise<{ status: number; text: string }> => {
  const headers: Record<string, string> = signature === null ? {} : { 'stripe-signature': signature };
  const answer = await fetch(address(), { method: 'POST', body, headers });
  return { status: answer.status, text: await answer.text() };
};

let number = 0;
const anEvent = (id: string, dispute: string, padding = 0): string =>
  JSON.stringify({
    id,
    object: 'event',
    type: 'charge.dispute.created',
    created: nowSeconds(),
    data: { object: { id: dispute, object: 'dispute', evidence: 'x'.repeat(padding) } },
  });
const newId = (): string => `evt_test_${(number += 1)}`;

describe('a webhook', () => {
  it.each<[string, (body: string) => string | null, string]>([
    ['forged', (body) => signatureOf('whsec_another_secret', nowSeconds(), body), 'another secret'],
    ['unsigned', () => null, 'no header'],
    ['replayed', (body) => signatureOf(webhookSecret, nowSeconds() - 3600, body), 'recorded an hour ago'],
    ['changed', () => signatureOf(webhookSecret, nowSeconds(), '{}'), 'another body'],
  ])('that is %s is refused and leaves nothing: %s', async (_name, sign) => {
    const id = newId();
    const body = anEvent(id, 'du_1');
    expect(await post(body, sign(body))).toEqual({
      status: 400,
      text: 'The signature of this request does not verify.\n',
    });
    expect(desk.log.join()).not.toContain(id);
  });

  it('signed with the secret that is being retired is taken', async () => {
    const body = anEvent(newId(), 'du_nowhere1');
    expect((await post(body, signatureOf('whsec_retired_one', nowSeconds(), body))).status).toBe(200);
  });

  it('sent twice, and at once, is one', async () => {
    const body = anEvent(newId(), 'du_nowhere2');
    const answers = await Promise.all([post(body), post(body), post(body)]);
    expect(answers.map(({ text }) => text).sort()).toEqual([
      'Kept.\n',
      'Known already.\n',
      'Known already.\n',
    ]);
  });

  it('of a megabyte is taken, and a longer one is not', async () => {
    const room = 1_048_576 - anEvent('evt_test_big1', 'du_nowhere3').length;
    expect((await post(anEvent('evt_test_big1', 'du_nowhere3', room))).status).toBe(200);
    const long = await post(anEvent('evt_test_big2', 'du_nowhere3', room + 1)).catch(() => ({ status: 413 }));
    expect(long.status).toBe(413);
  });

  it.each([
    ['not JSON at all', 400],
    ['null', 400],
    ['[]', 400],
    ['{"id":"evt_1","object":"event","type":"charge.dispute.created"}', 400],
    ['{"id":"evt 1","object":"event","type":"x","created":1,"data":{"object":{}}}', 400],
    [
      '{"id":"evt_x1","object":"event","type":"plan.created","created":1,"data":{"object":{"id":"plan_1"}}}',
      200,
    ],
    [
      '{"id":"evt_x2","object":"event","type":"charge.dispute.closed","created":1,"data":{"object":{"id":7}}}',
      200,
    ],
  ])('that says %s gets %i', async (body, status) => {
    expect((await post(body)).status).toBe(status);
    expect((await fetch(address())).status).toBe(405);
  });

  it('about something that the provider has not is worked off and forgotten', async () => {
    const id = newId();
    await post(anEvent(id, 'du_nowhere9'));
    await until('it is finished', () =>
      Promise.resolve(desk.log.every((line) => !line.includes(id) || !line.includes('an event waits'))),
    );
  });

  it('whose end arrives before its beginning makes one card, of the end', async () => {
    const { dispute } = await happens('new-dispute');
    const body = JSON.stringify({
      ...(JSON.parse(anEvent(newId(), dispute)) as object),
      type: 'charge.dispute.closed',
    });
    await post(body);
    await cardOf(dispute);
    expect(await cardsOf(dispute)).toHaveLength(1);
  });
});

describe('/dispute stats', () => {
  it('has a win rate with n, reasons and both programmes', async () => {
    const answer = textOf(await desk.command('/dispute stats'));
    expect(answer).toMatch(/opened in \d{4}-\d{2} at northpay: /);
    expect(answer).toContain('Visa VAMP');
    expect(answer).toContain('Mastercard ECM');
  });

  it.each(['this month', 'last month', 'northpay october', 'Oct 2026'])(
    'takes a month in words: %s',
    async (text) => {
      expect(textOf(await desk.command(`/dispute stats ${text}`))).toMatch(
        /opened in \d{4}-\d{2} at northpay: /,
      );
    },
  );

  it.each([
    ['2026-13', '13 isn’t between 01 and 12'],
    ['northpay 2026-00', '00 isn’t between 01 and 12'],
    ['novembr', 'neither a month'],
    ['2999-01', 'There are no disputes of 2999-01'],
  ])('%s: says what is wrong', async (text, said) => {
    expect(textOf(await desk.command(`/dispute stats ${text}`))).toContain(said);
  });
});
