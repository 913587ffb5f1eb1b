/**
 * Whatever text comes from outside, every card is one that Slack takes, that mentions nobody, links nowhere but to web
 * pages, formats nothing of its own, and carries no card number.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urgencyOf } from '../../src/disputes/queue.js';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import { linksFrom } from '../../src/wiring/links.js';
import { traceOf } from '../../src/payments/trace.js';
import type { Card } from '../../src/ports/card.js';
import type { RememberedStatus } from '../../src/ports/partner-statuses.js';
import {
  cardOf,
  code,
  escape,
  link,
  section,
  sections,
  truncate,
  wording,
} from '../../src/views/kit/blocks.js';
import { auditKinds } from '../../src/ports/audit.js';
import { auditCard } from '../../src/views/audit/log.js';
import { disputeCard } from '../../src/views/disputes/dispute.js';
import { announcementCard, fraudWarningCard, reminderCard } from '../../src/views/disputes/announcement.js';
import { digestCard } from '../../src/views/disputes/digest.js';
import { signalCard } from '../../src/views/partners/signal.js';
import { failedPayoutCard } from '../../src/views/payments/failures.js';
import { disputeQueueCard } from '../../src/views/disputes/queue.js';
import { errorCard } from '../../src/views/desk/error.js';
import { healthOf } from '../../src/partners/health.js';
import { partnerCard, partnersCard } from '../../src/views/partners/partner.js';
import { partnerStatusCard } from '../../src/views/partners/published.js';
import { payoutCard } from '../../src/views/payments/payout.js';
import { candidatesCard, nothingCard, searchingCard } from '../../src/views/payments/search.js';
import { paymentTraceCard } from '../../src/views/payments/trace.js';
import { alarmCard, newsCard, remediationCard } from '../../src/views/remediation/card.js';
import { freezeCard } from '../../src/views/remediation/freeze.js';
import { remediationListCard, remediationWhyCard } from '../../src/views/remediation/answers.js';
import type { Remediation } from '../../src/ports/remediations.js';
import { aPlan, aRuling, aSnapshot, aVote } from '../support/remediation-objects.js';
import { faultsOf, sourceOf } from '../support/cards.js';
import {
  aBalanceTransaction,
  aCharge,
  aDispute,
  aKnownDispute,
  anAttempt,
  anEntry,
  aPayment,
  aPayout,
  aRefund,
  aWarning,
  now,
} from '../support/payment-objects.js';

const nastyTexts = [
  '<!channel>',
  '<!here|here>',
  '<@U9OTHER>',
  '<#C1|general>',
  '<!subteam^S1>',
  '<https://evil.example|click>',
  '&lt;!channel&gt;',
  'https://evil.example',
  '*bold*',
  '_it_',
  '~no~',
  '`code`',
  '```block```',
  ':white_check_mark:',
  '> quote',
  '|',
  '<',
  '>',
  '&',
  '\n\n',
  '4242 4242 4242 4242',
  '4242424242424242',
  '\u202eRTL',
  'שלום',
  '👩‍👩‍👧‍👦',
  '\ud83d',
  '\u0000',
  ' ',
  '',
];
const nasty = fc.constantFrom(...nastyTexts);
const foreign: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(fc.oneof(nasty, fc.string({ maxLength: 8 })), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
  fc
    .tuple(nasty, fc.constantFrom(100, 1999, 10_000))
    .map(([part, length]) => part.repeat(Math.ceil(length / Math.max(1, part.length)))),
  fc.constant('é'.repeat(10_000)),
);

const links = linksFrom(
  Object.fromEntries(
    ['payment', 'charge', 'refund', 'dispute', 'payout', 'balance_transaction', 'order', 'ledger_entry'].map(
      (object) => [object, `https://desk.example/${object}/{id}?a=1&b=2`],
    ),
  ),
);
const known = <Value>(value: Value) => ({ state: 'known', value }) as const;

/** Every kind of card, with this text wherever text comes from outside. */
function cardsWith(text: string, count: number): Record<string, Card> {
  const times = <Item>(item: Item): Item[] => Array.from({ length: count }, () => item);
  const attempt = anAttempt({
    id: text,
    orderId: text,
    paymentId: text,
    chargeId: text,
    partner: text,
    method: text,
    status: text,
    declineCode: text,
    customerEmail: text,
    cardLast4: text,
  });
  const payment = aPayment({ id: text, status: text, cancellationReason: text });
  const charge = aCharge({
    id: text,
    failure: { code: text, declineCode: text, message: text },
    outcome: {
      type: text,
      networkStatus: text,
      reason: text,
      sellerMessage: text,
      adviceCode: text,
      networkAdviceCode: text,
      networkDeclineCode: text,
    },
    card: {
      brand: text,
      network: text,
      last4: text,
      country: text,
      authorizationCode: text,
      networkTransactionId: text,
      fingerprint: text,
      threeDSecure: {
        result: text,
        resultReason: text,
        flow: text,
        eci: text,
        exemption: text,
        version: text,
      },
    },
  });
  const refund = aRefund({ id: text, status: text, reason: text, failureReason: text, reference: text });
  const dispute = aDispute({
    id: text,
    status: text,
    reason: text,
    networkReasonCode: text,
    paymentId: text,
  });
  const knownDispute = aKnownDispute({
    id: text,
    status: text,
    reason: text,
    networkReasonCode: text,
    paymentId: text,
    ownerId: text,
  });
  const warning = aWarning({ id: text, fraudType: text });
  const payout = aPayout({
    id: text,
    status: 'failed',
    traceId: text,
    failure: { code: text, message: text },
  });
  const trace = traceOf(
    {
      id: text,
      lookedUp: { label: text, value: text, attempt },
      partner: text,
      connectedPartner: 'northpay',
      attempts: known(times(attempt)),
      siblings: known(times(attempt)),
      charges: known([charge, ...times({ ...charge, id: `${text}2`, status: 'failed' })]),
      batch: known([]),
      payment: known(payment),
      charge: known(charge),
      balanceTransaction: known(aBalanceTransaction({ id: text, status: text })),
      payout: known(payout),
      ledger: {
        state: 'known',
        value: times(anEntry({ id: text, account: text, kind: text })),
        problems: times(text),
      },
      refunds: known(times(refund)),
      disputes: known(times(dispute)),
      warnings: known(times(warning)),
    },
    { captureMs: dayMs, payoutMs: dayMs, ledgerMs: hourMs, openDay: (day) => day },
    now,
  );
  const declined = traceOf(
    {
      ...trace.findings,
      payment: known({ ...payment, status: 'requires_payment_method' }),
      charge: known({ ...charge, status: 'failed' }),
    },
    { captureMs: dayMs, payoutMs: dayMs, ledgerMs: hourMs, openDay: (day) => day },
    now,
  );
  const status: RememberedStatus = {
    partner: text,
    changedAt: now,
    troubleAt: null,
    checkedAt: now,
    staleToldAt: null,
    published: {
      indicator: 'major',
      description: text,
      publishedAt: now,
      components: times({ name: text, status: text }),
      incidents: times({
        id: text,
        name: text,
        status: text,
        impact: text,
        url: text,
        startedAt: now,
        updatedAt: now,
        latestUpdate: text,
      }),
      maintenances: times({ name: text, until: now, url: text, latestUpdate: text }),
      planned: times({ name: text, from: now, until: now, url: text }),
      problems: times(text),
    },
  };
  // A plan with half a character is refused before it is one.
  const half = text.replace(/\p{Cs}/gu, '');
  const plan = aPlan({
    headline: half,
    changes: times(half),
    affected: times(half),
    undo: half,
    irreversible: half,
  });
  const votes = times(aVote({ state: 'void', voidWhy: text }));
  const evidence = times(text).slice(0, 12);
  const told = { why: text, stateWhy: text, effectSummary: text, effectReference: text, evidence };
  const requestIn = (changed: Partial<Remediation>) =>
    aSnapshot(
      { ...told, ...changed },
      { plan, votes, ruling: aRuling({ rule: text, approverGroups: [text], trail: times(text) }) },
    );
  const judged = requestIn({ state: 'unknown', dueAt: null, askedAt: new Date('2026-11-20T12:05:00Z') });
  const auditDetails = {
    rule: text,
    planHash: text,
    [half]: half,
    plan: times(half),
    typed: { [half]: half },
    [`a${half}`]: [{ [half]: [half] }],
  };
  const sentenceDetails = {
    effect: text,
    found: times(text),
    judgement: text,
    by: text,
    query: text,
    channel: text,
    confirmedBy: text,
  };
  const entry = {
    seq: 1,
    at: now,
    previous: text,
    hash: text,
    kind: text,
    actor: text,
    subjects: [text],
    why: text,
    details: auditDetails,
  };
  const candidate = { query: text, attempt, payment: null, why: text };
  const signal = {
    id: text,
    partner: 'northpay',
    type: text,
    summary: text,
    severity: text,
    startedAt: now,
    resolvedAt: now,
  };
  const measured = { unknown: text };
  const product = {
    method: text,
    succeeded: 1,
    failed: 40,
    failedByPartner: 20,
    failedByInstitution: 20,
    late: 3,
    lateSince: now,
    lastAnswerAt: now,
  };
  const partner = {
    id: text,
    name: text,
    status,
    hasPage: true,
    measured,
    health: healthOf(status, measured, now),
  };
  return {
    trace: paymentTraceCard({
      trace,
      complete: true,
      links,
      sharedBy: null,
      startable: [],
      revealable: true,
    }),
    declined: paymentTraceCard({
      trace: declined,
      complete: true,
      links,
      sharedBy: null,
      startable: [],
      revealable: true,
    }),
    shared: paymentTraceCard({
      trace,
      complete: true,
      links,
      sharedBy: 'U0SHARER',
      startable: [],
      revealable: true,
    }),
    candidates: candidatesCard({
      query: text,
      candidates: times(candidate).slice(0, 10),
      more: true,
      readAs: times(text).slice(0, 8),
      unread: times(text),
    }),
    nothing: nothingCard({
      query: text,
      looked: times({ where: text, as: text, outcome: { failed: text } }),
      hint: null,
    }),
    searching: searchingCard(text),
    payout: payoutCard(
      {
        id: payout.id,
        payout,
        partner: text,
        contents: known([
          { partner: text, account: text, kind: text, currency: text, entries: 3, minor: 20n },
          { partner: text, account: text, kind: 'payout', currency: text, entries: 1, minor: -19n },
        ]),
        atBank: { state: 'failed', why: text },
        asOf: now,
      },
      links,
    ),
    dispute: disputeCard({
      owner: { id: text },
      note: null,
      isAwaited: true,
      packet: null,
      readerId: 'U1ANA',
      dispute: {
        ...dispute,
        caseType: text,
        intendedSubmission: text,
        compellingEvidence: { status: text, requiredActions: times(text) },
      },
      urgency: urgencyOf(dispute, now),
      around: {
        refunds: times(aRefund({ status: text })),
        others: times(dispute),
        warnings: times(aWarning({ fraudType: text })),
      },
      now,
      links: links,
      startable: [],
    }),
    queue: disputeQueueCard({
      part: 'open',
      page: 0,
      rows: times(knownDispute).slice(0, 20),
      missed: times(knownDispute),
      counts: { open: 400, missed: 30, not_allowed: 2 },
      within: 'within 3 d',
      narrowed: '3d',
      unread: times(text),
      wholeAt: now,
      now,
      links,
    }),
    announcement: announcementCard({ dispute: knownDispute, now, links }),
    reminder: reminderCard(times(knownDispute), now, links),
    warned: fraudWarningCard({ warning: aWarning({ fraudType: text }), charge: aCharge(), links }),
    digest: digestCard({
      rows: times(knownDispute).slice(0, 15),
      counts: { open: 400, missed: 30, not_allowed: 2 },
      withinMs: 3 * 86_400_000,
      now,
      links,
    }),
    failedPayout: failedPayoutCard(aPayout({ status: 'failed', failure: { code: text, message: text } }), {
      partner: { name: text },
      links,
    }),
    signal: signalCard(signal, text),
    partner: partnerCard({
      ...partner,
      signals: times(signal).slice(0, 10),
      statements: { unknown: text },
      breaks: { unknown: text },
      alerts: { unknown: text },
      products: { value: times(product).slice(0, 10) },
      metrics: [],
      help: {
        contact: text,
        escalation: times({ who: text, reach: text }).slice(0, 6),
        runbooks: times({ title: text, url: text }).slice(0, 10),
      },
      now,
      startable: [],
    }),
    partners: partnersCard(times(partner), now),
    live: partnerStatusCard(text, status),
    stale: partnerStatusCard(text, { ...status, staleToldAt: now }),
    request: remediationCard(requestIn({})),
    judged: remediationCard(judged),
    finished: remediationCard(requestIn({ state: 'rejected' }), { links }),
    executing: remediationCard(requestIn({ state: 'executing', breakGlass: true, review: 'open' })),
    list: remediationListCard(times(judged), 4000),
    why: remediationWhyCard(judged),
    news: newsCard(
      { text: `Rejected: ${text}`, mention: ['U0SHARER', text] },
      requestIn({ state: 'rejected' }),
    ),
    alarm: alarmCard(text, `used break-glass for ${text}`, { snapshot: judged, groups: ['S0LEADS', text] }),
    freeze: freezeCard({ at: now, by: text, why: text, liftBy: text, liftedBy: null }, ['S0LEADS', text]),
    sentences: auditCard({
      found: {
        entries: auditKinds
          .filter((_, place) => place % 3 === count % 3)
          .map((kind) => ({ ...entry, kind, details: { ...auditDetails, ...sentenceDetails } })),
        more: false,
      },
      term: null,
      isPerson: false,
      head: null,
    }),
    audit: auditCard({
      found: { entries: times(entry).slice(0, 15), more: true },
      term: text,
      isPerson: count > 1,
      head: { seq: 1, hash: text, at: now },
    }),
    error: errorCard(new OpsError('invalid', `Cannot read “${text}” at all.`, { hint: text })),
  };
}

/** What may stand between angle brackets: our own dates, links to web pages, and people whom we name. */
const ours =
  /<!date\^\d+\^\{date_short_pretty\} \{time(?:_secs)?\}\|[^<>|]*>|<https?:\/\/[^<>|\s]*\|[^<>|]*>|<@U0SHARER>|<!subteam\^S0LEADS>|<@U1ANA>|<@U2LARS>|^>/gm;

function harmOf(card: Card): string[] {
  const source = sourceOf(card).replace(/\[[^\]]* → [^\]]*\]/g, '');
  const harm: string[] = [];
  if (/[<>]/.test(source.replace(ours, ''))) harm.push('something foreign between angle brackets');
  if (containsCardNumber(decodeURIComponent(source.replace(/%(?![0-9A-F]{2})/g, ''))))
    harm.push('a card number');
  const addresses = [...JSON.stringify(card.blocks).matchAll(/"url":"([^"]*)"/g)].map(([, url = '']) => url);
  if (addresses.some((url) => containsCardNumber(decodeURIComponent(url))))
    harm.push('a card number in an address');
  if (/[\ud800-\udfff]/u.test(source)) harm.push('half a character');
  if (!JSON.stringify(card.blocks).includes('"verbatim":true'))
    harm.push('text that Slack may turn into links');
  return harm;
}

/** Each alone, several together, and each so long that it has to be cut: tried in every run, whatever the seed. */
const examples = [...nastyTexts, nastyTexts.join(' '), '<!channel>'.repeat(1000), 'é'.repeat(10_000)];
const runs = Number(process.env.HOSTILE_RUNS ?? 40);

describe('every card', () => {
  it.each([
    ['one or three', [1, 3], runs, examples],
    // The length is what matters here, and every run takes a while.
    ['forty', [40], Math.ceil(runs / 10), examples.slice(-3)],
  ])(
    'with hostile text in %s of everything',
    (_what, counts, numRuns, texts) => {
      fc.assert(
        fc.property(foreign, fc.constantFrom(...counts), (text, count) => {
          const harmed = Object.entries(cardsWith(text, count)).flatMap(([name, card]) =>
            [...faultsOf(card), ...harmOf(card)].map((found) => `${name}: ${found}`),
          );
          expect(harmed).toEqual([]);
        }),
        {
          seed: 11,
          numRuns: numRuns + texts.length,
          examples: texts.map((text, place) => [text, counts[place % counts.length] ?? 1]),
        },
      );
    },
    // Pure computation: on a busy machine it takes its time.
    60_000,
  );

  it.each([
    ['ampersands, which grow when they are escaped', '&'.repeat(1000), []],
    [
      'long notes',
      '<!channel> & `x`'.repeat(700),
      ['Attempt', 'Authorisation', 'Capture', 'Balance', 'Payout', 'Ledger'],
    ],
  ])('with %s a request keeps the buttons of its state, and a trace its hops', (_what, text, hops) => {
    const cards = cardsWith(text, 40);
    for (const name of ['request', 'judged', 'executing']) {
      const card = cards[name];
      expect(card && sourceOf(card)).not.toContain('Card truncated');
      expect(JSON.stringify(card)).toContain('"type":"actions"');
    }
    for (const name of hops) expect(cards.trace && sourceOf(cards.trace)).toContain(`*${name}*`);
  });

  it('hands over no button whose value would be cut', () => {
    const card = cardsWith('x'.repeat(2001), 2);
    expect(JSON.stringify([card.trace, card.candidates])).not.toContain('"value"');
    expect(JSON.stringify(cardsWith('x'.repeat(2000), 2).candidates)).toContain('"value"');
  });
});

describe('the shapes that cards are made of', () => {
  it.each([
    ['<!channel>', '&lt;!channel&gt;', 'a mention'],
    ['*now*', '∗now∗', 'bold'],
    ['_now_', 'ˍnowˍ', 'italics'],
    ['card_declined', 'card_declined', 'a word of the provider stays as it is'],
    ['`now`', 'ʼnowʼ', 'code'],
    [':white_check_mark: paid', '꞉white_check_mark: paid', 'a mark that would pass for ours'],
    ['at 12:30:45', 'at 12:30:45', 'a time is not an emoji'],
    ['a\n\nb', 'a b', 'lines of its own'],
    ['4242 4242 4242 4242', '[card number ending 4242]', 'a card number'],
    ['x'.repeat(300), `${'x'.repeat(199)}…`, 'an essay'],
    [`${'x'.repeat(190)} 4242424242424242`, `${'x'.repeat(190)} [card nu…`, 'a card number at the cut'],
  ])('escape(%j) is %j: %s', (text, expected) => {
    expect(escape(text)).toBe(expected);
  });

  it.each([
    ['See `/remediate show REM-17`.', 'See `/remediate show REM-17`.', 'a command of ours'],
    ['(`/remediate cancel REM-…`)', '(`/remediate cancel REM-…`)', 'a form that is meant'],
    ['`pi_…`, `ch_…`', '`pi_…`, `ch_…`', 'two of them'],
    ['`/remediate freeze <reason>`', '`/remediate freeze &lt;reason&gt;`', 'a placeholder'],
    ['`/query a <day> [partner]`', '`/query a &lt;day&gt; [partner]`', 'several, required and optional'],
    ['`partner=northpay`', '`partner=northpay`', 'a value for a name'],
    ['`-- $1 name type: what`', '`-- $1 name type: what`', 'a header of a query'],
    ['`4242 19.99 2026-11-03`', '`4242 19.99 2026-11-03`', 'an example of what to type'],
    ['No “`/remediate list`”', 'No “ʼ/remediate listʼ”', 'what a person typed stands in quotes'],
    ['x`y`z', 'xʼyʼz', 'backticks inside a word'],
    ['a` See `/remediate list`', 'aʼ See `/remediate list`', 'a lone one takes none of ours along'],
    ['`<!channel>` `<@U1ANA>`', 'ʼ&lt;!channel&gt;ʼ ʼ&lt;@U1ANA&gt;ʼ', 'mentions'],
    ['`:x:` `*now*` `~no~`', 'ʼ꞉x:ʼ ʼ∗now∗ʼ ʼ∼no∼ʼ', 'marks'],
    ['`a & b` `a|b` `https://a.example`', 'ʼa &amp; bʼ ʼa|bʼ ʼhttps://a.exampleʼ', 'what is no command'],
    ['``` `` ` `', 'ʼʼʼ ʼʼ ʼ ʼ', 'a fence, and nothing at all'],
    ['`/раyment`', 'ʼ/раymentʼ', 'letters that only look like ours'],
    ['`4242 4242 4242 4242`', 'ʼ[card number ending 4242]ʼ', 'a card number'],
    [`\`${'x'.repeat(101)}\``, `ʼ${'x'.repeat(101)}ʼ`, 'an essay'],
    [`\`${'x'.repeat(300)}\``, `ʼ${'x'.repeat(198)}…`, 'one that is cut'],
  ])('wording(%j) is %j: %s', (text, expected) => {
    expect(wording(text)).toBe(expected);
  });

  it.each([
    ['https://a.example/x?y=1&z=<b>', '<https://a.example/x?y=1&amp;z=%3Cb%3E|label>', 'a page'],
    ['https://a.example/a|b', '<https://a.example/a%7Cb|label>', 'a bar would end the address'],
    ['!channel', 'label', 'a mention'],
    ['javascript:alert(1)', 'label', 'a script'],
    ['not an address', 'label', 'text'],
    [`https://a.example/${'x'.repeat(4000)}`, 'label', 'too long'],
  ])('link(%j) is %j: %s', (url, expected) => {
    expect(link(url, 'label')).toBe(expected);
  });

  it('a label cannot end its link', () => {
    expect(link('https://a.example/', 'a|b> <!channel>')).toBe(
      '<https://a.example/|a¦b&gt; &lt;!channel&gt;>',
    );
  });

  it('code of nothing is a dash, because two backticks are no code', () => {
    expect([code(''), code('  '), code('a`b')]).toEqual(['—', '—', '`aʼb`']);
  });

  it('lines are packed whole', () => {
    const lines = ['a'.repeat(2000), 'b'.repeat(900), 'c'.repeat(500)];
    expect(sections(lines).map(({ text }) => text?.text)).toEqual([`${lines[0]}\n${lines[1]}`, lines[2]]);
    expect(sections([])).toEqual([]);
  });

  it.each([
    [`${'x'.repeat(2990)}<https://a.example|label>`, `${'x'.repeat(2990)}…`, 'a link'],
    [`${'x'.repeat(2996)}&lt;b&gt;`, `${'x'.repeat(2996)}…`, 'an entity'],
  ])('a cut of %j is %j: never through %s', (text, expected) => {
    expect(section(text).text?.text).toBe(expected);
  });

  it('a cut never goes through a surrogate pair', () => {
    expect(truncate('a😀b', 3)).toBe('a…');
  });

  it('a card too large for Slack says that it is cut', () => {
    for (const blocks of [
      Array.from({ length: 60 }, () => section('line')),
      Array.from({ length: 10 }, () => section('x'.repeat(2900))),
    ]) {
      const card = cardOf('A card with a great many lines', blocks);
      expect(faultsOf(card)).toEqual([]);
      expect(sourceOf(card)).toContain('Card truncated');
    }
    const full = Array.from({ length: 50 }, () => section('line'));
    expect(cardOf('A card', full).blocks).toEqual(full);
  });
});
