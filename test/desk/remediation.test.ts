/**
 * Guarded actions as people live through them, from the button that begins one to its last line in the audit log: the
 * real desk against all stand-ins, over both transports.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenView, Outcome, Suggestions } from '../../sandbox/slack/wire.js';
import { completeTrace, startDesk, textOf, until, type TestDesk, type Transport } from '../support/desk.js';
import {
  buttonsOf,
  buttonValueOf,
  guardedOf,
  initialValuesOf,
  requestedIn,
  type Guarded,
} from '../support/guarded.js';
import { pausableRoute, routeNow } from '../support/platform-routes.js';
import { createVisitor } from '../support/visitor.js';

const why = 'The customer was charged twice';
const reason = 'requested_by_customer';

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  let desk: TestDesk;
  let guarded: Guarded;

  beforeAll(async () => {
    desk = await startDesk(transport);
    guarded = await guardedOf(desk);
  });

  afterAll(async () => {
    await guarded.close();
    await desk.close();
  });

  const askRefund = async (person: string, payment: string, amount: string): Promise<string> =>
    guarded.ask(person, `/remediate refund-payment ${payment}`, { amount, reason, why });

  /** Approves where the amount has to be typed. Answers the window that follows, if any. */
  async function approveTyping(person: string, id: string, amount: string): Promise<Outcome> {
    const asked = await guarded.opens(person, id, 'approve');
    expect(asked.view.title).toMatchObject({ text: 'Type the amount' });
    return guarded.submit(person, asked, { words: amount });
  }

  /** Home is there within a second, so that on a busy machine a part may say that it did not answer in time. */
  const homeWith = (person: string, words: RegExp): Promise<OpenView> =>
    until(`the Home of ${person} with ${String(words)}`, async () => {
      const { view } = await desk.control('home', { user: person });
      return view && words.test(JSON.stringify(view.view)) && view;
    });

  it('refunds from the button of a payment card, once another person has approved', async () => {
    const { payment, charge } = await guarded.pay({ currency: 'usd' });
    const trace = await completeTrace(desk, payment);
    const { view } = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts: trace.messages.at(-1)?.ts ?? '',
      action_id: 'remediation_start_refund-payment',
    });
    const form = view!;
    expect(initialValuesOf(form)).toMatchObject({ payment, amount: null });
    for (const [amount, fault] of [
      ['１００', /Enter an amount above zero/],
      ['1.234 USD', /USD has 2 decimals/],
    ] as const) {
      const refused = await guarded.submit('ana', form, { amount, reason, why });
      expect(refused.errors?.amount).toMatch(fault);
    }
    const id = requestedIn(await guarded.submit('ana', form, { amount: '10.00 USD', reason, why })) ?? '';
    expect((await guarded.card(id)).text).toMatch(/Refund 10\.00 USD of pi_\w+ .*needs 1 more approval by/);
    for (const [person, refusal] of [
      ['ana', 'You requested this, so another person must decide'],
      ['priya', 'Guests can’t approve requests'],
      ['kofi', 'Only approvers or leads can decide this'],
    ] as const) {
      await guarded.answered(refusal, () => guarded.click(person, id, 'approve'));
    }
    expect(await guarded.votes(id)).toEqual([]);

    await guarded.answered('voting has closed', () =>
      Promise.all([guarded.click('tomas', id, 'approve'), guarded.click('tomas', id, 'approve')]),
    );
    const closed = await guarded.closes(id);
    expect(closed).toMatchObject({ verified: true, calls: 1 });
    expect(await guarded.refundsOf(charge)).toMatchObject([
      { id: closed.effect_reference, amount: 1000, metadata: { paydesk: closed.idempotency_key } },
    ]);
    await guarded.told(id, /Refund re_.*Verified: /);
    const audit = textOf(await desk.command(`/audit ${id}`));
    for (const words of ['requested', 'approved', 'started to execute', 'executed', 'verified'])
      expect(audit).toContain(`${words} \`${id}\``);
    const entries = await desk.command(`/audit ${id}`);
    const [, value = ''] = /Entry (\d+)/.exec(textOf(entries)) ?? [];
    const ts = entries.messages.at(-1)?.ts ?? '';
    const raw = await desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts,
      action_id: 'audit_raw',
      value,
    });
    expect(raw.view?.view.title).toMatchObject({ text: `Audit entry ${value}` });
    expect(JSON.stringify(raw.view?.view.blocks)).toContain('\\"kind\\":\\"remediation.');
    const { channels } = await desk.state();
    const live = channels
      .flatMap(({ messages }) => messages)
      .filter((message) => buttonsOf(message).length > 0);
    expect(live.filter((message) => JSON.stringify(message.blocks).includes(`${id}:`))).toEqual([]);
  });

  it('shows the approver what it is about at one click, and shrinks to its outcome once it is decided', async () => {
    const { payment } = await guarded.pay();
    const id = await askRefund('ana', payment, '1');
    const asked = await guarded.card(id);
    expect(textOf({ ok: true, messages: [asked] })).toMatch(
      /Refundable: 25\.00 EUR now, 24\.00 EUR after this/,
    );
    await guarded.answered(payment, () =>
      desk.action({ user: 'tomas', channel: 'approvals', ts: asked.ts, action_id: 'payment_show' }),
    );
    const { view } = await guarded.click('tomas', id, 'reject');
    await guarded.submit('tomas', view!, { words: 'Not this one' });
    await guarded.told(id, /rejected this: Not this one[^]*At stake:[^]*Why:/);
    const rejected = await until('it shrank', async () => {
      const card = await guarded.card(id);
      return card.blocks?.length === 2 ? card : undefined;
    });
    expect(textOf({ ok: true, messages: [rejected] })).toMatch(
      /rejected, no action taken\\n\*Rejected by <@\w+>:\* Not this one/,
    );
    expect(buttonsOf(rejected)).toEqual([]);
  });

  it('offers in its menus what the world lists, and takes what is typed', async () => {
    const form = await guarded.open('ana', '/remediate replay-event');
    const offered = async (field: string, value: string): Promise<string[]> => {
      const place = { view_id: form.id, block_id: field, action_id: 'remediation_menu' };
      const { options = [] } = await desk.control<Suggestions & { options?: { value: string }[] }>(
        'suggest',
        { user: 'ana', ...place, value },
      );
      return options.map((option) => option.value);
    };
    const events = await offered('event', '');
    expect(events.length).toBeGreaterThan(1);
    expect(events.every((id) => id.startsWith('evt_'))).toBe(true);
    expect(await offered('event', 'evt_unlisted')).toEqual(['evt_unlisted']);
    expect(await offered('event', '4242 4242 4242 4242')).toEqual([]);
    expect(await offered('target', 'led')).toEqual(['ledger', 'led']);
    expect(
      requestedIn(await guarded.submit('ana', form, { event: events[0]!, target: 'ledger', why })),
    ).toMatch(/^REM-/);
  });

  it('wants two people and the amount typed for a large one, and takes no wrong amount', async () => {
    const { payment, charge } = await guarded.pay({ amount: '90000' });
    const id = await askRefund('kofi', payment, '800.00');
    expect((await guarded.card(id)).text).toContain('needs 2 more approvals');
    const wrong = await approveTyping('ana', id, '80.00');
    expect(wrong.errors?.words).toMatch(/isn’t the amount in the plan. The plan says 800\.00 EUR/);
    await guarded.vote('ana', id, '800');
    await until('one is missing', async () =>
      (await guarded.card(id)).text.includes('needs 1 more approval '),
    );
    await guarded.answered('each person counts once', () => guarded.click('ana', id, 'approve'));
    expect(await guarded.refundsOf(charge)).toEqual([]);
    await guarded.vote('tomas', id, '800.00 EUR');
    await guarded.closes(id);
    expect(await guarded.refundsOf(charge)).toMatchObject([{ amount: 80_000 }]);
  });

  it('has an exceptional one confirmed outside Slack by the voter alone, and waits before it starts', async () => {
    const { payment, charge } = await guarded.pay({ amount: '300000' });
    const id = await askRefund('kofi', payment, '2500');
    await guarded.answered('Only leads can decide', () => guarded.click('tomas', id, 'approve'));
    const { view } = await approveTyping('lars', id, '2500');
    const address = /http:\/\/localhost:\d+\/confirm\/[\w-]+/.exec(JSON.stringify(view?.view))?.[0] ?? '';
    expect(JSON.stringify((await desk.state()).channels)).not.toContain(address.split('/').at(-1));
    expect((await guarded.votes(id)).map(({ state }) => state)).toEqual(['unconfirmed']);

    expect(await desk.signIn(address, 'ana')).toMatchObject({
      status: 403,
      text: expect.stringContaining('another person'),
    });
    const email = (await desk.state()).users.find(({ name }) => name === 'lars')?.email ?? '';
    const visitor = createVisitor();
    const review = await visitor.signIn(address, email);
    expect(review.text).toContain('Refund 2,500.00 EUR');
    const { origin } = new URL(address);
    expect((await visitor.submit(review, { decision: 'confirm' }, { origin })).text).toContain(
      'Your vote is confirmed',
    );
    expect((await visitor.get(address)).text).toContain('This link has already been used');

    await guarded.reaches(id, 'approved', /approved, starts/);
    expect(await guarded.refundsOf(charge)).toEqual([]);
    desk.skip(31_000);
    await guarded.closes(id);
    expect(await guarded.refundsOf(charge)).toMatchObject([{ amount: 250_000 }]);
  });

  it('does nothing when the payment changed between the votes, and says what changed', async () => {
    const { payment, charge } = await guarded.pay({ amount: '90000' });
    const id = await askRefund('mei', payment, '700');
    await guarded.vote('ana', id, '700');
    const { id: other } = await guarded.payments<{ id: string }>('refunds', { charge, amount: '100' });
    await guarded.vote('lars', id, '700');
    await guarded.reaches(id, 'voided', /voided, no action taken/);
    await guarded.told(id, /Not executed: the approvals are void\. What changed: .*1\.00 EUR/);
    expect((await guarded.refundsOf(charge)).map((refund) => refund.id)).toEqual([other]);
    expect(buttonsOf(await guarded.card(id))).toEqual([]);
  });

  it('goes ahead behind broken glass, loudly, and owes a review that another person closes', async () => {
    const { payment, charge } = await guarded.pay();
    const form = await guarded.open('lars', `/remediate break-glass refund-payment ${payment}`);
    expect(form.view.title).toMatchObject({ text: 'Break glass' });
    const id =
      requestedIn(await guarded.submit('lars', form, { amount: '5', reason, why: 'Fraud is running' })) ?? '';
    await guarded.heard('break-glass', `used break-glass for ${id}`);
    expect(await guarded.closes(id)).toMatchObject({ review: 'open' });
    expect(await guarded.refundsOf(charge)).toHaveLength(1);
    for (const [person, answer] of [
      ['lars', 'You requested this, so another person must decide'],
      ['tomas', 'Only leads can decide'],
    ] as const) {
      const refused = await guarded.click(person, id, 'close_review');
      expect(refused.view, 'nobody writes what will be refused').toBeFalsy();
      expect(JSON.stringify(refused.messages)).toContain(answer);
    }
    const view = await guarded.opens('ana', id, 'close_review');
    guarded.say('ana', view, 'The charge was fraud indeed');
    await until('the review is closed', async () => (await guarded.stored(id)).review === 'closed');
    await until('no button is left', async () => buttonsOf(await guarded.card(id)).length === 0);
    await guarded.told(id, /closed the review: The charge was fraud indeed/);
  });

  it('submits evidence with a file, once', async () => {
    const { payment } = await guarded.pay({ payment_method: 'pm_card_createDisputeProductNotReceived' });
    const { data } = await guarded.payments<{ data: { id: string }[] }>(`disputes?payment_intent=${payment}`);
    const dispute = data[0]?.id ?? '';
    const content = Buffer.from('%PDF-1.4\nproof of delivery\n');
    const file = {
      name: 'shipping-documentation.pdf',
      title: 'Proof',
      mimetype: 'application/pdf',
      size: content.length,
      content_base64: content.toString('base64'),
    };
    const asked = await desk.command(`/dispute ${dispute}`, { user: 'mei' });
    const { view } = await desk.action({
      user: 'mei',
      channel: 'payments-ops',
      ts: asked.messages.at(-1)?.ts ?? '',
      action_id: 'remediation_start_submit-evidence',
    });
    const typed = { explanation: 'It was delivered', shipping_tracking_number: 'LX123', files: [file], why };
    const id = requestedIn(await guarded.submit('mei', view!, typed)) ?? '';
    expect(JSON.stringify(await guarded.card(id))).toContain('shipping-documentation.pdf');
    await guarded.click('ana', id, 'approve');
    await guarded.closes(id);
    const after = await guarded.payments<{
      evidence_details: { submission_count: number };
      evidence: object;
    }>(`disputes/${dispute}`);
    expect(after).toMatchObject({
      evidence_details: { submission_count: 1 },
      evidence: {
        shipping_tracking_number: 'LX123',
        shipping_documentation: expect.stringMatching(/^file_/),
      },
    });
  });

  it('shows in App Home what waits, with buttons that work there', async () => {
    const { payment, charge } = await guarded.pay();
    const id = await askRefund('kofi', payment, '7.00');
    const value = buttonValueOf(await guarded.card(id), 'approve');
    const home = await homeWith('lars', /Needs my decision.*Refund 7\.00 EUR/);
    const stale = await homeWith('tomas', /Needs my decision.*Refund 7\.00 EUR/);
    const click = { action_id: 'remediation_approve', value };
    const after = await desk.action({ user: 'lars', view_id: home.id, ...click });
    expect(JSON.stringify(after.view?.view)).not.toContain('Refund 7.00 EUR');
    await guarded.answered('voting has closed', () =>
      desk.action({ user: 'tomas', view_id: stale.id, ...click }),
    );
    await guarded.closes(id);
    expect(await guarded.refundsOf(charge)).toHaveLength(1);

    const own = await askRefund('kofi', (await guarded.pay()).payment, '8.00');
    const mine = await homeWith('kofi', /My requests.*Refund 8\.00 EUR/);
    const cancel = {
      action_id: 'remediation_cancel',
      value: buttonValueOf(await guarded.card(own), 'cancel'),
    };
    await desk.action({ user: 'kofi', view_id: mine.id, ...cancel });
    await guarded.reaches(own, 'cancelled', /withdrawn, no action taken/);
  });

  it('is frozen by one person and lifted by two', async () => {
    const { payment } = await guarded.pay();
    const id = await askRefund('kofi', payment, '9.00');
    expect(textOf(await desk.command('/remediate freeze doubled payouts', { user: 'mei' }))).toContain(
      'All guarded actions are frozen',
    );
    await guarded.heard('break-glass', 'All guarded actions are frozen: doubled payouts');
    await guarded.answered('All guarded actions are frozen: doubled payouts', () =>
      guarded.click('lars', id, 'approve'),
    );
    const form = await guarded.open('ines', `/remediate refund-payment ${payment}`);
    const refused = await guarded.submit('ines', form, { amount: '3', reason, why });
    expect(JSON.stringify(refused.view)).toContain('All guarded actions are frozen');
    for (const [person, answer] of [
      ['kofi', 'Only approvers or leads can do this'],
      ['lars', 'A second person must agree'],
      ['lars', 'another person must agree'],
      ['tomas', 'The freeze is lifted'],
    ] as const)
      await guarded.answered(answer, () => desk.command('/remediate unfreeze', { user: person }));
    await guarded.click('lars', id, 'approve');
    await guarded.closes(id);
  });

  it('pauses a route from a partner card, which resumes by itself', async () => {
    const route = await pausableRoute(desk);
    const card = await desk.command(`/partner ${route.partner}`, { user: 'ines' });
    const { view } = await desk.action({
      user: 'ines',
      channel: 'payments-ops',
      ts: card.messages.at(-1)?.ts ?? '',
      action_id: 'remediation_start_pause-route',
    });
    const endsAt = Math.ceil((await deskTime()) / 1000) + 5 * 60 + 30;
    const typed = { route: route.id, until: endsAt, reason: 'Its failures rise', why };
    const id = requestedIn(await guarded.submit('ines', view!, typed)) ?? '';
    await guarded.click('lars', id, 'approve');
    await guarded.reaches(id, 'done', /done, verification pending/);
    desk.skip(3000);
    const { idempotency_key: pausedBy } = await guarded.reaches(
      id,
      'done',
      /done and verified; the rest follows automatically/,
    );
    expect(await routeNow(desk, route.id)).toMatchObject({ state: 'paused', pausedBy });
    desk.skip(6 * 60_000);
    await guarded.reaches(id, 'closed', /· over$/);
    expect(await routeNow(desk, route.id)).toMatchObject({ state: 'active' });
    await guarded.told(id, /is active: it resumed automatically/);
  });

  it('drafts a message to a partner from its card, for a person to edit', async () => {
    const card = await desk.command('/partner northpay', { user: 'ines' });
    const { view } = await desk.action({
      user: 'ines',
      channel: 'payments-ops',
      ts: card.messages.at(-1)?.ts ?? '',
      action_id: 'remediation_start_message-partner',
    });
    expect(initialValuesOf(view!)).toMatchObject({
      partner: 'northpay',
      subject: expect.stringMatching(/^\d+ failed payments? since |^Question about our payments$/) as string,
      text: expect.stringMatching(/^Hello,\n\n.*through Northpay.*Success rate.*Please tell us/s) as string,
    });
  });

  /** By the clock that the desk shares with the stand-ins, in milliseconds. */
  const deskTime = async (): Promise<number> => {
    const [row] = await guarded.rows<{ at: Date }>('select max(created_at) as at from paydesk.remediations');
    return row?.at.getTime() ?? 0;
  };
});
