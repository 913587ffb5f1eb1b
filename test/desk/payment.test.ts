/**
 * Looking up payments as people do it at work, through the whole desk: searches as they are typed, a double capture, a
 * partner without an API, messages instead of commands, and help.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import { completeTrace, startDesk, textOf, until, type TestDesk } from '../support/desk.js';
import type { Message, Outcome } from '../../sandbox/slack/wire.js';

let desk: TestDesk;
beforeAll(async () => {
  desk = await startDesk('socket');
});
afterAll(() => desk.close());

const linesOf = async (text: string): Promise<string> => textOf(await desk.command(text));

describe('searches as people type them', () => {
  it.each([
    ['last4 1563', 'as •••• 1563', 'a label'],
    ['49,00', 'as 49.00', 'an amount alone'],
    ['$49.00 yesterday', '(Europe/Lisbon)', 'a day by the clock of the person who asks'],
  ])('%s: %s', async (text, expected) => {
    expect(textOf(await completeTrace(desk, text))).toContain(expected);
  });

  it('the day of the asker: Tokyo is named for Mei', async () => {
    const outcome = await desk.command('/payment 1563 49.00 today', { user: 'mei' });
    expect(textOf(outcome)).toContain('(Asia/Tokyo)');
  });

  it('an order id is tried as it was typed, and the answer says so', async () => {
    const answer = textOf(await completeTrace(desk, '#1001'));
    expect(answer).toContain('“#1001”: no record');
    expect(answer).toContain('“1001”: no record');
  });

  it('an imported Checkout session leads to its payment', async () => {
    const objects = [
      {
        id: 'cs_test_a1b2c3d4',
        object: 'checkout.session',
        payment_intent: desk.examples.paidOut,
        customer: null,
      },
    ];
    await desk.scenario('import-objects', { objects });
    expect(textOf(await completeTrace(desk, 'cs_test_a1b2c3d4'))).toContain(desk.examples.paidOut);
  });
});

describe('a double capture', () => {
  it('is the first thing said, from either charge, and the second can be refunded', async () => {
    // At night the small company may have had no payment lately that could be captured twice.
    const payment = await until('a payment that is captured twice', async () => {
      const { result } = (await desk.scenario('duplicate-capture')) as { result: { payments: string[] } };
      if (result.payments[0] !== undefined) return result.payments[0];
      await desk.scenario('duplicate-capture', { action: 'stop' });
      desk.skip(3_600_000);
      return null;
    });
    const outcome = await completeTrace(desk, payment);
    const [first = '', second = ''] = outcome.messages[0]?.text.match(/ch_\w+/g) ?? [];
    expect(outcome.messages[0]?.text).toMatch(/^Captured twice: /);
    expect(textOf(outcome)).toContain(`refund-payment:payment:${second}`);
    for (const charge of [first, second]) {
      const byCharge = await completeTrace(desk, charge);
      expect(byCharge.messages[0]?.text).toMatch(/^Captured twice: /);
      expect(textOf(byCharge)).toContain(`You looked up charge \`${charge}\``);
    }
  });
});

describe('a partner without an API', () => {
  it('is traced from the books, which are named, down to a refund in full', async () => {
    const booked = await until('a refund in full that the books alone know', async () => {
      for (const order of desk.world.ordersOfHour(Math.floor(Date.now() / 3_600_000) - 400)) {
        if (order.route.partner.referenceStyle === 'stripe' || order.capturedMs === null) continue;
        const outcome = await desk.command(`/payment ${order.paymentId}`);
        if (textOf(outcome).includes('per our books')) return outcome;
      }
      return null;
    });
    const text = textOf(booked);
    expect(text).toContain("isn't connected; showing our books only");
    expect(text).not.toMatch(/unknown|Statement/);
    expect(booked.messages[0]?.text).toMatch(/^(Paid out|Captured)/);
  });

  it('whose ID could be a card number has buttons that work all the same', async () => {
    const hours = Array.from({ length: 200 }, (_, ago) => Math.floor(Date.now() / 3_600_000) - 2 - ago);
    const resembling = hours
      .flatMap((hour) => desk.world.ordersOfHour(hour))
      .find(({ paymentId, capturedMs }) => capturedMs !== null && containsCardNumber(paymentId));
    const { customer, amountMinor, route, createdMs, orderId } = resembling!;
    const amount = `${amountMinor / 100} ${route.country.currency}`;
    const day = new Date(createdMs).toISOString().slice(0, 10);
    const found = await desk.command(`/payment ${customer.card.last4} ${amount} ${day}`);
    const { ts = '', blocks = [] } = found.messages[0] ?? {};
    const row = blocks.find((block) => JSON.stringify(block).includes(orderId));
    const press = (message: string, action_id: string, where = {}): Promise<Outcome> =>
      desk.action({ user: 'ana', channel: 'payments-ops', ts: message, action_id, ...where });
    const traced = await press(ts, 'payment_choose', { block_id: row?.block_id ?? '' });
    expect(textOf(traced)).toContain(orderId);
    expect(textOf(traced)).toContain("isn't connected; showing our books only");
    const shared = await press(traced.messages.at(-1)?.ts ?? '', 'payment_share');
    expect(textOf(shared)).toContain('shared by');
    expect(textOf(shared)).toContain(orderId);
  });

  it('is found by its payment ID where it is older than the attempts, and a booked dispute is in the first line', async () => {
    const books = new pg.Client({ connectionString: desk.urls.books });
    await books.connect();
    const one = async (condition: string): Promise<string> => {
      const { rows } = await books.query<{ payment_id: string }>(
        `select payment_id from ledger_entries as entry where payment_id not like 'pi!_%' escape '!'
         group by payment_id having ${condition} order by payment_id limit 1`,
      );
      return rows[0]?.payment_id ?? '';
    };
    const hasAttempt = '(select count(*) from payment_attempts where payment_id = entry.payment_id) > 0';
    const kinds = 'array_agg(distinct kind order by kind)';
    const old = await one(`not ${hasAttempt} and ${kinds} = '{capture}'`);
    // Nothing returned: two sides are one booking.
    const disputed = await one(
      `${hasAttempt} and ${kinds} @> '{dispute}' and count(*) filter (where kind = 'dispute') = 2`,
    );
    await books.end();
    const line = async (id: string) => (await completeTrace(desk, id)).messages.at(-1)?.text;
    expect(await line(old)).toMatch(/^(Paid out|Captured) .*; booked in ledger/);
    expect(await line(disputed)).toMatch(/; disputed \(.*, per our books\)/);
  });
});

describe('messages instead of commands', () => {
  const say = (channel: string, text: string): Promise<Outcome> =>
    desk.control('message', { user: 'ana', channel, text });
  const mention = async (): Promise<string> => `<@${(await desk.state()).bot.user_id}>`;
  /** What the bot says there, once it does. */
  const answer = (wanted: string): Promise<Message> =>
    until(`an answer with ${wanted}`, async () => {
      const { channels, bot } = await desk.state();
      const said = channels.flatMap(({ messages }) => messages).filter(({ user }) => user === bot.user_id);
      return said.find(({ text }) => text.includes(wanted));
    });

  it('a mention is answered to the person alone', async () => {
    await say('payments-ops', `${await mention()} ${desk.examples.paidOut}`);
    const said = await answer('booked in ledger');
    expect(said.ephemeral_to).toBeDefined();
  });

  it('a mention of a command runs that command', async () => {
    await say('payments-ops', `${await mention()} partner northpay`);
    expect((await answer('Northpay')).ephemeral_to).toBeDefined();
  });

  it('a direct message is answered there', async () => {
    const { channels, users } = await desk.state();
    const ana = users.find(({ name }) => name === 'ana')?.id ?? '';
    const direct = channels.find(({ is_im: isDirect, members }) => isDirect && members.includes(ana));
    await say(direct?.id ?? '', 'price_1QabcDEF1234');
    expect((await answer('is a price')).ephemeral_to).toBeUndefined();
  });

  it('a direct message with a file is answered, which Slack gives a subtype', async () => {
    const { channels, users } = await desk.state();
    const ana = users.find(({ name }) => name === 'ana')?.id ?? '';
    const direct = channels.find(({ is_im: isDirect, members }) => isDirect && members.includes(ana));
    const files = [{ name: 'note.txt', content_base64: Buffer.from('a note').toString('base64') }];
    const text = 'prod_1QabcDEF1234';
    await desk.control('message', { user: 'ana', channel: direct?.id ?? '', text, files });
    await answer('is a product');
  });

  it('a mention with nothing else is answered with help', async () => {
    await say('payments-ops', await mention());
    await answer('Paydesk, the payments operations desk');
  });
});

describe('help after every command', () => {
  it.each(['/payment help', '/dispute help', '/partner ?', '/remediate help', '/audit --help'])(
    '%s',
    async (text) => {
      const [name = ''] = text.split(' ');
      const answer = await linesOf(text);
      expect(answer).toContain(`*${name}*`);
      expect(answer).not.toContain("couldn't find");
    },
  );

  it('a part of an action’s name is enough for a suggestion', async () => {
    expect(await linesOf('/remediate refund')).toContain('/remediate refund-payment');
  });
});

describe('a message', () => {
  const post = async (user: string, channel: string, text: string): Promise<string> => {
    const outcome = await desk.control('message', { user, channel, text });
    return outcome.messages.at(0)?.ts ?? '';
  };
  const trace = (user: string, channel: string, ts: string) =>
    desk.control('shortcut', { user, channel, ts, callback_id: 'trace_identifiers' });

  it.each<[string, () => string, string]>([
    ['one payment', () => `Customer asks about ${desk.examples.paidOut}, please look.`, 'booked in ledger'],
    ['an order in brackets', () => `(order: ${desk.examples.orderId}).`, 'booked in ledger'],
    ['no identifier', () => 'Customer called at 14:02 about 49.00 EUR.', 'couldn’t find a payment’s ID'],
    ['a card number', () => 'card 4242 4242 4242 4242', 'card number'],
  ])('that names %s is traced for the person alone', async (_name, text, answer) => {
    const ts = await post('mei', 'payments-ops', text());
    await trace('ana', 'payments-ops', ts);
    const said = await until(answer, async () => {
      const { channels } = await desk.state();
      return channels
        .flatMap(({ messages }) => messages)
        .find((message) => message.ephemeral_to !== undefined && JSON.stringify(message).includes(answer));
    });
    expect(said.ephemeral_to).toBeDefined();
  });

  it('that names one payment by two of its ids gets one card of it', async () => {
    const { paidOut, orderId, refunded } = desk.examples;
    const ts = await post('mei', 'payments-ops', `${paidOut}, order ${orderId}, or else ${refunded}?`);
    await trace('lars', 'payments-ops', ts);
    const { users } = await desk.state();
    const lars = users.find(({ name }) => name === 'lars')?.id;
    const toLars = await until('the card of the last', async () => {
      const { channels } = await desk.state();
      const own = channels
        .flatMap(({ messages }) => messages)
        .filter((message) => message.ephemeral_to === lars)
        .map((message) => JSON.stringify(message));
      return own.some((text) => text.includes(refunded)) && own;
    });
    expect(toLars.filter((text) => text.includes(paidOut))).toHaveLength(1);
  });

  it('is not traced for guests', async () => {
    const { users } = await desk.state();
    const guest = users.find(({ is_restricted }) => is_restricted)?.name ?? '';
    const ts = await post('mei', 'payments-ops', `See ${desk.examples.refunded}`);
    const refused = await trace(guest, 'payments-ops', ts);
    expect(textOf(refused)).toContain('are for full members of this workspace');
  });

  /** The preview under a message with a link to this object, once there is one. */
  async function previewOf(object: string, id: string): Promise<string> {
    const link = `https://dashboard.example.com/${object}/${id}`;
    const ts = await post('mei', 'payments-ops', `Look at ${link}`);
    return until('the preview', async () => {
      const { channels } = await desk.state();
      const { attachments } =
        channels.flatMap(({ messages }) => messages).find((message) => message.ts === ts) ?? {};
      return attachments && JSON.stringify(attachments);
    });
  }

  const idOn = async (payment: string, shape: RegExp): Promise<string> =>
    shape.exec(JSON.stringify((await completeTrace(desk, payment)).messages))?.[0] ?? '';

  it.each<[string, () => Promise<string>, RegExp]>([
    ['payments', () => Promise.resolve(desk.examples.paidOut), /booked in ledger/],
    ['disputes', () => idOn(desk.examples.disputed, /\bd[pu]_\w+/), /[Dd]isput/],
    ['payouts', () => idOn(desk.examples.paidOut, /\bpo_\w+/), /[Pp]ayout/],
  ])(
    'with a link to %s gets a preview without personal data and without buttons',
    async (object, id, says) => {
      const named = await id();
      const shown = await previewOf(object, named);
      expect(shown).toContain(named);
      expect(shown).toMatch(says);
      expect(shown).not.toContain('"actions"');
      expect(shown).not.toMatch(/@\w+\.example/);
      expect(textOf(await desk.command(`/audit ${named}`))).toContain('shared the trace');
    },
  );

  it.each([
    ['cannot_unfurl_url', 'a domain that the app does not have'],
    ['cannot_unfurl_message', 'the message is of a kind without previews'],
    ['a_refusal_of_tomorrow', 'Slack adds refusals'],
  ])(
    'stays as it is where Slack refuses its preview with %s (%s), and the log has that word',
    async (error) => {
      await desk.faults({ kind: 'refuse', method: 'chat.unfurl', error });
      await post('mei', 'payments-ops', `https://dashboard.example.com/payments/${desk.examples.paidOut}`);
      await until('the line', () =>
        Promise.resolve(
          desk.log.find((line) => line.includes('a link gets no preview') && line.includes(error)),
        ),
      );
    },
  );

  it('that has no preview keeps none from the link beside it', async () => {
    const ts = await post(
      'mei',
      'payments-ops',
      `https://dashboard.example.com/disputes/dp_1QabcDEF1234 https://dashboard.example.com/payments/${desk.examples.paidOut}`,
    );
    const shown = await until('the preview', async () => {
      const { channels } = await desk.state();
      const message = channels.flatMap(({ messages }) => messages).find((one) => one.ts === ts);
      return message?.attachments && JSON.stringify(message.attachments);
    });
    expect(shown).toContain(desk.examples.paidOut);
  });

  it('gets its preview after a moment in which Slack limits the rate', async () => {
    await desk.faults({ kind: 'rate_limit', method: 'chat.unfurl', amount: 1 });
    expect(await previewOf('payments', desk.examples.paidOut)).toContain(desk.examples.paidOut);
  });

  it('gets no preview where people of another company read', async () => {
    const refusals = (): number => desk.log.filter((line) => line.includes('a link gets no preview')).length;
    const before = refusals();
    const link = `https://dashboard.example.com/payments/${desk.examples.paidOut}`;
    const ts = await post('ana', 'northpay-shared', `Look at ${link}`);
    await until('the refusal', () => Promise.resolve(refusals() > before));
    const { channels } = await desk.state();
    const message = channels.flatMap(({ messages }) => messages).find((one) => one.ts === ts);
    expect(message?.text).toContain(link);
    expect(message?.attachments).toBeUndefined();
  });
});

describe('a watched payment', () => {
  it('is in App Home until it is stopped, and is watched once', async () => {
    const card = await completeTrace(desk, desk.examples.inFlight);
    const press = (action_id: string, ts: string): Promise<Outcome> =>
      desk.action({ user: 'ana', channel: 'payments-ops', ts, action_id });
    const ts = card.messages.at(-1)?.ts ?? '';
    const started = await press('payment_watch', ts);
    expect(textOf(started)).toContain('you get one direct message when its next step');
    expect(textOf(await press('payment_watch', ts))).toContain('already');
    const home = JSON.stringify(await desk.control('home', { user: 'ana' }));
    expect(home).toContain('"text":"Watches"');
    const stopped = await press('watch_stop', started.messages[0]?.ts ?? '');
    expect(textOf(stopped)).toContain('Stopped watching');
    expect(JSON.stringify(await desk.control('home', { user: 'ana' }))).not.toContain('"text":"Watches"');
  });

  it('is stopped from App Home, which then has it no longer', async () => {
    const card = await completeTrace(desk, desk.examples.inFlight);
    const ts = card.messages.at(-1)?.ts ?? '';
    await desk.action({ user: 'ana', channel: 'payments-ops', ts, action_id: 'payment_watch' });
    const home = (await desk.control('home', { user: 'ana' })).view!;
    const [, value = ''] =
      /"action_id":"watch_stop".*?"value":"([^"]+)"/.exec(JSON.stringify(home.view)) ?? [];
    const after = await desk.action({ user: 'ana', view_id: home.id, action_id: 'watch_stop', value });
    expect(JSON.stringify(after.view?.view)).not.toContain('"text":"Watches"');
    expect(JSON.stringify(await desk.control('home', { user: 'ana' }))).not.toContain('"text":"Watches"');
  });
});
