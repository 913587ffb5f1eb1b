/** Modals from the first click to what becomes of them: opened, submitted once, answered in the window. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, Message, Outcome } from '../../sandbox/slack/wire.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { SubmissionAnswer } from '../../src/ports/command.js';
import {
  clickable,
  form,
  startDesk,
  until,
  words,
  type SlackDesk,
  type Replica,
  type Transport,
} from './desk.js';

const patient = { ackMs: 3000 };

let desk: SlackDesk;
beforeEach(async () => {
  desk = await startDesk(patient);
  desk.run = ({ windows }) => windows.open(form());
});
afterEach(() => desk.close());

const post = (path: string, body: Record<string, Json>) => desk.slack.control.post(path, body);
const typed = (amount: string): Json => ({ amount: { text: amount } });

const submit = (viewId: string, amount = '12', user = 'ana') =>
  post('submit', { user, view_id: viewId, values: typed(amount) });

const titlesOf = async () => (await desk.slack.control.state()).views.map(({ view }) => view.title);
const shown = ({ view }: Outcome): string => JSON.stringify(view?.view.blocks);

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  let replica: Replica;
  beforeEach(async () => {
    replica = await desk.startReplica(transport);
  });

  it('a window is opened, submitted and closed', async () => {
    const viewId = await desk.opened();
    expect(await submit(viewId)).toMatchObject({ ok: true });
    expect(desk.submitted).toMatchObject([
      { windowId: viewId, memo: 'pi_1', values: { amount: '12', reason: '' } },
    ]);
    expect(desk.submitted[0]!.person.userId).toMatch(/^U/);
    expect(await titlesOf()).toEqual([]);
    await until(() => desk.observed.includes('form ok'));
  });

  it('errors are shown at their inputs, and the corrected window is accepted', async () => {
    const viewId = await desk.opened();
    const errors = { amount: 'More than is left. /payment shows it.' };
    const marked = { amount: 'More than is left. `/payment` shows it.' };
    desk.submit = ({ values }) =>
      Promise.resolve(values.amount === '99' ? { kind: 'errors', errors: marked } : { kind: 'close' });
    expect(await submit(viewId, '99')).toMatchObject({ ok: false, errors });
    expect(await submit(viewId, '99'), 'the same again is asked again').toMatchObject({ ok: false, errors });
    expect(await submit(viewId, '9')).toMatchObject({ ok: true });
    expect(desk.submitted.map(({ windowId, values }) => [windowId, values.amount])).toEqual([
      [viewId, '99'],
      [viewId, '99'],
      [viewId, '9'],
    ]);
    expect(await titlesOf()).toEqual([]);
  });

  it('the window becomes the next one, which can be submitted as well', async () => {
    const viewId = await desk.opened();
    const next = form({ title: 'Are you sure?', memo: 'second' });
    desk.submit = ({ memo }) =>
      Promise.resolve(memo === 'pi_1' ? { kind: 'show', modal: next } : { kind: 'close' });
    expect((await submit(viewId)).view?.view.title).toMatchObject({ text: 'Are you sure?' });
    await submit(viewId);
    expect(desk.submitted.map(({ memo }) => memo)).toEqual(['pi_1', 'second']);
    expect(await titlesOf()).toEqual([]);
  });

  it('what is thrown is laid upon the form, which stays as it was typed', async () => {
    const viewId = await desk.opened();
    desk.submit = () =>
      Promise.reject(new OpsError('unavailable', 'The API is away.', { hint: 'Try later.' }));
    const outcome = await submit(viewId);
    const failed = desk.lines.find(({ message }) => message === 'a submission failed')!;
    expect(failed.fields).toMatchObject({ code: 'unavailable', submission: 'form' });
    for (const text of ['The API is away.', 'Try later.', failed.fields.errorId as string])
      expect(shown(outcome)).toContain(text);
    expect(outcome.view?.previous_view_id).toBe(viewId);
    expect(desk.observed).toContain('form error');
    await post('close', { user: 'ana', view_id: outcome.view!.id });
    desk.submit = () => Promise.resolve({ kind: 'close' });
    expect(await submit(viewId)).toMatchObject({ ok: true });
    expect(await titlesOf()).toEqual([]);
  });

  it('a doubled delivery runs once', async () => {
    const viewId = await desk.opened();
    await post('faults', { kind: 'duplicate' });
    expect(await submit(viewId)).toMatchObject({ ok: true });
    expect(desk.submitted).toHaveLength(1);
  });

  it('two submissions of one window at the same moment are one, and both are answered', async () => {
    const viewId = await desk.opened();
    let finish: (answer: SubmissionAnswer) => void = () => undefined;
    desk.submit = () => new Promise((resolve) => (finish = resolve));
    const both = [submit(viewId), submit(viewId)];
    await until(() => replica.inFlight.count() === 2 && desk.submitted.length === 1);
    finish({ kind: 'errors', errors: { amount: 'Too much.' } });
    for (const outcome of await Promise.all(both)) expect(outcome.errors).toEqual({ amount: 'Too much.' });
    expect(desk.submitted).toHaveLength(1);
  });
});

it('a delivery that is doubled over two replicas runs once, and its answer is the one that counts', async () => {
  await desk.startReplica('socket');
  await desk.startReplica('socket');
  desk.submit = () => Promise.resolve({ kind: 'errors', errors: { amount: 'Too much.' } });
  const viewId = await desk.opened();
  for (let at = 1; at <= 6; at++) {
    await post('faults', { kind: 'duplicate' });
    expect(await submit(viewId)).toMatchObject({ errors: { amount: 'Too much.' } });
    expect(desk.submitted).toHaveLength(at);
  }
});

describe('errors that Slack would not take', () => {
  it.each([
    [
      'for no input of the window',
      { amount: 'Too much.', partner: 'Which one?' },
      ['Too much.', '• Which one?', '"initial_value":"12"'],
    ],
    ['without a text', { amount: '' }, ['Check this value.', '"initial_value":"12"']],
    ['none at all', {}, ['Correct this first', '"initial_value":"12"']],
  ])('are listed in the window: %s', async (_why, errors, texts) => {
    await desk.startReplica('socket');
    desk.submit = () => Promise.resolve({ kind: 'errors', errors });
    const outcome = await submit(await desk.opened());
    expect(outcome).toMatchObject({ ok: true });
    for (const text of texts) expect(shown(outcome)).toContain(text);
  });
});

it('where nothing more can be laid upon a form, it comes back with the refusal and what was typed', async () => {
  await desk.startReplica('socket');
  desk.run = ({ windows }) => windows.open(form({ blocks: [...form().blocks, clickable()] }));
  desk.click = ({ windows }) => windows.open(form({ title: 'On top' }));
  const { view: upper } = await post('action', {
    user: 'ana',
    view_id: await desk.opened(),
    action_id: 'open',
  });
  desk.submit = () => Promise.reject(new OpsError('conflict', 'Somebody was faster.'));
  const outcome = await submit(upper!.id, '7');
  expect(outcome.view?.id).toBe(upper!.id);
  expect(shown(outcome)).toContain('Somebody was faster.');
  expect(shown(outcome)).toContain('"initial_value":"7"');
  desk.submit = () => Promise.resolve({ kind: 'close' });
  expect(await submit(upper!.id, '7')).toMatchObject({ ok: true });
});

describe('a window that comes too late', () => {
  it('is a conflict that says to click again', async () => {
    await desk.startReplica('socket');
    desk.run = async ({ windows }) => {
      await windows.open(form());
      await windows.open(form());
    };
    await desk.opened();
    const told = ({ blocks }: Message) => JSON.stringify(blocks ?? null).includes('Click again');
    await until(async () => (await desk.slack.control.message('payments-ops', told)) !== undefined);
    const failed = desk.lines.find(({ message }) => message === 'a command failed')!;
    expect(failed.fields).toMatchObject({ code: 'conflict' });
  });

  it('also when nobody used the moment', async () => {
    const late = await startDesk({ ...patient, effectMs: 3000, triggerMs: -1 });
    await late.startReplica('socket');
    late.run = desk.run;
    const { texts } = await late.type('x');
    await late.close();
    expect(texts).toEqual([expect.stringContaining('This window took too long to open.')]);
  });

  it('a window that Slack refuses is a fault of ours, with Slack’s remarks in the log', async () => {
    await desk.startReplica('socket');
    desk.run = ({ windows }) => windows.open(form({ title: 'Longer than Slack takes a title' }));
    expect((await desk.type('x')).texts).toEqual([expect.stringContaining('Slack did not open the window.')]);
    const failed = desk.lines.find(({ message }) => message === 'a command failed')!;
    expect(failed.fields).toMatchObject({
      code: 'internal',
      remarks: expect.stringContaining('/view/title') as string,
    });
  });
});

describe('a click in a window', () => {
  it('opens the next one over it, answers in the direct message, and shares nowhere', async () => {
    await desk.startReplica('socket');
    desk.run = ({ windows }) => windows.open(form({ blocks: [...form().blocks, clickable('ch_1')] }));
    const viewId = await desk.opened();
    desk.click = async ({ windows, answer, value, channelId }) => {
      await windows.open(form({ title: 'On top' }));
      await answer.privately({ text: `${value} in “${channelId}”`, blocks: [words('drawn')] });
      await answer.publicly({ text: 'nowhere', blocks: [] });
    };
    const { messages, view } = await post('action', { user: 'ana', view_id: viewId, action_id: 'open' });
    expect(view).toMatchObject({ previous_view_id: viewId, view: { title: { text: 'On top' } } });
    expect(messages.map(({ text, ephemeral_to: to }) => [text, to])).toEqual([
      ['ch_1 in “”', undefined],
      [expect.stringContaining('Nothing can be shared from here.'), undefined],
    ]);
  });

  it('is answered in words when Slack refuses the blocks', async () => {
    await desk.startReplica('socket');
    desk.run = ({ windows }) => windows.open(form({ blocks: [clickable()], submit: null }));
    desk.click = ({ answer }) => answer.privately({ text: 'words', blocks: [{ type: 'no_such_block' }] });
    const outcome = await post('action', { user: 'ana', view_id: await desk.opened(), action_id: 'open' });
    expect(outcome.messages).toMatchObject([{ text: 'words' }]);
    expect(outcome.messages[0]).not.toHaveProperty('blocks');
  });
});
