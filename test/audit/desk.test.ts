/**
 * The audit log as people meet it: `/audit`, what `/payment` writes down, and the head that is published every day.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditCommand, type AuditDeps } from '../../commands/audit.js';
import { auditWitnessJob } from '../../jobs/audit-witness.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { readEntry } from '../../src/audit/chain.js';
import { createAuditRecorder, createAuditTrail } from '../../src/audit/trail.js';
import { verifyChain } from '../../src/audit/verify.js';
import { dayMs } from '../../src/kernel/clock.js';
import type { Modal } from '../../src/ports/command.js';
import type { Directory, PersonKind } from '../../src/ports/directory.js';
import { utc } from '../../src/views/kit/blocks.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { opening, requestOf } from '../support/requests.js';
import { anEvent, startAuditBench, type AuditBench } from './support.js';

const directoryOf = (kind: PersonKind): Directory => ({
  person: (userId) => Promise.resolve({ userId, name: 'Ana', email: null, kind }),
  membership: () => Promise.resolve({ groups: new Map(), ageMs: 0 }),
  groupChanged: () => Promise.resolve(),
  personChanged: () => Promise.resolve(),
});

const kindsIn = async ({ store }: AuditBench): Promise<string[]> =>
  (await store.find({}, 50)).map(({ kind }) => kind);

describe('/audit', () => {
  let bench: AuditBench;
  beforeEach(async () => {
    bench = await startAuditBench();
    await bench.append(
      anEvent(),
      anEvent({ kind: 'lookup.shared', actor: 'U1LARS', subjects: ['pi_2'], why: null }),
    );
  });
  afterEach(() => bench.close());

  async function ask(text: string, over: Partial<AuditDeps> = {}): Promise<string[]> {
    const request = requestOf('U1MEI', text);
    const desk: AuditDeps = {
      auditStore: bench.store,
      audit: createAuditRecorder(bench.trail, bench.db),
      directory: directoryOf('member'),
      ...over,
    };
    await auditCommand.run(request, desk);
    const { answer } = request;
    expect(answer.given.map(({ to }) => to)).toEqual(['one']);
    expect(faultsOf(answer.given[0]!.card)).toEqual([]);
    return linesOf(answer.given[0]!.card);
  }

  it('says who did what, when, why and by which rule, newest first, and the head', async () => {
    const head = (await bench.store.head())!;
    const hash = head.hash.slice(0, 12);
    const lines = (await ask('')).map((line) => line.replace(/<!date[^|]*\|([^>]*)>/g, '$1'));
    expect(lines.slice(0, 4)).toEqual([
      '2 entries in the audit log',
      ':scroll: *2 entries in the audit log*',
      `<@U1LARS> shared the trace of \`pi_2\`, ${utc(head.at!)}`,
      '[Raw entry → 2]',
    ]);
    expect(lines[5]).toMatch(/^<@U1ANA> approved `REM-17`, .*: “the customer was charged twice”$/);
    expect(lines[7]).toBe('Entry 1 · decided by rule `refunds-below-1000` · about `pi_1paid`');
    expect(lines.at(-1)).toBe(`Head #2 \`${hash}…\` · each entry carries the hash of the one before it`);
  });

  it.each<[string, string | null, string]>([
    ['REM-17', '1 entry for `REM-17` in the audit log', 'a request'],
    ['rem-17', '1 entry for `REM-17` in the audit log', 'as people type it'],
    ['alr-7', 'No entries for `ALR-7` in the audit log', 'an alert, as people type it'],
    ['brk-12', 'No entries for `BRK-12` in the audit log', 'a break'],
    ['`pi_2`', '1 entry for `pi_2` in the audit log', 'a payment, pasted as code'],
    ['lookup.shared', '1 entry for `lookup.shared` in the audit log', 'a kind'],
    ['pi_nobody', 'No entries for `pi_nobody` in the audit log', 'nothing'],
    ['<!channel>', null, 'a mention of everybody'],
    ['@ana', null, 'a name that stands for nobody'],
    ['REM-17 REM-18', null, 'two ids'],
    ['x'.repeat(500), null, 'a text'],
    ['4242 4242 4242 4242', null, 'a card number'],
  ])('%s → %s: %s', async (text, title) => {
    if (title === null) await expect(ask(text)).rejects.toMatchObject({ code: 'invalid' });
    else expect((await ask(text))[0]).toBe(title);
    expect(await kindsIn(bench)).toHaveLength(2);
  });

  it.each(['<@U1LARS|lars>', '<@U1LARS>', 'U1LARSHOLM'])(
    'a search by a person is written down: %s',
    async (text) => {
      const userId = /U1LARS\w*/.exec(text)![0];
      const lines = await ask(text);
      expect(lines[0]).toContain(`for <@${userId}> in the audit log`);
      const [newest] = await bench.store.find({}, 1);
      expect(newest).toMatchObject({ kind: 'lookup.audit', actor: 'U1MEI', subjects: [userId] });
    },
  );

  async function openRaw(value: string, kind: PersonKind = 'member'): Promise<Modal[]> {
    const opened: Modal[] = [];
    const desk = {
      auditStore: bench.store,
      audit: createAuditRecorder(bench.trail, bench.db),
      directory: directoryOf(kind),
    };
    await auditCommand.actions.audit_raw!(requestOf('U1MEI', value, { windows: opening(opened) }), desk);
    return opened;
  }

  it('opens the raw entry: the stored text with its number and hash', async () => {
    const [modal] = await openRaw('1');
    const { entries } = await bench.store.page(0, 1);
    expect(modal).toMatchObject({ title: 'Audit entry 1', submit: null });
    expect(JSON.stringify(modal!.blocks)).toContain(JSON.stringify(entries[0]!.body).slice(1, -1));
    expect(JSON.stringify(modal!.blocks)).toContain(entries[0]!.hash);
  });

  it.each<PersonKind>(['guest', 'external', 'bot', 'deactivated'])(
    'the raw entry is refused to a %s',
    async (kind) => {
      await expect(openRaw('1', kind)).rejects.toMatchObject({ code: 'forbidden' });
    },
  );

  it.each([
    ['3', 'beyond the end'],
    ['0', 'before the beginning'],
    ['-1', 'no number of an entry'],
    ['1e0', 'another spelling'],
    ['9'.repeat(30), 'more than a number holds'],
    ['', 'nothing'],
    ["1'; drop table x", 'an attack'],
  ])('a forged number is refused: %s, %s', async (value) => {
    await expect(openRaw(value)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a search by a person that cannot be written down is refused', async () => {
    const audit = createAuditRecorder(bench.trail, { run: () => Promise.reject(new Error('down')) });
    await expect(ask('<@U1LARS>', { audit })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each<PersonKind>(['guest', 'external', 'bot', 'deactivated'])('a %s is refused', async (kind) => {
    await expect(ask('', { directory: directoryOf(kind) })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('a hostile entry stays one entry', async () => {
    const hostile = '<!channel> `*x*` \n> :rotating_light: <@U1ANA>'.repeat(40);
    await bench.append(
      ...Array.from({ length: 20 }, () =>
        anEvent({
          kind: hostile,
          actor: hostile,
          subjects: [hostile],
          why: hostile,
          details: { [hostile]: hostile },
        }),
      ),
    );
    const lines = await ask('');
    expect(lines[0]).toBe('The newest 15 entries in the audit log');
    expect(lines.join('\n')).not.toMatch(/<[!@]c|<@U1ANA/);
  });
});

describe('the witness', () => {
  let bench: OutboxBench;
  let lines: Line[];
  beforeEach(async () => {
    lines = [];
    bench = await startOutboxBench({ rateLimits: false });
    bench.startSender();
  });
  afterEach(() => bench.close());

  async function tell(auditChannel: string | null): Promise<void> {
    const auditStore = createAuditStore(bench.db);
    const desk = { auditStore, auditChannel, transactions: bench.db, outbox: bench.outbox };
    // The database takes no day that is to come by its own clock, which is no test's.
    const slot = new Date(bench.clock.now().getTime() - 3650 * dayMs);
    await auditWitnessJob.run(slot, desk, recordingLog(lines));
    await bench.untilSent();
  }
  const append = (): Promise<void> =>
    bench.db.run((tx) => createAuditTrail(createAuditStore(bench.db)).append(tx, anEvent()));

  it('is published once a day, with how many were added, and verifying checks the log against it', async () => {
    await append();
    await tell(bench.channels.incidents!);
    await append();
    await append();
    await tell(bench.channels.incidents!);
    bench.clock.advance(dayMs);
    await tell(bench.channels.incidents!);
    const store = createAuditStore(bench.db);
    const witnesses = await store.witnesses();
    expect(witnesses.map(({ seq }) => seq)).toEqual([1, 3]);
    const said = await bench.said('incidents');
    expect(said.map(({ text }) => text.split(': ')[1])).toEqual(witnesses.map(({ hash }) => hash));
    expect(JSON.stringify(said[1])).toContain('2 new entries since');
    expect(JSON.stringify(said[1])).toContain(`paydesk audit verify --expect 3:${witnesses[1]!.hash}`);
    expect(await verifyChain(store, { witnesses })).toMatchObject({ ok: true, witnesses: 2 });
  });

  it('reports an empty log too', async () => {
    await tell(bench.channels.incidents!);
    const [witness] = await createAuditStore(bench.db).witnesses();
    expect(await bench.texts('incidents')).toEqual([
      `Audit log at entry 0, ${utc(witness!.at)}: ${'0'.repeat(64)}`,
    ]);
  });

  it('is only logged where there is no channel', async () => {
    await append();
    await tell(null);
    const entry = readEntry((await createAuditStore(bench.db).find({}, 1))[0]!);
    expect(lines).toMatchObject([{ level: 'info', fields: { seq: 1, hash: entry.hash } }]);
    expect(await createAuditStore(bench.db).witnesses()).toEqual([]);
  });
});
