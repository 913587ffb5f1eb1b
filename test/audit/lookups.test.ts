/**
 * Which lookups are written down, seen from Slack: the whole desk against the sandbox.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { readEntry, type AuditEntry } from '../../src/audit/chain.js';
import { verifyChain } from '../../src/audit/verify.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Outcome } from '../../sandbox/slack/wire.js';
import { completeTrace, startDesk, textOf, type TestDesk } from '../support/desk.js';

let desk: TestDesk;
let db: Database;

beforeAll(async () => {
  desk = await startDesk('socket');
  db = openDatabase({ url: new Secret(desk.urls.database), clock: systemClock, log: silentLog });
});
afterAll(async () => {
  await db.close();
  await desk.close();
});

/** What was written while this was done, oldest first. */
async function writtenBy(work: () => Promise<unknown>): Promise<AuditEntry[]> {
  const store = createAuditStore(db);
  const { seq } = (await store.head())!;
  await work();
  return (await store.page(seq, 10)).entries.map(readEntry);
}

it('a lookup by a payment’s id is no personal data', async () => {
  expect(await writtenBy(() => desk.command(`/payment ${desk.examples.refunded}`))).toEqual([]);
});

it.each([
  ['nobody.at.all@example.com', { by: 'email', query: 'n•••@example.com' }, 'an address'],
  ['cus_NobodyAtAll000', { by: 'customer', query: 'cus_NobodyAtAll000' }, 'the provider’s id of a person'],
  [
    '9999 19.99 2026-11-03',
    { by: 'card', query: '•••• 9999, 19.99, 3 Nov 2026 (Europe/Lisbon)' },
    'four digits and more',
  ],
])('/payment %s is written down before it is answered, masked: %s', async (text, details) => {
  const written = await writtenBy(async () => {
    expect(textOf(await desk.command(`/payment ${text}`))).not.toContain('"messages":[]');
  });
  expect(written).toMatchObject([{ kind: 'lookup.personal', details }]);
  expect(written[0]!.actor).toMatch(/^U/);
  expect(JSON.stringify(written)).not.toContain('nobody.at.all');
});

it('the payments that a person’s address led to are named, so that they lead back to who looked', async () => {
  const { customerEmail } = desk.examples;
  let seen = '';
  const [written] = await writtenBy(async () => {
    seen = textOf(await desk.command(`/payment ${customerEmail}`));
  });
  expect(written!.subjects.length).toBeGreaterThan(0);
  for (const subject of written!.subjects) expect(seen).toContain(subject);
  expect(JSON.stringify(written)).not.toContain(customerEmail);
});

it('an answer shown to everyone is recorded', async () => {
  const trace = await completeTrace(desk, desk.examples.refunded);
  const share = (): Promise<Outcome> =>
    desk.action({
      user: 'ana',
      channel: 'payments-ops',
      ts: trace.messages.at(-1)!.ts,
      action_id: 'payment_share',
    });
  expect(await writtenBy(share)).toMatchObject([
    {
      kind: 'lookup.shared',
      subjects: [desk.examples.refunded],
      details: { channel: trace.messages.at(-1)!.channel },
    },
  ]);
});

it('a log that cannot be written refuses the personal lookup, and no other', async () => {
  await db.query('revoke execute on function paydesk.audit_append from paydesk_app');
  try {
    const refused = textOf(await desk.command('/payment nobody.at.all@example.com'));
    expect(refused).toContain('audit log');
    expect(refused).not.toContain('n•••@example.com');
    expect(textOf(await desk.command(`/payment ${desk.examples.refunded}`))).toContain('booked in ledger');
  } finally {
    await db.query('grant execute on function paydesk.audit_append to paydesk_app');
  }
});

it('the chain of what this desk did is whole', async () => {
  expect(await verifyChain(createAuditStore(db), { witnesses: [] })).toMatchObject({ ok: true });
});
