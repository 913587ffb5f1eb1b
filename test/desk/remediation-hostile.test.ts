/**
 * Guarded actions when buttons are forged, people leave, forms come twice, services fail half-way and everybody asks at
 * once: the real desk against all stand-ins, over both transports where what comes in matters.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postSigned } from '../../sandbox/slack/http-delivery.js';
import { startDesk, textOf, until, type TestDesk, type Transport } from '../support/desk.js';
import {
  buttonsOf,
  buttonValueOf,
  guardedOf,
  initialValuesOf,
  requestedIn,
  type Guarded,
} from '../support/guarded.js';

const why = 'The customer was charged twice';
const reason = 'requested_by_customer';

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  const itOnce = it.runIf(transport === 'socket');
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

  const askRefund = (person: string, payment: string, amount: string): Promise<string> =>
    guarded.ask(person, `/remediate refund-payment ${payment}`, { amount, reason, why });

  const idOf = async (person: string): Promise<string> =>
    (await desk.state()).users.find(({ name }) => name === person)?.id ?? '';

  describe('a button whose value was changed', () => {
    let id: string;
    let other: string;
    let value: string;

    beforeAll(async () => {
      const { payment } = await guarded.pay();
      id = await askRefund('kofi', payment, '4.00');
      other = await askRefund('kofi', payment, '5.00');
      value = buttonValueOf(await guarded.card(id), 'approve');
    });

    it.each<[string, () => string, string]>([
      ['another hash', () => `${id}:0123456789abcdef`, 'an older plan'],
      ['another request', () => value.replace(id, other), 'an older plan'],
      ['a request that is not there', () => value.replace(id, 'REM-999999'), 'REM-999999'],
      ['SQL', () => `${id}'; drop table paydesk.remediations; --`, 'did not create this button'],
      ['2,000 characters', () => `${id}:${'a'.repeat(2000)}`, 'did not create this button'],
      ['nothing', () => '', 'did not create this button'],
      ['another script’s digits', () => value.replace('REM-', 'REM-１'), 'did not create this button'],
    ])('does nothing: %s', async (_what, forged, answer) => {
      await guarded.answered(answer, () => guarded.click('lars', id, 'approve', { value: forged() }));
      expect([...(await guarded.votes(id)), ...(await guarded.votes(other))]).toEqual([]);
      expect((await guarded.stored(id)).state).toBe('pending');
    });

    it('still works as it was sent', async () => {
      await guarded.click('lars', id, 'approve');
      await guarded.closes(id);
    });

    it.runIf(transport === 'http').each(['ruben', 'the app itself', 'nobody'])(
      'does nothing for %s, though rightly signed',
      async (who) => {
        const { bot } = await desk.state();
        const person = { ruben: await idOf('ruben'), 'the app itself': bot.user_id }[who] ?? 'U0NOBODY99';
        const { ts } = await guarded.card(other);
        const approve = buttonValueOf(await guarded.card(other), 'approve');
        const before = desk.log.length;
        const answer = await postSigned({
          url: `http://127.0.0.1:${desk.paydesk.port}/slack/events`,
          type: 'interactive',
          payload: {
            type: 'block_actions',
            trigger_id: `forged.${who}`,
            response_url: `${desk.slack.url}/gone`,
            user: { id: person },
            team: { id: 'T0' },
            channel: { id: 'C0' },
            message: { ts },
            actions: [{ type: 'button', action_id: 'remediation_approve', block_id: 'b', value: approve }],
          },
          signingSecret: desk.slack.credentials.signingSecret,
          timeoutMs: 3000,
        });
        expect(answer.ok).toBe(true);
        await until('it is refused', () =>
          Promise.resolve(
            desk.log.slice(before).some((line) => line.includes(person) && line.includes('a command failed')),
          ),
        );
        expect(await guarded.votes(other)).toEqual([]);
      },
    );
  });

  it('drops the vote of somebody who left before it was carried out, and takes another in its place', async () => {
    const { payment, charge } = await guarded.pay({ amount: '90000' });
    const id = await askRefund('kofi', payment, '600');
    await guarded.vote('tomas', id, '600');
    await desk.control('person', { user: 'tomas', deleted: true });
    await guarded.vote('lars', id, '600');
    await until('one is missing again', async () =>
      (await guarded.card(id)).text.includes('needs 1 more approval '),
    );
    await guarded.told(id, /Not executed: .*’s vote is void\. This account is deactivated/);
    expect(await guarded.refundsOf(charge)).toEqual([]);
    await desk.control('person', { user: 'tomas', deleted: false });
    await guarded.vote('ana', id, '600');
    await guarded.closes(id);
    expect(await guarded.refundsOf(charge)).toMatchObject([{ amount: 60_000 }]);
  });

  it('asks once for a form that comes twice', async () => {
    const { payment } = await guarded.pay();
    const form = await guarded.open('mei', `/remediate refund-payment ${payment}`);
    await desk.faults({ kind: 'duplicate', count: 2 });
    const typed = { amount: '2', reason, why };
    const outcomes = await Promise.all([
      guarded.submit('mei', form, typed),
      guarded.submit('mei', form, typed),
    ]);
    const ids = outcomes.flatMap((outcome) => requestedIn(outcome) ?? []);
    expect(new Set(ids).size).toBe(1);
    expect(
      await guarded.rows('select 1 from paydesk.remediations where $1 = any (subjects)', [payment]),
    ).toHaveLength(1);
  });

  it('refuses what is said in a window whose request was decided meanwhile', async () => {
    const { payment, charge } = await guarded.pay({ amount: '90000' });
    const id = await askRefund('kofi', payment, '550');
    const approving = await guarded.opens('lars', id, 'approve');
    const rejecting = await guarded.opens('tomas', id, 'reject');
    const late = await guarded.opens('ana', id, 'reject');
    guarded.say('tomas', rejecting, 'It was refunded by the shop');
    await guarded.reaches(id, 'rejected', /rejected, no action taken/);
    for (const [person, view, words] of [
      ['lars', approving, '550'],
      ['ana', late, 'I think so too'],
    ] as const)
      expect(JSON.stringify((await guarded.submit(person, view, { words })).view)).toContain(
        'voting has closed',
      );
    await guarded.told(id, /rejected this: It was refunded by the shop/);
    expect(await guarded.refundsOf(charge)).toEqual([]);
  });

  it('brings a form back with everything typed when its refusal comes late', async () => {
    const { payment, charge } = await guarded.pay();
    const form = await guarded.open('mei', `/remediate refund-payment ${payment}`);
    await desk.faults({ service: 'payments-api', kind: 'slow', count: 1, delayMs: 2500 });
    const waiting = await guarded.submit('mei', form, { amount: '99.00', reason, why });
    expect(JSON.stringify(waiting.view)).toContain('Working on it');
    const returned = await until('the form with its fault', async () =>
      (await desk.state()).views.find(
        ({ id, view }) => id === form.id && JSON.stringify(view.blocks).includes('more than'),
      ),
    );
    expect(initialValuesOf(returned)).toMatchObject({ payment, amount: '99.00', why });
    expect(JSON.stringify(returned.view.blocks)).toContain(`"initial_option":{"text"`);
    const id = requestedIn(await guarded.submit('mei', returned, { amount: '2.00' })) ?? '';
    expect(await guarded.stored(id)).toMatchObject({ state: 'pending' });
    expect(await guarded.refundsOf(charge)).toEqual([]);
  });

  itOnce('finds a refund whose answer was lost, and does not order another', async () => {
    const { payment, charge } = await guarded.pay();
    const id = await askRefund('mei', payment, '6');
    await desk.faults({ service: 'payments-api', kind: 'crash_after_effect', path: '/v1/refunds' });
    await guarded.click('lars', id, 'approve');
    await guarded.reaches(id, 'unknown', /outcome unknown, checking/);
    desk.skip(3000);
    const closed = await guarded.closes(id);
    expect(closed).toMatchObject({ calls: 1, verified: true });
    expect(await guarded.refundsOf(charge)).toMatchObject([{ id: closed.effect_reference, amount: 600 }]);
    await guarded.told(id, /repeats nothing meanwhile/);
  });

  itOnce.each(['rate_limit', 'server_error'] as const)(
    'catches its card up after Slack answered %s',
    async (kind) => {
      const { payment, charge } = await guarded.pay();
      const id = await askRefund('mei', payment, '6.50');
      await guarded.card(id);
      await desk.faults({ kind, count: 3, method: 'chat.update', amount: 1 });
      await guarded.click('lars', id, 'approve');
      await until('it is done', async () => (await guarded.stored(id)).effect_reference !== null);
      await until('the card says so', async () => {
        // After each answer that may have come too late the desk lets Slack settle before it goes on.
        desk.skip(5000);
        return (await guarded.card(id)).text.endsWith('done and verified');
      });
      expect(buttonsOf(await guarded.card(id))).toEqual([]);
      expect(await guarded.refundsOf(charge)).toHaveLength(1);
    },
  );

  describe('while Slack refuses to say who is in the groups', () => {
    const refuse = () =>
      desk.faults({ kind: 'rate_limit', count: 1000, method: 'usergroups.list', amount: 30 });
    /** As when everything known was read so long ago, and Slack may be asked. */
    const age = async (interval: string) => {
      await guarded.rows('update paydesk.shared_answers set asked_at = asked_at - $1::interval', [interval]);
      await guarded.rows('delete from paydesk.call_paces');
    };
    const answersAgain = async () => {
      await desk.faults({ kind: 'reset' });
      await guarded.rows('delete from paydesk.call_paces');
      desk.skip(31_000);
    };
    let tomas: string;
    beforeAll(async () => {
      tomas = await idOf('tomas');
    });
    afterEach(answersAgain);

    it('counts a vote by the groups that are known, and carries it out once Slack answers', async () => {
      const { payment, charge } = await guarded.pay();
      const id = await askRefund('mei', payment, '3');
      await refuse();
      await age('11 s');
      await guarded.click('lars', id, 'approve');
      await guarded.reaches(id, 'approved', /approved/);
      await until('it waits', () =>
        Promise.resolve(
          desk.log.some((line) => line.includes('cannot be read before acting') && line.includes(id)),
        ),
      );
      expect(await guarded.refundsOf(charge)).toEqual([]);
      expect((await guarded.stored(id)).state_why, 'a moment is not worth a message').toBeNull();
      await answersAgain();
      await guarded.closes(id);
      expect(JSON.stringify((await desk.state()).channels)).not.toContain('Slack cannot say');
    });

    it('carries nothing out by a list of which Slack reported that it changed', async () => {
      const { payment, charge } = await guarded.pay({ amount: '90000' });
      const id = await askRefund('kofi', payment, '610');
      await guarded.vote('tomas', id, '610');
      const { group } = await desk.control<{ group: { users: string[] } }>('group', {
        group: 'payments-approvers',
      });
      const everybody = group.users;
      await refuse();
      await guarded.rows('delete from paydesk.call_paces');
      const stays = everybody.filter((userId) => userId !== tomas);
      await desk.control('group', { group: 'payments-approvers', users: stays });
      await until('the change is known', async () => {
        const known = await guarded.rows(
          `select 1 from paydesk.shared_answers where key like 'groups %' and expired_at > asked_at`,
        );
        return known.length === 1;
      });
      await guarded.vote('lars', id, '610');
      await guarded.reaches(id, 'approved', /approved/);
      expect(await guarded.refundsOf(charge)).toEqual([]);
      await answersAgain();
      await guarded.told(id, /’s vote is void/);
      expect(await guarded.refundsOf(charge)).toEqual([]);
      await desk.control('group', { group: 'payments-approvers', users: everybody });
      await until('the groups are read again', async () => {
        const known = await guarded.rows(
          `select 1 from paydesk.shared_answers where key like 'groups %' and coalesce(expired_at, '-infinity') <= asked_at`,
        );
        return known.length === 1;
      });
    });

    it('freezes by the last known groups, within a second, and says how old they are', async () => {
      await refuse();
      await age('12 min');
      const startedAt = performance.now();
      await guarded.answered('your permission against the user groups as of 12 min ago', () =>
        desk.command('/remediate freeze doubled payouts', { user: 'mei' }),
      );
      expect(performance.now() - startedAt).toBeLessThan(2000);
      await answersAgain();
      for (const [person, answer] of [
        ['lars', 'A second person must agree'],
        ['tomas', 'The freeze is lifted'],
      ] as const)
        await guarded.answered(answer, () => desk.command('/remediate unfreeze', { user: person }));
    });

    it('freezes for a member of the group whom Slack never described', async () => {
      await guarded.rows(`delete from paydesk.shared_answers where key like 'person %'`);
      await desk.faults({ kind: 'rate_limit', count: 1000, method: 'users.info', amount: 30 });
      await guarded.answered('All guarded actions are frozen', () =>
        desk.command('/remediate freeze doubled payouts', { user: 'mei' }),
      );
      await answersAgain();
      for (const person of ['lars', 'tomas']) await desk.command('/remediate unfreeze', { user: person });
    });

    it('freezes nothing for somebody who is in no group that may', async () => {
      await refuse();
      await age('12 min');
      const refusal = await desk.command('/remediate freeze because', { user: 'priya' });
      expect(textOf(refusal)).toMatch(/Only .* can do this/);
    });
  });

  itOnce('stands 200 requests at once by five people', { timeout: 60_000 }, async () => {
    const people = ['ana', 'tomas', 'kofi', 'mei', 'ines'];
    const { payment } = await guarded.pay({ amount: '100000' });
    const before = await guarded.rows("select 1 from paydesk.remediations where state = 'pending'");
    const flood = people.map(async (person) => {
      const outcomes = [];
      for (let round = 1; round <= 40; round++) {
        const form = await guarded.open(person, `/remediate refund-payment ${payment}`);
        outcomes.push(await guarded.submit(person, form, { amount: `${round}`, reason, why }));
      }
      return outcomes;
    });
    const outcomes = (await Promise.all(flood)).flat();
    const asked = outcomes.filter((outcome) => requestedIn(outcome) !== null);
    const refused = outcomes.filter(({ view }) =>
      JSON.stringify(view).includes('You already have 20 requests'),
    );
    const others = outcomes.filter((outcome) => !asked.includes(outcome) && !refused.includes(outcome));
    expect(others).toEqual([]);
    expect(outcomes).toHaveLength(200);
    expect(asked.length + before.length).toBeLessThanOrEqual(people.length * 20);
    expect(asked.length).toBeGreaterThan(80);
    const late = (await desk.deliveries()).filter(({ ack_ms }) => (ack_ms ?? Infinity) > 3000);
    expect(late).toEqual([]);
    expect(textOf(await desk.command('/remediate list'))).toMatch(/requests are open/);
    const home = (await desk.control('home', { user: 'lars' })).view!;
    expect(JSON.stringify(home.view)).toMatch(/\d+ more: /);
  });
});
