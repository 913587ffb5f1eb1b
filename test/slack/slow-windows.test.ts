/**
 * Submissions that take longer than Slack waits: the window says that it works, and then what came out of it; a form that is
 * refused so late comes back as it was typed.
 * All at once, because each takes as long as the desk's patience.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpsError } from '../../src/kernel/errors.js';
import type { SubmissionAnswer } from '../../src/ports/command.js';
import { form, startDesk, until, words, type SlackDesk, type Transport } from './desk.js';

let desk: SlackDesk;
beforeEach(async () => {
  desk = await startDesk({ ackMs: 3000 });
  desk.run = ({ windows }) => windows.open(form());
});
afterEach(() => desk.close());

const answers: Record<string, () => Promise<SubmissionAnswer>> = {
  ana: () => Promise.resolve({ kind: 'close' }),
  tomas: () => Promise.resolve({ kind: 'errors', errors: { amount: 'Too much.' } }),
  mei: () =>
    Promise.resolve({
      kind: 'show',
      modal: form({ title: 'Next', blocks: [words('The next step')], submit: null }),
    }),
  kofi: () => Promise.reject(new OpsError('conflict', 'Somebody was faster.')),
  lars: () => Promise.resolve({ kind: 'errors', errors: { amount: 'Less, please.' } }),
  ines: () => Promise.reject(new OpsError('conflict', 'Told elsewhere.')),
};
const expected = [
  ['ana', 'Done.'],
  ['tomas', 'Too much.'],
  ['mei', 'The next step'],
  ['kofi', 'Somebody was faster.'],
] as const;

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  it('each window waits, then shows its outcome', async () => {
    await desk.startReplica(transport);
    const { control } = desk.slack;
    const finishers: (() => void)[] = [];
    desk.submit = async ({ values }) => {
      await new Promise<void>((resolve) => finishers.push(resolve));
      return answers[values.reason ?? '']!();
    };
    const submitAs = async (user: string) => {
      const values = { amount: { text: '1' }, reason: { text: user } };
      return control.post('submit', { user, view_id: await desk.opened(user), values });
    };
    /** The form is there again with what was typed, and is taken when it is submitted anew. */
    const comesBack = async (name: string, fault: string) => {
      const { users, views } = await control.state();
      const { id: user } = users.find((known) => known.name === name)!;
      const { id: viewId, view } = views.find((shown) => shown.user === user)!;
      const blocks = JSON.stringify(view.blocks);
      for (const text of [fault, '"initial_value":"1"', `"initial_value":"${name}"`])
        expect(blocks).toContain(text);
      expect(view).toMatchObject({ submit: { text: 'Go on' }, private_metadata: 'pi_1' });
      desk.submit = () => Promise.resolve({ kind: 'close' });
      const values = { amount: { text: '2' }, reason: { text: name } };
      expect(await control.post('submit', { user: name, view_id: viewId, values })).toMatchObject({
        ok: true,
      });
      expect(desk.submitted.at(-1)).toMatchObject({
        windowId: viewId,
        memo: 'pi_1',
        values: { amount: '2', reason: name },
      });
    };
    const waiting = await Promise.all(Object.keys(answers).map(submitAs));
    for (const outcome of waiting) {
      expect(outcome.ok).toBe(true);
      expect(outcome.ack_ms).toBeGreaterThanOrEqual(1990);
      expect(JSON.stringify(outcome.view)).toContain('Working on it');
      expect(outcome.view?.view.title).toMatchObject({ text: 'Refund' });
    }
    for (const [place, user] of Object.keys(answers).entries())
      if (['lars', 'ines'].includes(user))
        await control.post('close', { user, view_id: waiting[place]!.view!.id });
    finishers.forEach((finish) => finish());
    const { users } = await control.state();
    for (const [name, text] of expected) {
      const { id } = users.find((user) => user.name === name)!;
      await until(async () => {
        const { views } = await control.state();
        return JSON.stringify(views.filter(({ user }) => user === id)).includes(text);
      });
    }
    await comesBack('tomas', 'Too much.');
    await comesBack('kofi', 'Somebody was faster.');
    await until(async () => {
      const { channels } = await control.state();
      const direct = channels.filter(({ is_im: isDirect }) => isDirect).flatMap(({ messages }) => messages);
      const told = JSON.stringify(direct);
      return (
        direct.length === 2 &&
        told.includes('Told elsewhere.') &&
        told.includes('*The amount*: Less, please.')
      );
    });
    expect(desk.submitted).toHaveLength(8);
  });
});
