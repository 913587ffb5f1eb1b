/** The person's own page: rendered when it is opened, and again after what was done there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenView } from '../../sandbox/slack/wire.js';
import type { WebClient } from '@slack/web-api';
import { createHomes } from '../../src/adapters/slack/home.js';
import { createInFlight } from '../../src/adapters/slack/in-flight.js';
import { fixedClock, hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { errorCard } from '../../src/views/desk/error.js';
import { clickable, form, startDesk, until, words, type SlackDesk, type Transport } from './desk.js';

let desk: SlackDesk;
let renderings = 0;
beforeEach(async () => {
  desk = await startDesk({ ackMs: 3000 });
  renderings = 0;
  desk.home = () => Promise.resolve([words(`Rendering ${++renderings}`), clickable()]);
});
afterEach(() => desk.close());

const homeOf = async (user: string): Promise<OpenView | null> => {
  const { users, homes } = await desk.slack.control.state();
  return homes[users.find(({ name }) => name === user)!.id] ?? null;
};
/** Opens Home, and waits until something stands there. */
async function opened(user = 'ana'): Promise<OpenView> {
  await desk.slack.control.post('home', { user });
  await until(async () => (await homeOf(user)) !== null);
  return (await homeOf(user))!;
}
const click = (viewId: string) =>
  desk.slack.control.post('action', { user: 'ana', view_id: viewId, action_id: 'open' });
const shownTo = async (user: string) => JSON.stringify((await homeOf(user))?.view.blocks ?? null);
const becomes = (text: string) => until(async () => (await shownTo('ana')).includes(text));

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  beforeEach(() => desk.startReplica(transport));

  it('is rendered for the person who opens it', async () => {
    const people: string[] = [];
    desk.home = ({ userId, teamId }) => {
      people.push(teamId);
      return Promise.resolve([words(`For ${userId}`)]);
    };
    const home = await opened('mei');
    expect(JSON.stringify(home.view)).toContain(`For ${home.user}`);
    expect(people).toEqual([(await desk.slack.control.state()).team.id]);
    expect(await shownTo('ana')).toBe('null');
  });

  it('a click there is answered in the direct message, and Home is rendered again', async () => {
    const { id } = await opened();
    desk.click = ({ answer, value }) => answer.privately({ text: `did ${value}`, blocks: [] });
    await click(id);
    await until(async () =>
      (await desk.slack.control.state()).channels.some(
        ({ is_im, messages }) => is_im && messages.some(({ text }) => text === 'did pi_1'),
      ),
    );
    await becomes('Rendering 2');
  });

  it('also when the click failed, which is reported', async () => {
    const { id } = await opened();
    desk.click = () => Promise.reject(new OpsError('forbidden', 'Not yours.'));
    await click(id);
    await expect.poll(async () => JSON.stringify(await desk.slack.control.state())).toContain('Not yours.');
    await becomes('Rendering 2');
  });

  it('a window opened there is remembered, over the next one, to its submission', async () => {
    const { id } = await opened();
    await click(id);
    await becomes('Rendering 2');
    const [first] = (await desk.slack.control.state()).views;
    desk.submit = ({ memo }) =>
      Promise.resolve(memo === 'pi_1' ? { kind: 'show', modal: form({ memo: 'next' }) } : { kind: 'close' });
    const submission = { user: 'ana', view_id: first!.id, values: { amount: { text: '1' } } };
    await desk.slack.control.post('submit', submission);
    await becomes('Rendering 3');
    await desk.slack.control.post('submit', submission);
    await becomes('Rendering 4');
    expect(desk.submitted.map(({ memo }) => memo)).toEqual(['pi_1', 'next']);
  });
});

it('a window opened elsewhere leaves Home alone', async () => {
  await desk.startReplica('socket');
  desk.run = ({ windows }) => windows.open(form());
  const values = { amount: { text: '1' } };
  await desk.slack.control.post('submit', { user: 'ana', view_id: await desk.opened(), values });
  expect(desk.submitted).toHaveLength(1);
  expect(renderings).toBe(0);
});

it.each([
  [
    'cannot be rendered',
    () => Promise.reject(new OpsError('unavailable', 'The database is away.')),
    'The database is away.',
  ],
  ['is refused by Slack', () => Promise.resolve([{ type: 'data_table' }]), 'Slack refused this page.'],
])('a Home that %s says so, with the reference of the log', async (_why, home, text) => {
  await desk.startReplica('socket');
  desk.home = home;
  await opened();
  const shown = await shownTo('ana');
  expect(shown).toContain(text);
  const failed = desk.lines.find(({ level }) => level === 'error')!;
  expect(shown).toContain(failed.fields.errorId);
});

describe('when something that every Home shows has changed', () => {
  it('those who opened theirs are redrawn, one per call, once per change', async () => {
    const { app } = await desk.startReplica('socket');
    expect(await app.redrawOneHome('no freeze')).toBe(0);
    const drawn: string[] = [];
    desk.home = ({ userId }) => {
      drawn.push(userId);
      return Promise.resolve([words(`Rendering ${drawn.length}`)]);
    };
    await opened('ana');
    await opened('mei');
    await until(() => drawn.length === 2);
    await opened('ana');
    await until(() => drawn.length === 3);
    const [ana, mei] = drawn.splice(0);
    expect(await app.redrawOneHome('no freeze')).toBe(0);
    expect(drawn, 'nothing changed').toEqual([]);
    expect(await app.redrawOneHome('a freeze')).toBe(1);
    expect(await app.redrawOneHome('a freeze')).toBe(0);
    expect(await app.redrawOneHome('a freeze')).toBe(0);
    expect(drawn, 'the latest first').toEqual([ana, mei]);
    expect(await shownTo('mei')).toContain('Rendering 2');
    expect(await app.redrawOneHome('no freeze')).toBe(1);
  });

  it('fifty at most, and nobody who has not looked for eight hours', async () => {
    const published: string[] = [];
    const clock = fixedClock('2026-11-20T09:00:00Z');
    const homes = createHomes({
      client: { views: { publish: () => Promise.resolve({ ok: true }) } } as unknown as WebClient,
      home: ({ userId }) => {
        published.push(userId);
        return Promise.resolve([]);
      },
      desk: null,
      inFlight: createInFlight(),
      clock,
      errorCard,
      log: silentLog,
    });
    const redrawn = async (mark: string): Promise<string[]> => {
      published.length = 0;
      while ((await homes.redrawOne(mark)) > 0);
      return [...published];
    };
    await redrawn('no freeze');
    for (let person = 0; person < 60; person++) await homes.publish({ userId: `U${person}`, teamId: 'T1' });
    const first = await redrawn('a freeze');
    expect([first.length, first[0], first.at(-1)]).toEqual([50, 'U59', 'U10']);
    clock.advance(8 * hourMs);
    await homes.publish({ userId: 'U3', teamId: 'T1' });
    expect(await redrawn('no freeze')).toEqual(['U3']);
  });

  it('a page that Slack did not take is drawn again, later each time, and given up in the end', async () => {
    const clock = fixedClock('2026-11-20T09:00:00Z');
    let failing = 0;
    let calls = 0;
    const publish = (): Promise<unknown> =>
      ++calls && failing-- > 0 ? Promise.reject(new Error('HTTP 500')) : Promise.resolve({ ok: true });
    const homes = createHomes({
      client: { views: { publish } } as unknown as WebClient,
      home: () => Promise.resolve([]),
      desk: null,
      inFlight: createInFlight(),
      clock,
      errorCard,
      log: silentLog,
    });
    await homes.redrawOne('no freeze');
    await homes.publish({ userId: 'U1', teamId: 'T1' });
    const afterChange = async (mark: string, failures: number): Promise<number> => {
      failing = failures;
      calls = 0;
      for (let left = await homes.redrawOne(mark); left > 0; left = await homes.redrawOne(mark))
        clock.advance(1000);
      return calls;
    };
    expect(await afterChange('a freeze', 2), 'two failures, then it is shown').toBe(3);
    expect(await afterChange('no freeze', 1000), 'some eight minutes of failures').toBe(9);
  });
});

it('of two renderings at once the later one stays', async () => {
  const replica = await desk.startReplica('socket');
  let finishFirst: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (finishFirst = resolve));
  desk.home = async () => {
    const mine = ++renderings;
    if (mine === 1) await first;
    return [words(`Rendering ${mine}`)];
  };
  const open = () => desk.slack.control.post('home', { user: 'ana' });
  await Promise.all([open(), open()]);
  await until(() => replica.inFlight.count() === 2);
  expect(renderings, 'the second waits for the first').toBe(1);
  finishFirst();
  await becomes('Rendering 2');
});
