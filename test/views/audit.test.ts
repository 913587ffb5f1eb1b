/**
 * The audit log as sentences: one for every kind of entry that Paydesk writes, and for those of other versions.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../sandbox/slack/block-kit/validate.js';
import { readEntry, type AuditEntry } from '../../src/audit/chain.js';
import { auditKinds } from '../../src/ports/audit.js';
import type { JsonObject } from '../../src/kernel/canonical-json.js';
import { auditSentence } from '../../src/views/audit/sentences.js';
import { rawEntryModal } from '../../src/views/audit/log.js';
import { chainOf, anEvent } from '../audit/support.js';
import { root, sourceFiles } from '../house/source-tree.js';

const at = new Date('2026-11-20T22:47:00Z');
const entryOf = (changes: Partial<AuditEntry>): AuditEntry => ({
  seq: 12,
  at,
  previous: '0'.repeat(64),
  hash: 'a'.repeat(64),
  kind: 'remediation.approved',
  actor: 'U1LARS',
  subjects: ['REM-3', 'pi_1paid'],
  why: null,
  details: {},
  ...changes,
});

/** With the reader's date as its UTC fallback. */
const read = (changes: Partial<AuditEntry>): string =>
  auditSentence(entryOf(changes)).replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1');

const plan = ['Refund 20.00 EUR of pi_1paid', 'Changes: …'];
/** What the entry holds beside its kind, as the code that writes it has it. */
const written: Readonly<Record<string, Partial<AuditEntry>>> = {
  'kill_switch.frozen': { subjects: ['kill-switch'], why: 'Refunds go out twice.' },
  'kill_switch.unfreeze_asked': { subjects: ['kill-switch'] },
  'kill_switch.unfrozen': { subjects: ['kill-switch'] },
  'lookup.audit': { subjects: ['U1ANA'] },
  'lookup.personal': { subjects: ['pi_1', 'pi_2'], details: { by: 'card', query: '•••• 4242 19.99' } },
  'lookup.shared': { subjects: ['pi_1'], details: { channel: 'C0OPS' } },
  ...Object.fromEntries(
    ['better', 'degraded', 'readable_again', 'recovered', 'unreadable', 'worse'].map((verb) => [
      `partner.${verb}`,
      { actor: 'paydesk', subjects: ['northpay'], details: { description: 'Slow captures' } },
    ]),
  ),
  'remediation.approved': { details: { missing: 0, confirmedBy: 'lars@test.example' } },
  'remediation.done': { actor: 'paydesk', details: { effect: 'Refund re_1 of 20.00 EUR.' } },
  'remediation.executing': { actor: 'paydesk', details: { call: 2 } },
  'remediation.expired': { actor: 'paydesk', why: 'Not enough people approved in time.' },
  'remediation.glass_broken': { why: 'Cut-off in ten minutes', details: { plan } },
  'remediation.judged': { why: 'Seen in the dashboard', details: { judgement: 'did_not' } },
  'remediation.judgement_contradicted': {
    why: 'I think so',
    details: { judgement: 'did_not', found: ['Refund re_1 of 20.00 EUR.'] },
  },
  'remediation.looked': { actor: 'paydesk', details: { found: 'not_done' } },
  'remediation.rejected': { why: 'Not ours.' },
  'remediation.repeated': {
    actor: 'paydesk',
    why: 'It was looked for and nothing was done.',
    details: { call: 2 },
  },
  'remediation.requested': { actor: 'U1ANA', why: 'Paid twice', details: { plan } },
  'remediation.reviewed': { why: 'All in order' },
  'remediation.took_effect_late': { actor: 'paydesk', details: { effect: 'Refund re_1 of 20.00 EUR.' } },
  'remediation.voted': { details: { missing: 1 } },
  'remediation.cancelled': {},
  'remediation.vote_withdrawn': {},
};

describe('sentences', () => {
  it('one for every kind', () => {
    const lines = auditKinds.map((kind) => read({ kind, ...(written[kind] ?? { actor: 'paydesk' }) }));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "Paydesk acknowledged \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk marked \`REM-3\` as not an anomaly, 2026-11-20 22:47 UTC
      Paydesk escalated \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk opened \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk silenced alerts of \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk reopened \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk resolved \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk snoozed \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk added \`REM-3\` to an incident, 2026-11-20 22:47 UTC
      Paydesk ended the snooze of \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk released \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk reopened \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk resolved \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk started a guarded action from \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk took \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk wrote off \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk reconciled \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk reopened \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk signed off \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk saw \`REM-3\` change at the provider, 2026-11-20 22:47 UTC
      Paydesk opened the draft answer of \`REM-3\` to edit it, 2026-11-20 22:47 UTC
      Paydesk assembled a draft answer to \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk saw \`REM-3\` open, 2026-11-20 22:47 UTC
      Paydesk released \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk took \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk took \`REM-3\` over, 2026-11-20 22:47 UTC
      Paydesk set up \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk archived the channel of \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk closed \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk could not create a channel for \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk opened \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk finished setting up \`REM-3\`, 2026-11-20 22:47 UTC
      <@U1LARS> froze all guarded actions, 2026-11-20 22:47 UTC: “Refunds go out twice.”
      <@U1LARS> asked to lift the freeze, 2026-11-20 22:47 UTC
      <@U1LARS> lifted the freeze as the second person, 2026-11-20 22:47 UTC
      <@U1LARS> searched the audit log for <@U1ANA>, 2026-11-20 22:47 UTC
      <@U1LARS> looked for payments by \`•••• 4242 19.99\` and found 2, 2026-11-20 22:47 UTC
      Paydesk ran the query \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk saw the personal data of \`REM-3\` unmasked, 2026-11-20 22:47 UTC
      <@U1LARS> shared the trace of \`pi_1\` in <#C0OPS>, 2026-11-20 22:47 UTC
      Paydesk saw \`northpay\` report a smaller incident (Slow captures), 2026-11-20 22:47 UTC
      Paydesk saw \`northpay\` report an incident (Slow captures), 2026-11-20 22:47 UTC
      Paydesk could read the status page of \`northpay\` again, 2026-11-20 22:47 UTC
      Paydesk saw \`northpay\` report normal service (Slow captures), 2026-11-20 22:47 UTC
      Paydesk saw \`REM-3\` end a health alert, 2026-11-20 22:47 UTC
      Paydesk saw \`REM-3\` raise a health alert, 2026-11-20 22:47 UTC
      Paydesk could no longer read the status page of \`northpay\`, 2026-11-20 22:47 UTC
      Paydesk saw \`northpay\` report a larger incident (Slow captures), 2026-11-20 22:47 UTC
      <@U1LARS> approved \`REM-3\`, confirmed outside Slack, 2026-11-20 22:47 UTC
      <@U1LARS> withdrew \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk executed \`REM-3\` (Refund re_1 of 20.00 EUR), 2026-11-20 22:47 UTC
      Paydesk ended the effect of \`REM-3\` early, 2026-11-20 22:47 UTC
      Paydesk started to execute \`REM-3\` (attempt 2), 2026-11-20 22:47 UTC
      Paydesk closed \`REM-3\` as expired, 2026-11-20 22:47 UTC: Not enough people approved in time.
      Paydesk could not complete the follow-up of \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk completed the follow-up of \`REM-3\`, 2026-11-20 22:47 UTC
      <@U1LARS> used break-glass for \`REM-3\` (Refund 20.00 EUR of pi_1paid), 2026-11-20 22:47 UTC: “Cut-off in ten minutes”
      Paydesk asked a person to decide whether \`REM-3\` took effect, 2026-11-20 22:47 UTC
      Paydesk put \`REM-3\` on hold, 2026-11-20 22:47 UTC
      <@U1LARS> decided that \`REM-3\` did not take effect, 2026-11-20 22:47 UTC: “Seen in the dashboard”
      <@U1LARS> decided that \`REM-3\` did not take effect, but Paydesk found otherwise (Refund re_1 of 20.00 EUR), 2026-11-20 22:47 UTC: “I think so”
      Paydesk checked whether \`REM-3\` took effect: nothing has been done so far, 2026-11-20 22:47 UTC
      Paydesk found that \`REM-3\` did not take effect, contrary to a person’s decision, 2026-11-20 22:47 UTC
      Paydesk postponed \`REM-3\`; nothing was done, 2026-11-20 22:47 UTC
      Paydesk closed \`REM-3\` as refused; nothing was done, 2026-11-20 22:47 UTC
      <@U1LARS> rejected \`REM-3\`, 2026-11-20 22:47 UTC: “Not ours.”
      Paydesk resent the order for \`REM-3\` (attempt 2), 2026-11-20 22:47 UTC: It was looked for and nothing was done.
      <@U1ANA> requested \`REM-3\` (Refund 20.00 EUR of pi_1paid), 2026-11-20 22:47 UTC: “Paid twice”
      Paydesk reported that the review of \`REM-3\` is overdue, 2026-11-20 22:47 UTC
      <@U1LARS> closed the review of \`REM-3\`, 2026-11-20 22:47 UTC: “All in order”
      Paydesk revoked the standing approval \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk did not act under the standing approval \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk started \`REM-3\` under the standing approval —, 2026-11-20 22:47 UTC
      Paydesk found that \`REM-3\` took effect late, contrary to a person’s decision (Refund re_1 of 20.00 EUR), 2026-11-20 22:47 UTC
      Paydesk could not tell whether \`REM-3\` took effect, 2026-11-20 22:47 UTC
      Paydesk could not verify \`REM-3\` yet, 2026-11-20 22:47 UTC
      Paydesk got no answer when it verified \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk verified \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk found that the effect of \`REM-3\` differs from its plan, 2026-11-20 22:47 UTC
      Paydesk voided \`REM-3\`, 2026-11-20 22:47 UTC
      <@U1LARS> withdrew the vote on \`REM-3\`, 2026-11-20 22:47 UTC
      <@U1LARS> approved \`REM-3\`; 1 more approval is needed, 2026-11-20 22:47 UTC
      Paydesk voided votes on \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk stopped watching \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk began to watch \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk stopped watching \`REM-3\`, 2026-11-20 22:47 UTC
      Paydesk sent the final message of the watch \`REM-3\`, 2026-11-20 22:47 UTC"
    `);
  });

  it.each<[string, string, Partial<AuditEntry>]>([
    [
      'the vote is not confirmed yet',
      '<@U1LARS> voted for `REM-3`; the vote counts once it is confirmed outside Slack, 2026-11-20 22:47 UTC',
      { kind: 'remediation.voted', details: { unconfirmed: true } },
    ],
    [
      'two more are needed',
      '<@U1LARS> approved `REM-3`; 2 more approvals are needed, 2026-11-20 22:47 UTC',
      { kind: 'remediation.voted', details: { missing: 2 } },
    ],
    [
      'a search that found no payment',
      '<@U1LARS> looked for payments by email `a•@x.example` and found none, 2026-11-20 22:47 UTC',
      { kind: 'lookup.personal', subjects: [], details: { by: 'email', query: 'a•@x.example' } },
    ],
    [
      'a search that found one',
      '<@U1LARS> looked for payments by customer `cus_1` and found `pi_1`, 2026-11-20 22:47 UTC',
      { kind: 'lookup.personal', subjects: ['pi_1'], details: { by: 'customer', query: 'cus_1' } },
    ],
    [
      'a kind of another version',
      '<@U1LARS> recorded “escalation put off” for `REM-3`, 2026-11-20 22:47 UTC: “Holiday”',
      { kind: 'escalation.put_off', why: 'Holiday' },
    ],
    [
      'a kind that is a property of every object',
      '<@U1LARS> recorded “constructor” for `REM-3`, 2026-11-20 22:47 UTC',
      { kind: 'constructor' },
    ],
    [
      'nothing that it is about',
      'Paydesk recorded “clock reset” for nothing in particular, 2026-11-20 22:47 UTC',
      { kind: 'clock.reset', actor: 'paydesk', subjects: [] },
    ],
  ])('%s', (_, sentence, changes) => expect(read(changes)).toBe(sentence));

  it.each<[string, JsonObject]>([
    [
      'details of other types',
      {
        plan: 7,
        call: 'x',
        effect: null,
        found: {},
        judgement: [],
        missing: '1',
        channel: 3,
        by: 1,
        query: true,
        confirmedBy: {},
      },
    ],
    ['no details', {}],
  ])('reads well with %s', (_, details) => {
    for (const kind of auditKinds)
      expect(read({ kind, details })).not.toMatch(/undefined|null|NaN|\[object|\(\)| {2}/);
  });
});

describe('kinds', () => {
  const sources = sourceFiles()
    .filter(({ path }) => !/^sandbox\/|views\/audit|ports\/audit/.test(path))
    .map(({ path }) => readFileSync(join(root, path), 'utf8'));
  const isWritten = (quoted: string): boolean => sources.some((source) => source.includes(quoted));

  it('each is written by some code', () => {
    const unwritten = auditKinds.filter((kind) => {
      const verb = kind.slice(kind.indexOf('.') + 1);
      const isMade = verb.startsWith('verified_') && isWritten('verb: `verified_${found.kind}`');
      return !isMade && !isWritten(`'${kind}'`) && !isWritten(`'${verb}'`);
    });
    expect(unwritten).toEqual([]);
  });

  it('an event written as text is one of them', () => {
    const texts = sources.flatMap((source) =>
      source.includes('audit')
        ? [...source.matchAll(/\bkind: '([a-z_]+\.[a-z_]+)'/g)].map(([, kind = '']) => kind)
        : [],
    );
    const verbs = sources.flatMap((source) =>
      [...source.matchAll(/\bverb: '([a-z_]+)'/g)].map(([, verb = '']) => verb),
    );
    const known = new Set(auditKinds.map((kind) => kind.slice(kind.indexOf('.') + 1)));
    expect(texts.length).toBeGreaterThan(2);
    expect(verbs.length).toBeGreaterThan(20);
    expect(texts.filter((kind) => !(auditKinds as readonly string[]).includes(kind))).toEqual([]);
    expect(verbs.filter((verb) => !known.has(verb))).toEqual([]);
  });
});

describe('the raw entry', () => {
  const windowOf = (details: JsonObject) => {
    const [stored] = chainOf([anEvent({ details })]);
    const modal = rawEntryModal(stored!, readEntry(stored!));
    expect(validateBlocks(JSON.parse(JSON.stringify(modal.blocks)), 'modal')).toEqual([]);
    const { text } = (modal.blocks[2] as unknown as { elements: { elements: { text: string }[] }[] })
      .elements[0]!.elements[0]!;
    return { stored: stored!, modal, text, said: JSON.stringify(modal.blocks) };
  };

  it('shows number, kind, hash and the exact text that was hashed', () => {
    const { stored, modal, text, said } = windowOf({ rule: 'everyday', seen: ['<!channel> *x* ```'] });
    expect(modal.title).toBe('Audit entry 1');
    expect(text).toBe(stored.body);
    expect(said).toContain(stored.hash);
    expect(said).toContain('`remediation.approved`');
    expect(said).toContain('The hash is the SHA-256 of this text.');
  });

  it('shows signs that turn text around as escapes, of the same value', () => {
    const { stored, text } = windowOf({ seen: 'refund\u202e00.02\u202c 👩‍💻' });
    expect(text).toContain('refund\\u202e00.02\\u202c');
    expect(JSON.parse(text)).toEqual(JSON.parse(stored.body));
  });

  it('says where the whole is when a window cannot hold it', () => {
    const { text, said } = windowOf({
      plan: Array.from({ length: 900 }, (_, line) => `Line ${line} of a long plan`),
    });
    expect(text.length).toBe(12_000);
    expect(said).toContain('Run `paydesk audit export` to see all of it');
  });
});
