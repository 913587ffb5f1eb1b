/**
 * The desk as its users meet it: typed commands, clicked buttons, broken sources. What comes in and goes out is tried over both
 * transports; what sources say, or do not say, over one, because it is the same behind either.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  completeTrace,
  everySecond,
  startDesk,
  textOf,
  until,
  type TestDesk,
  type Transport,
} from '../support/desk.js';

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  const itOnce = it.runIf(transport === 'socket');
  let desk: TestDesk;

  beforeAll(async () => {
    desk = await startDesk(transport, {
      schedules: { partnerStatus: everySecond, disputeRegister: everySecond },
    });
  });

  afterAll(async () => {
    await desk.close();
  });

  it('is ready, and says so', async () => {
    const answer = await fetch(`http://127.0.0.1:${desk.paydesk.port}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ ready: true });
  });

  it('traces a payment that was paid out to its end', async () => {
    const outcome = await completeTrace(desk, desk.examples.paidOut);
    expect(outcome.ok).toBe(true);
    const [message] = outcome.messages;
    expect(message?.ephemeral_to).toBeDefined();
    expect(message?.text).toMatch(/^Paid out \d{1,2} \w{3} \d{4}; booked in ledger/);
    expect(textOf(outcome)).toContain('https://dashboard.example.com/payments/pi_');
  });

  itOnce.each([
    ['inFlight', /Captured .*; funds available \d{1,2} \w{3} \d{4}/, 'still with the provider'],
    [
      'failedThenSucceeded',
      /2 attempts, latest succeeded[^]*:x: \*Attempt\* failed · [\w’ ()]+ · (?::no_entry:[^·]+ · )?caused by the/,
      'a second attempt',
    ],
    ['refunded', /\*Refund\* succeeded/, 'a refund as a branch'],
    ['disputed', /\*Dispute\* needs response/, 'a dispute as a branch'],
    ['warned', /\*Early fraud warning\*/, 'a warning as a branch'],
    ['uncaptured', /Authorised .*; authorisation expires/, 'an authorisation alone'],
  ] as const)('traces the payment that is %s: %s', async (example, expected, _reason) => {
    expect(textOf(await completeTrace(desk, desk.examples[example]))).toMatch(expected);
  });

  it('says for a stolen card never to try it again and how often it was tried, and for a paid one how 3-D Secure ended', async () => {
    const pay = async (method: string): Promise<string> => {
      const answer = await fetch(`${desk.paymentsApi.baseUrl}/v1/payment_intents`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_desk' },
        body: new URLSearchParams({
          amount: '2500',
          currency: 'eur',
          confirm: 'true',
          payment_method: method,
        }),
      });
      type Intent = { id: string };
      const body = (await answer.json()) as Intent & { error?: { payment_intent: Intent } };
      return body.error?.payment_intent.id ?? body.id;
    };
    await pay('pm_card_chargeDeclinedStolenCard');
    const declined = await completeTrace(desk, await pay('pm_card_chargeDeclinedStolenCard'));
    expect(declined.messages.at(-1)?.text).toMatch(
      /^Authorisation failed: stolen card; do not try this card again \(Visa rule\)/,
    );
    expect(textOf(declined)).toMatch(
      /the card is stolen \(43\) · :no_entry: \*do not try this card again \(Visa rule\)\*[^]*:repeat: 2 tries with this card in 30 days, no more allowed/,
    );
    expect(textOf(await completeTrace(desk, await pay('pm_card_visa')))).toContain('3-D Secure: none');
  });

  it('finds the same payment by its order, ARN and charge', async () => {
    for (const reference of [desk.examples.orderId, desk.examples.arn]) {
      expect(textOf(await completeTrace(desk, reference))).toContain(desk.examples.paidOut);
    }
  });

  it('offers candidates for what somebody remembers, and traces the chosen one', async () => {
    const { last4, date } = desk.examples.ambiguous;
    const outcome = await desk.command(`/payment ${last4} ${date}`);
    const [message] = outcome.messages;
    expect(message?.text).toMatch(/payments match/);
    const chosen = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts: message?.ts ?? '',
      action_id: 'payment_choose',
      block_id: message?.blocks?.[1]?.block_id ?? '',
    });
    expect(chosen).toMatchObject({
      ok: true,
      messages: [{ text: expect.stringMatching(/ooked in ledger/) }],
    });
  });

  it.each([
    [
      'Slack refuses to say',
      { kind: 'refuse', error: 'channel_not_found' },
      'Invite Paydesk into this channel',
    ],
    ['Slack cannot say now', { kind: 'server_error' }, 'Try again in a moment.'],
    ['Slack limits the rate', { kind: 'rate_limit', amount: 3 }, 'try again in 3 s'],
  ] as const)('shares nothing while %s who reads along, and says what to do', async (_why, fault, hint) => {
    const traced = await completeTrace(desk, desk.examples.refunded);
    await desk.faults({ ...fault, method: 'conversations.info' });
    const ts = traced.messages.at(-1)?.ts ?? '';
    const refused = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts,
      action_id: 'payment_share',
    });
    expect(textOf(refused)).toContain(hint);
    expect(textOf(refused)).not.toContain('shared by');
  });

  it('shares a trace with the channel, and only then others see it', async () => {
    const outcome = await completeTrace(desk, desk.examples.refunded);
    const ts = outcome.messages.at(-1)?.ts ?? '';
    const shared = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts,
      action_id: 'payment_share',
    });
    expect(shared.messages.at(-1)).toMatchObject({ text: expect.stringContaining(desk.examples.refunded) });
    expect(shared.messages.at(-1)?.ephemeral_to).toBeUndefined();
    expect(textOf(shared)).toContain('shared by <@');
  });

  it('refuses a card number and keeps it out of messages and log', async () => {
    const outcome = await desk.command('/payment 4242 4242 4242 4242');
    expect(textOf(outcome)).toContain('looks like a card number');
    expect(textOf(outcome) + desk.log.join()).not.toMatch(/4242\D?4242\D?4242\D?4242/);
  });

  it.each([
    ['/payment', 'What should I look up?', 'nothing'],
    ['/payment 💸 🏦', "I couldn't find an ID in that", 'emoji'],
    [`/payment ${'x'.repeat(7000)}`, 'no ID is that long', 'far too much text'],
    ["/payment '; drop table payment_attempts; --", "I couldn't find an ID in that", 'SQL'],
    ['/payment <!channel> *bold*', "I couldn't find an ID in that", 'a mention'],
    ['/payment pi_nobodyKnowsThis', 'Looked in', 'an unknown id'],
    ['/payment tr_1AbcDefGhi', 'a trace starts from a payment', 'a transfer'],
    ['/dispute what', 'That isn’t a dispute ID', 'no dispute id'],
    ['/dispute dp_nobodyKnowsThis', 'R-', 'an unknown dispute, with a reference'],
    ['/partner atlantis', 'Unknown partner “atlantis”', 'an unknown partner'],
  ])('answers %s with %s: %s', async (text, expected) => {
    const outcome = await desk.command(text);
    expect(outcome.ok).toBe(true);
    expect(textOf(outcome)).toContain(expected);
    expect(outcome.messages.every(({ ephemeral_to }) => ephemeral_to !== undefined)).toBe(true);
  });

  it('lists disputes, partners and help', async () => {
    await until('the disputes', async () =>
      textOf(await desk.command('/dispute')).includes('need a response'),
    );
    expect(textOf(await desk.command('/partner northpay'))).toMatch(/n = \d+/);
    expect(textOf(await desk.command('/paydesk'))).toContain('/payment');
  });

  itOnce.each([
    ['status', { kind: 'status', status: 500, count: 100 }, 'the provider fails'],
    ['rate limited', { kind: 'status', status: 429, count: 100 }, 'the provider limits our rate'],
    ['unauthorised', { kind: 'status', status: 401, count: 100 }, 'the key is refused'],
    ['garbage', { kind: 'garbage', count: 100 }, 'the provider answers nonsense'],
    ['slow', { kind: 'slow', delayMs: 20_000, count: 100 }, 'the provider hangs'],
    ['drop', { kind: 'drop', count: 100 }, 'the provider hangs up'],
  ] as const)('answers from the books when the payments API is %s', async (_name, fault, _reason) => {
    desk.paymentsApi.setFault(fault);
    try {
      const startedAt = performance.now();
      const outcome = await desk.command(`/payment ${desk.examples.refunded}`);
      expect(performance.now() - startedAt).toBeLessThan(2500);
      expect(textOf(outcome)).toMatch(/\*Capture\* unknown/);
      expect(textOf(outcome)).toMatch(/\*Attempt\*.*\*Ledger\*/);
    } finally {
      desk.paymentsApi.resetFaults();
    }
  });

  itOnce('tells of a partner’s outage on one card, and rewrites it when it is over', async () => {
    const cards = async (): Promise<string[]> => {
      const { channels } = await desk.state();
      return (
        channels
          .find(({ name }) => name === 'partner-alerts')
          ?.messages.filter(({ ts, thread_ts = ts }) => thread_ts === ts)
          .map(({ text }) => text) ?? []
      );
    };
    await desk.scenario('partner-outage', { partner: 'adria' });
    await until('the outage is told', async () => (await cards()).some((text) => /Adria.*major/.test(text)));
    await desk.scenario('partner-outage', { action: 'stop' });
    await until('the recovery is told', async () =>
      (await cards()).some((text) => /Adria.*has recovered/.test(text)),
    );
    expect((await cards()).filter((text) => text.includes('Adria'))).toHaveLength(1);
  });

  itOnce.each([
    'country-degrading',
    'slow-drift',
    'short-paid-settlement',
    'missing-statement',
    'late-statement',
    'duplicate-capture',
    'dispute-wave',
    'webhook-delay',
  ])('lives on through %s, and when it is over', { timeout: 60_000 }, async (name) => {
    const running = async (): Promise<boolean | undefined> =>
      (await desk.state()).scenarios.find((scenario) => scenario.name === name)?.running;
    expect(await desk.scenario(name)).toMatchObject({ ok: true });
    expect(await running()).toBe(true);
    expect(textOf(await completeTrace(desk, desk.examples.paidOut))).toContain('ooked in ledger');
    expect(await desk.scenario(name, { action: 'stop' })).toMatchObject({ ok: true });
    expect(await running()).toBe(false);
    expect(textOf(await desk.command('/partner northpay'))).toMatch(/n = \d+/);
  });

  it('runs a doubled delivery once', async () => {
    await desk.faults({ kind: 'duplicate', count: 1 });
    const outcome = await desk.command('/paydesk');
    await until('both deliveries are acknowledged', async () =>
      (await desk.deliveries()).slice(-1).every(({ ack_ms }) => ack_ms !== null),
    );
    expect(outcome.messages).toHaveLength(1);
  });

  it('acknowledges everything in time', async () => {
    const late = (await desk.deliveries()).filter(({ ack_ms }) => (ack_ms ?? Infinity) > 1000);
    expect(late).toEqual([]);
  });
});
