/**
 * The register of disputes and what people do with it, in a real database.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disputeCommand } from '../../commands/dispute/index.js';
import { disputeDigestJob, type Digest } from '../../jobs/dispute-digest.js';
import { disputeRegisterJob } from '../../jobs/dispute-register.js';
import { disputeRemindersJob } from '../../jobs/dispute-reminders.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createDisputeRegister } from '../../src/adapters/postgres/dispute-register.js';
import { createOutbox } from '../../src/adapters/postgres/outbox.js';
import { createLooks } from '../../src/adapters/postgres/provider-events.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { createDisputeDesk, type DisputeService } from '../../src/disputes/desk.js';
import { dayMs, fixedClock, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Directory } from '../../src/ports/directory.js';
import type { Dispute } from '../../src/ports/payments-api.js';
import { weekdays } from '../../src/reconciliation/calendars/weekdays.js';
import type { Packet } from '../../src/disputes/evidence/packet.js';
import { noLinks } from '../../src/views/kit/links.js';
import { faultsOf } from '../support/cards.js';
import { aDispute, now } from '../support/payment-objects.js';
import { FakePaymentsApi } from '../support/payment-sources.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { requestOf } from '../support/requests.js';

let own: TestDatabase;
let db: Database;
let api: FakePaymentsApi;
let disputes: DisputeService;
const clock = fixedClock(now);
let told: string[] = [];
let draft: Pick<Packet, 'readiness' | 'passing'>;

const deskOn = (database: Database): DisputeService =>
  createDisputeDesk({
    api,
    partner: 'northpay',
    register: createDisputeRegister(database),
    looks: createLooks(database, clock),
    audit: createAuditTrail(createAuditStore(database)),
    transactions: database,
    packetOf: () =>
      Promise.resolve({ wins: '', statements: [], documents: [], gaps: [], compelling: null, ...draft }),
    tell: (_tx, { id, status, ownerId }, news) => {
      told.push([id, status, ownerId, news?.text].filter(Boolean).join(' '));
      return Promise.resolve();
    },
    clock,
    log: silentLog,
  });

beforeEach(async () => {
  own = await createDatabase();
  clock.set(now);
  told = [];
  draft = { readiness: { word: 'not_ready', reason: 'lacks everything' }, passing: false };
  api = new FakePaymentsApi();
  db = openDatabase({ url: own.appUrl, clock, log: silentLog });
  disputes = deskOn(db);
});
afterEach(async () => {
  await db.close();
  await own.drop();
});

type Filter = Parameters<DisputeService['queue']>[0];
const inHours = (hours: number): Date => new Date(now.getTime() + hours * hourMs);
const fresh = (id: string, changed: Partial<Dispute> = {}): Dispute =>
  aDispute({
    id,
    createdAt: new Date(clock.now().getTime() + minuteMs),
    respondBy: inHours(100),
    ...changed,
  });
const all: Filter = { partner: null, dueBy: null };
const page = { offset: 0, limit: 100 };
const idsOf = async (part: 'open' | 'missed' | 'not_allowed', filter = all): Promise<string[]> =>
  (await disputes.queue(filter, part, page)).rows.map(({ id }) => id);
const outbox = () =>
  db.query<{ text: string }>(`select card->>'text' as text from paydesk.outbox order by id`);

describe('a walk over all disputes', () => {
  it('finds every open one, however many are newer, and goes on where it was cut off', async () => {
    api.disputes = Array.from({ length: 250 }, (_, n) =>
      aDispute({
        id: `du_${n}`,
        status: n % 50 === 49 ? 'needs_response' : 'won',
        createdAt: inHours(-n - 10),
      }),
    );
    api.unread.recentDisputes = ['dispute du_odd cannot be read'];
    api.mood = 'down';
    await expect(disputes.walk()).rejects.toThrow('down');
    api.mood = 'up';
    expect((await disputes.queue(all, 'open', page)).wholeAt).toBeNull();
    expect(await disputes.walk()).toEqual({ pages: 3, isWhole: true });
    expect((await idsOf('open')).sort()).toEqual(['du_149', 'du_199', 'du_249', 'du_49', 'du_99']);
    const { wholeAt, unread } = await disputes.queue(all, 'open', page);
    expect([wholeAt, unread.length]).toEqual([clock.now(), 3]);
    expect(told).toEqual([]);
  });

  it('rests for an hour, and then finds what no event told', async () => {
    const look = (): Promise<void> => disputeRegisterJob.run(clock.now(), { disputes }, silentLog);
    await look();
    api.disputes = [fresh('du_new')];
    await look();
    expect(told).toEqual([]);
    clock.advance(hourMs);
    await look();
    expect(told).toEqual(['du_new needs_response']);
  });
});

describe('the queue', () => {
  it('puts late ones and those without a response apart, and narrows by time', async () => {
    api.disputes = [
      fresh('du_days', { respondBy: inHours(60) }),
      fresh('du_soon', { respondBy: inHours(5) }),
      fresh('du_undated', { respondBy: null }),
      fresh('du_late', { respondBy: inHours(-2) }),
      fresh('du_past', { respondBy: null, pastDue: true }),
      fresh('du_closed', { respondBy: null, answerAllowed: false }),
      fresh('du_won', { status: 'won' }),
    ];
    await disputes.walk();
    expect(await idsOf('open')).toEqual(['du_undated', 'du_soon', 'du_days']);
    expect(await idsOf('open', { partner: 'northpay', dueBy: inHours(24) })).toEqual([
      'du_undated',
      'du_soon',
    ]);
    expect((await idsOf('missed')).sort()).toEqual(['du_late', 'du_past']);
    expect(await idsOf('not_allowed')).toEqual(['du_closed']);
    expect(await idsOf('open', { partner: 'adria', dueBy: null })).toEqual([]);
  });

  it('pages through 50,000 within bounds', async () => {
    await db.query(`
      insert into paydesk.disputes (id, partner, amount_minor, currency, status, reason, opened_at, answer_allowed,
        respond_by, past_due, submission_count, awaits, seen_at)
      select 'du_' || n, 'northpay', 2000, 'EUR', 'needs_response', 'fraudulent', now(), true,
        '${now.toISOString()}'::timestamptz + n * interval '1 minute', false, 0, true, now()
      from generate_series(1, 50000) n`);
    const startedAt = performance.now();
    const { counts, rows } = await disputes.queue(all, 'open', { offset: 49_980, limit: 20 });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect([counts.open, rows.at(-1)?.id]).toEqual([50_000, 'du_50000']);
  });
});

describe('/dispute due', () => {
  const ask = async (text: string): Promise<string> => {
    const directory = { person: () => Promise.resolve({ kind: 'member' }) } as unknown as Directory;
    const desk = {
      directory,
      guestGroups: [],
      paymentsApi: api,
      paymentsPartner: 'northpay',
      disputes,
      monthReport: () => Promise.reject(new Error('no month was expected')),
      links: noLinks,
      clock,
      remediation: null,
    };
    const request = requestOf('U1ANA', text);
    await disputeCommand.run(request, desk);
    const [{ card } = { card: { text: '', blocks: [] } }] = request.answer.given;
    expect(faultsOf(card)).toEqual([]);
    return card.text;
  };

  it.each([
    ['due 24h', '1 dispute needs a response within 1 d; 1 more is overdue', 'overdue ones still wait'],
    ['due 3d northpay', '2 disputes need a response within 3 d; 1 more is overdue', 'and the partner'],
    ['due 1 day', '1 dispute needs a response within 1 d; 1 more is overdue', 'in words'],
    ['due 3 days northpay', '2 disputes need a response within 3 d; 1 more is overdue', 'and the partner'],
    ['due tomorrow', '1 dispute needs a response by the end of tomorrow (UTC); 1 more is overdue', 'a day'],
    ['overdue', '3 disputes need a response; 1 more is overdue', 'those whose deadline is over'],
    ['due', '3 disputes need a response; 1 more is overdue', 'no limit'],
    ['', '3 disputes need a response; 1 more is overdue', 'nothing typed'],
  ])('%s → %s: %s', async (text, title) => {
    api.disputes = [
      fresh('du_soon', { respondBy: inHours(20) }),
      fresh('du_days', { respondBy: inHours(60) }),
      fresh('du_later', { respondBy: inHours(700) }),
      fresh('du_missed', { respondBy: inHours(-30) }),
    ];
    await disputes.walk();
    expect((await ask(text)).split(':')[0]).toBe(title);
  });

  it('says that it does not know all yet', async () => {
    expect(await ask('')).toBe('No dispute needs a response so far');
  });
});

describe('a dispute', () => {
  it('is announced once, by whichever way it comes first, and its steps follow', async () => {
    await disputes.begunAt();
    api.disputes = [fresh('du_1')];
    await Promise.all([disputes.lookAt('du_1'), deskOn(db).lookAt('du_1'), disputes.walk()]);
    expect(told).toEqual(['du_1 needs_response']);
    api.disputes = [fresh('du_1', { status: 'under_review', submissionCount: 1 })];
    clock.advance(minuteMs);
    await disputes.lookAt('du_1');
    await disputes.lookAt('du_1');
    expect(told.slice(1)).toEqual(['du_1 under_review Now under review.']);
  });

  it('of long before the first look is not announced, nor is its end', async () => {
    await disputes.begunAt();
    api.disputes = [fresh('du_old', { createdAt: inHours(-30) })];
    await disputes.walk();
    api.disputes = [fresh('du_old', { createdAt: inHours(-30), status: 'won' })];
    await disputes.lookAt('du_old');
    expect(told).toEqual([]);
    expect(await idsOf('open')).toEqual([]);
  });

  it('keeps what was read later, whichever answer is written last', async () => {
    const register = createDisputeRegister(db);
    const write = (status: string, seconds: number) =>
      db.run((tx) => {
        const sighting = { dispute: fresh('du_1', { status }), awaits: status === 'needs_response' };
        return register.note(tx, 'northpay', [sighting], new Date(now.getTime() + seconds * 1000));
      });
    await write('needs_response', 0);
    await write('won', 9);
    await write('under_review', 5);
    expect((await register.find('du_1'))?.status).toBe('won');
  });
});

describe('taking', () => {
  beforeEach(async () => {
    await disputes.begunAt();
    api.disputes = [fresh('du_1')];
    await disputes.lookAt('du_1');
    told = [];
  });

  it('gives a dispute one owner, who can release it, and writes down who', async () => {
    expect(await disputes.take('du_1', 'U1ANA', null)).toMatchObject({ fromId: null });
    expect(await disputes.ownerOf('du_1')).toBe('U1ANA');
    await disputes.take('du_1', 'U1ANA', null);
    await expect(disputes.release('du_1', 'U1BO')).rejects.toThrow(/only they can release it/);
    await disputes.release('du_1', 'U1ANA');
    expect(await disputes.ownerOf('du_1')).toBeNull();
    expect(told).toEqual([
      'du_1 needs_response U1ANA took it.',
      'du_1 needs_response released it; it has no owner now.',
    ]);
    const kinds = await db.query<{ kind: string }>(
      `select kind from paydesk.audit_entries where kind like 'dispute%' order by seq`,
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(['dispute.opened', 'dispute.taken', 'dispute.released']);
  });

  it('from somebody else names them, and rests on whom the person saw', async () => {
    await disputes.take('du_1', 'U1BO', null);
    await expect(disputes.take('du_1', 'U1ANA', null)).rejects.toThrow(/<@U1BO> has taken du_1 meanwhile/);
    expect(await disputes.take('du_1', 'U1ANA', 'U1BO')).toMatchObject({ fromId: 'U1BO' });
    expect(await disputes.ownerOf('du_1')).toBe('U1ANA');
  });

  it('two people at once: one has it', async () => {
    const taken = await Promise.allSettled([
      disputes.take('du_1', 'U1ANA', null),
      deskOn(db).take('du_1', 'U1BO', null),
    ]);
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('one that was answered meanwhile is refused', async () => {
    api.disputes = [fresh('du_1', { status: 'under_review', submissionCount: 1 })];
    await expect(disputes.take('du_1', 'U1ANA', null)).rejects.toThrow(/no longer needs a response/);
  });
});

describe('reminders', () => {
  const remind = (desk = disputes): Promise<void> =>
    disputeRemindersJob.run(
      clock.now(),
      {
        disputes: desk,
        disputesChannel: 'C0DISPUTES',
        links: noLinks,
        outbox: createOutbox(() => undefined),
        transactions: db,
      },
      silentLog,
    );

  it('come at 72, 24 and 3 hours, once each over replicas', async () => {
    api.disputes = [fresh('du_1', { respondBy: inHours(73) })];
    await disputes.walk();
    const counts: number[] = [];
    for (const hours of [0, 2, 24, 50, 60, 71, 72, 80]) {
      clock.set(inHours(hours));
      await Promise.all([remind(), remind(deskOn(db))]);
      await remind();
      counts.push((await outbox()).length);
    }
    expect(counts).toEqual([0, 1, 1, 2, 2, 3, 3, 3]);
    expect((await outbox())[0]?.text).toMatch(/^1 dispute has no owner: response due by .* 2 d 23 h left$/);
  });

  it('never come for one that was answered meanwhile, or that somebody has', async () => {
    const due = { respondBy: inHours(30) };
    api.disputes = ['du_1', 'du_2', 'du_3'].map((id) => fresh(id, due));
    await disputes.walk();
    await disputes.take('du_2', 'U1ANA', null);
    api.disputes = [
      fresh('du_1', { ...due, status: 'under_review', submissionCount: 1 }),
      fresh('du_3', due),
    ];
    await remind();
    expect((await outbox()).map(({ text }) => text.split(':')[0])).toEqual(['1 dispute has no owner']);
  });

  it('wait while the provider does not say whether it was answered', async () => {
    api.disputes = [fresh('du_1', { respondBy: inHours(2) })];
    await disputes.walk();
    api.mood = 'down';
    await remind();
    expect(await outbox()).toEqual([]);
    api.mood = 'up';
    await remind();
    expect(await outbox()).toHaveLength(1);
  });
});

describe('a draft answer', () => {
  const dueAt = async (id: string) => (await createDisputeRegister(db).find(id))?.dueAt ?? null;
  const ready = { readiness: { word: 'ready', reason: 'has everything' }, passing: false } as const;

  it('is due at once when a dispute is new, and its thread hears of each change once', async () => {
    api.disputes = [fresh('du_1')];
    await disputes.walk();
    expect(await dueAt('du_1')).toEqual(now);
    await disputes.advance('du_1');
    await disputes.advance('du_1');
    expect(await dueAt('du_1')).toEqual(inHours(1 / 60));
    clock.set(inHours(48));
    await disputes.advance('du_1');
    expect(await dueAt('du_1')).toEqual(inHours(54));
    draft = ready;
    await disputes.advance('du_1');
    expect(told.slice(1)).toEqual([
      'du_1 needs_response Draft evidence is not ready: lacks everything.',
      'du_1 needs_response Draft evidence is ready: has everything.',
    ]);
    expect((await createDisputeRegister(db).find('du_1'))?.draft).toEqual(ready.readiness);
  });

  it('does not look worse while a source is silent, and is tried again soon', async () => {
    api.disputes = [fresh('du_1')];
    await disputes.walk();
    draft = ready;
    await disputes.advance('du_1');
    draft = { readiness: { word: 'not_ready', reason: 'lacks everything' }, passing: true };
    await disputes.advance('du_1');
    expect(told).toHaveLength(2);
    expect(await dueAt('du_1')).toEqual(inHours(1 / 6));
  });

  it.each<[string, () => void, number | null]>([
    [
      'is answered',
      () => (api.disputes = [fresh('du_1', { status: 'under_review', submissionCount: 1 })]),
      null,
    ],
    ['is gone at the provider', () => (api.disputes = []), null],
    ['cannot be read', () => (api.mood = 'down'), 1 / 6],
  ])('rests once its dispute %s', async (_name, change, hours) => {
    api.disputes = [fresh('du_1')];
    await disputes.walk();
    change();
    await disputes.advance('du_1');
    expect(await dueAt('du_1')).toEqual(hours === null ? null : inHours(hours));
    expect(told.filter((line) => line.includes('Draft'))).toEqual([]);
  });
});

describe('the digest', () => {
  const digest: Digest = {
    channel: 'C0TEAM',
    at: '08:30',
    timeZone: 'Europe/Amsterdam',
    calendar: weekdays,
    withinMs: 3 * dayMs,
    partner: null,
  };

  it('is posted once a day, with what is due and who owns it', async () => {
    api.disputes = [
      fresh('du_soon', { respondBy: inHours(5) }),
      fresh('du_later', { respondBy: inHours(200) }),
      fresh('du_late', { respondBy: inHours(-1) }),
    ];
    await disputes.walk();
    const deps = { digests: [digest], links: noLinks, outbox: createOutbox(() => undefined), clock };
    for (const desk of [disputes, deskOn(db), disputes])
      await disputeDigestJob.run(clock.now(), { ...deps, disputes: desk, transactions: db }, silentLog);
    expect((await outbox()).map(({ text }) => text)).toEqual([
      '1 dispute is due within 3 d; 1 missed its deadline',
    ]);
  });
});
