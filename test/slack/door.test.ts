/** A text with a card number in it reaches no command, no button and no form, and stands nowhere afterwards. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clickable, form, startDesk, until, words, type SlackDesk, type Transport } from './desk.js';

let desk: SlackDesk;
beforeEach(async () => {
  desk = await startDesk({ ackMs: 3000 });
});
afterEach(() => desk.close());

const number = /4242\D{0,4}4242\D{0,4}4242/;
/** All that can be seen, and the log. */
const kept = async (): Promise<string> => JSON.stringify([await desk.slack.control.state(), desk.lines]);

const refusal = () =>
  desk.slack.control.message('payments-ops', ({ text }) => text.includes('looks like a card number'));

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  beforeEach(async () => {
    await desk.startReplica(transport);
  });

  it.each([
    ['4242 4242 4242 4242', 'as it is printed'],
    ['freeze4242424242424242', 'glued to a word'],
    ['dp_4242424242424242', 'behind a prefix'],
    ['_4242,4242/4242|4242_', 'in italics, with signs'],
    ['refund pi_1 because &#52;242424242424242', 'in the middle, as an entity'],
  ])('a command with %s is not run: %s', async (text) => {
    await desk.type(text);
    await until(async () => (await refusal()) !== undefined);
    expect(desk.ran).toEqual([]);
    expect(await kept()).not.toMatch(number);
  });

  it('a button whose value holds one does nothing', async () => {
    desk.run = ({ answer }) =>
      answer.privately({ text: 'a card', blocks: [words('a card'), clickable('x4242424242424242')] });
    let clicked = 0;
    desk.click = () => {
      clicked++;
      return Promise.resolve();
    };
    await desk.type('x');
    const { ts, channel } = (await desk.slack.control.message(
      'payments-ops',
      ({ text }) => text === 'a card',
    ))!;
    await desk.slack.control.post('action', { user: 'ana', channel, ts, action_id: 'open' });
    await until(async () => (await refusal()) !== undefined);
    expect(clicked).toBe(0);
  });

  it('a form says it at each field that holds one, keeps the others, and is taken once it is put right', async () => {
    desk.run = ({ windows }) => windows.open(form());
    const viewId = await desk.opened();
    const submit = (amount: string, reason: string) =>
      desk.slack.control.post('submit', {
        user: 'ana',
        view_id: viewId,
        values: { amount: { text: amount }, reason: { text: reason } },
      });
    const refused = await submit('12', 'Karte4242424242424242gültig');
    expect(refused).toMatchObject({
      ok: false,
      errors: { reason: expect.stringContaining('card number') as string },
    });
    expect(Object.keys(refused.errors ?? {})).toEqual(['reason']);
    expect(desk.submitted).toEqual([]);
    expect(await submit('12', 'card ending 4242')).toMatchObject({ ok: true });
    expect(desk.submitted).toHaveLength(1);
    expect(JSON.stringify(desk.lines)).not.toMatch(number);
  });
});
