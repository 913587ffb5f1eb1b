/**
 * Actions on the platform through the whole desk: asked for, approved, carried out, looked after to their end. What each
 * one does by itself is held beside it, in actions/.
 */
import { eventId } from '../operations-api/support.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../src/kernel/clock.js';
import type { RemediationProgress } from '../../src/ports/remediations.js';
import { actions } from '../../src/remediation/actions/index.js';
import { awaitsJudgement } from '../../src/remediation/life/settlement.js';
import { openPlatformDesk, typedAt, type PlatformDesk } from './platform-desk.js';
import { ballotOf, startCompany, type Company, type Replica } from './support.js';

let at: PlatformDesk;
let company: Company;
let replica: Replica;
beforeEach(async () => {
  [at, company] = await Promise.all([openPlatformDesk(), startCompany()]);
  at.clock.advance(company.clock.now().getTime() - at.clock.now().getTime());
  replica = company.replica({ actions, world: { ...at.hasty, clock: company.clock } });
});
afterEach(() => Promise.all([at.close(), company.close()]));

/** Asks and approves; the id. */
async function approved(action: string, typed: Record<string, string>): Promise<string> {
  const asked = await replica.desk.request({
    formKey: action,
    action,
    typed,
    why: 'Declines rise',
    requesterId: 'ana',
    channelId: 'C0DESK000',
    breakGlass: false,
  });
  if (asked.kind !== 'requested') throw new Error(asked.faults.map(({ message }) => message).join());
  await replica.desk.approve(ballotOf(asked.snapshot, 'eve'), null);
  return asked.snapshot.remediation.id;
}

it('routes are there to choose from: those of the partner that the form is about, in the state that fits', async () => {
  const values = async (action: string, about: { kind: string; id: string } | null): Promise<string[]> =>
    (await replica.desk.suggestions(action, 'route', { about, typed: {} })).map(({ value }) => value);
  const all = await values('pause-route', null);
  const own = await values('pause-route', { kind: 'partner', id: 'adria' });
  expect(own).toContain('adria-card-fr');
  expect(own.every((id) => id.startsWith('adria-')) && own.length < all.length).toBe(true);
  expect(await values('resume-route', null)).toEqual([]);
  at.api.setFault({ kind: 'unavailable', count: 20 });
  expect(await values('pause-route', null), 'a platform that is down').toEqual([]);
});

it('events are there to choose from, and the targets of the one that was chosen', async () => {
  const offered = (field: string, typed: Record<string, string> = {}) =>
    replica.desk.suggestions('replay-event', field, { about: null, typed });
  expect(await offered('event')).toEqual([
    { value: eventId, label: 'charge.succeeded, 2026-11-18 11:59 UTC', description: eventId },
  ]);
  const targets = [
    { value: 'ledger', label: 'ledger' },
    {
      value: 'customer-notices',
      label: 'customer-notices',
      description: 'Not idempotent: cannot be replayed',
    },
    { value: 'order-service', label: 'order-service' },
  ];
  expect(await offered('target', { event: eventId })).toEqual(targets);
  expect(await offered('target'), 'before one is chosen: those of the newest').toEqual(targets);
  expect(await offered('target', { event: 'evt_unheard_of' }), 'an event that nobody knows').toEqual([]);
  expect(await offered('no-such-field')).toEqual([]);
});

async function letPass(forMs: number): Promise<void> {
  for (let passed = 0; passed <= forMs; passed += 10 * secondMs) {
    await replica.work();
    company.clock.advance(10 * secondMs);
    at.clock.advance(10 * secondMs);
  }
}

const progressOf = async (id: string): Promise<RemediationProgress> =>
  (await replica.desk.read(id)).remediation;

const route = 'adria-card-fr';
const pause = () =>
  approved('pause-route', { route, until: typedAt(company.clock.now(), 30), reason: 'Declines rise' });

it('a pause that another request ends is over at once, and says which one ended it', async () => {
  const paused = await pause();
  await letPass(minuteMs);
  expect(await progressOf(paused)).toMatchObject({ state: 'done', verified: true });
  const resumed = await approved('resume-route', { route, reason: 'Declines fell' });
  await letPass(minuteMs);
  expect(await progressOf(paused)).toMatchObject({
    state: 'closed',
    stateWhy: `${route} is active: it was resumed by ${resumed}.`,
  });
});

it('a pause that ends by other means is over within ten minutes', async () => {
  const paused = await pause();
  await letPass(minuteMs);
  await at.operations.resumeRoute({ routeId: route, reason: 'by hand', idempotencyKey: 'theirs' });
  await letPass(10 * minuteMs);
  expect(await progressOf(paused)).toMatchObject({
    state: 'closed',
    stateWhy: `${route} is active: it was resumed by order theirs.`,
  });
});

it('a pause whose answer is lost is found, seen, and closed when it has resumed by itself', async () => {
  at.api.setFault({ kind: 'timeout_after_effect', path: `/v1/routes/${route}/pause` });
  const id = await pause();
  await letPass(minuteMs);
  expect(await progressOf(id)).toMatchObject({ state: 'done', verified: true, calls: 1 });
  expect((await at.operations.route(route)).state).toBe('paused');
  await letPass(30 * minuteMs);
  expect(await progressOf(id)).toMatchObject({
    state: 'closed',
    stateWhy: expect.stringMatching(/^adria-card-fr is active: it resumed automatically at /),
  });
});

it('a pause that was never carried out is ordered again under its key, and happens once', async () => {
  at.api.setFault({ kind: 'error_before_effect', path: `/v1/routes/${route}/pause` });
  const id = await pause();
  await letPass(minuteMs);
  expect(await progressOf(id)).toMatchObject({ state: 'done', verified: true, calls: 2 });
});

it('a pause of a route that somebody paused meanwhile is void', async () => {
  const id = await pause();
  const until = new Date(at.clock.now().getTime() + 60 * minuteMs);
  await at.operations.pauseRoute({ routeId: route, until, reason: 'x', idempotencyKey: 'theirs' });
  await letPass(minuteMs);
  expect(await progressOf(id)).toMatchObject({ stateWhy: expect.stringMatching(/state: active → paused/) });
  expect((await at.operations.route(route)).pausedBy).toBe('theirs');
});

it('a letter whose fate is unknown is never sent again, and comes before a person', async () => {
  at.mailbox.setFault({ kind: 'drop_after_data' });
  const id = await approved('message-partner', {
    partner: 'adria',
    subject: 'Statement',
    text: 'Please send it.',
  });
  await letPass(20 * minuteMs);
  const { remediation } = await replica.desk.read(id);
  expect(awaitsJudgement(remediation)).toBe(true);
  const { evidence } = remediation;
  expect(evidence.join()).toMatch(/in the Sent folder/);
  expect(at.mailbox.letters()).toHaveLength(1);
});
