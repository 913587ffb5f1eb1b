/**
 * `/payment`: where is the money? Follows the pasted text to a payment and shows its trace.
 *
 * Invariant: what a search by a person's data found, and what is shown to everybody, is in the audit log before it is
 * shown; when it cannot be written there, it is not shown.
 */
import type { Lookup, PaymentLookup } from '../src/payments/lookup.js';
import {
  personalQueryOf,
  revealedBy,
  startsFromPerson,
  type PersonalQuery,
} from '../src/payments/personal.js';
import { idsIn } from '../src/payments/found-ids.js';
import type { WatchService } from '../src/payments/watch.js';
import type { Log } from '../src/kernel/log.js';
import { hasVisibleText } from '../src/kernel/visible-text.js';
import type { AuditRecorder } from '../src/ports/audit.js';
import type { Card } from '../src/ports/card.js';
import type {
  ActionRequest,
  Answers,
  Command,
  CommandRequest,
  Person,
  SubmissionAnswer,
  SubmissionRequest,
} from '../src/ports/command.js';
import type { Channels } from '../src/ports/channels.js';
import { timeZoneOf, type Directory } from '../src/ports/directory.js';
import type { RemediationService } from '../src/remediation/remediation.js';
import type { Links } from '../src/views/kit/links.js';
import { lookUpIds } from '../src/views/kit/look-ups.js';
import { startableIn } from '../src/views/remediation/start.js';
import { revealForm, revealReason, revealedModal } from '../src/views/kit/reveal.js';
import {
  alreadyWatchedCard,
  watchIds,
  watchStartedCard,
  watchStoppedCard,
} from '../src/views/payments/watch.js';
import { payoutCard } from '../src/views/payments/payout.js';
import { personalLines, revealIds } from '../src/views/payments/personal.js';
import { paymentTraceCard, shareActionId } from '../src/views/payments/trace.js';
import {
  candidatesCard,
  moreIdsCard,
  noIdsCard,
  chooseActionId,
  mostPages,
  nothingCard,
  pageActionId,
  refusedCard,
  searchingCard,
} from '../src/views/payments/search.js';
import { requireInternal, requireLookups, requireRole, type LookupDoor, type RoleDoor } from './door.js';

export interface PaymentDeps extends LookupDoor, RoleDoor {
  payments: PaymentLookup;
  links: Links;
  audit: AuditRecorder;
  directory: Directory;
  channels: Channels;
  /** Roles that may see personal data unmasked. */
  revealRoles: readonly string[];
  watches: Pick<WatchService, 'start' | 'stop' | 'of'>;
  remediation: Pick<RemediationService, 'actions'> | null;
}

/** What guests do not see without a role. */
const payments = 'Payments';

export const paymentCommand: Command<PaymentDeps> = {
  name: '/payment',
  summary: 'Follow a payment through every system',
  usageHint: 'pi_… | ch_… | order | ARN | e-mail | 4242 19.99 27 Nov',
  examples: [
    { text: '/payment pi_3Q…', does: 'the trace: where the money is, and what comes next by when' },
    { text: '/payment ORD-10423', does: 'the same, found by an order, ARN, RRN or any other reference' },
    {
      text: '/payment 4242 19.99 yesterday',
      does: 'payments that match card digits, amount and day, in any order',
    },
  ],
  // Who looks for a person is written down first.
  reads: (text) => !startsFromPerson(text),
  run: (request, desk) => searchFor(request.text, 0, request, desk),
  actions: {
    ...Object.fromEntries(
      Array.from({ length: mostPages }, (_, page) => [
        pageActionId(page),
        (request: ActionRequest, desk: PaymentDeps) => searchFor(request.value, page, request, desk),
      ]),
    ),
    [chooseActionId]: follow,
    [lookUpIds.payment]: follow,
    [shareActionId]: share,
    [revealIds.button]: openReveal,
    [watchIds.start]: watch,
    [watchIds.stop]: stopWatching,
    payment_open: () => Promise.resolve(),
  },
  shortcuts: {
    trace_identifiers: {
      name: 'Trace identifiers here',
      description: 'Follow the payments that this message names',
      run: traceMessage,
    },
  },
  submissions: { [revealIds.form]: reveal },
};

/** `page`: of the candidates, where there are many. */
async function searchFor(
  text: string,
  page: number,
  request: Pick<CommandRequest, 'person' | 'answer' | 'log'>,
  desk: PaymentDeps,
): Promise<void> {
  await requireLookups(desk, request.person.userId, payments);
  const query = await desk.payments.read(text, () => timeZoneOf(desk.directory, request.person.userId));
  const personal = query.recognised.ok ? personalQueryOf(query.recognised.value) : null;
  const shown = desk.payments.find(query);
  const lookups = personal ? recorded(shown, personal, request.person, desk.audit) : shown;
  await answerLookup(lookups, request, desk, page);
}

async function follow(request: ActionRequest, desk: PaymentDeps): Promise<void> {
  await requireLookups(desk, request.person.userId, payments);
  return answerLookup(desk.payments.follow(request.value), request, desk);
}

async function answerLookup(
  lookups: AsyncIterable<Lookup>,
  { answer, log }: { answer: Answers; log: Log },
  desk: PaymentDeps,
  page = 0,
): Promise<void> {
  for await (const lookup of lookups) {
    if (lookup.kind === 'refused') {
      const { refusal, errorId: reference } = lookup;
      log.info({ reference, reason: refusal.reason }, 'a text was not looked up');
    }
    await answer.privately(cardOf(lookup, desk, null, page));
  }
}

/** The first answer that reveals something waits for its entry. */
async function* recorded(
  lookups: AsyncIterable<Lookup>,
  { by, masked }: PersonalQuery,
  { userId }: Person,
  audit: AuditRecorder,
): AsyncGenerator<Lookup, void> {
  let isRecorded = false;
  for await (const lookup of lookups) {
    const subjects = isRecorded ? null : revealedBy(lookup);
    if (subjects) {
      await audit.record({
        kind: 'lookup.personal',
        actor: userId,
        subjects,
        why: null,
        details: { by, query: masked },
      });
      isRecorded = true;
    }
    yield lookup;
  }
}

/** An interaction may be answered five times. */
const mostTraced = 4;

/** Only the person reads the answers: who else reads the message may not look up payments. */
async function traceMessage({ text, person, answer, log }: CommandRequest, desk: PaymentDeps): Promise<void> {
  await requireLookups(desk, person.userId, payments);
  const ids = idsIn(text, mostTraced + 1);
  const [only] = ids;
  if (only === undefined) return answer.privately(noIdsCard());
  if (ids.length === 1) return answerLookup(desk.payments.follow(only), { answer, log }, desk);
  const found = await Promise.allSettled(
    ids.slice(0, mostTraced).map((id) => lastOf(desk.payments.follow(id))),
  );
  const lookups = found.flatMap((one) =>
    one.status === 'fulfilled' && one.value !== null ? [one.value] : [],
  );
  for (const lookup of oneForEachPayment(lookups)) await answer.privately(cardOf(lookup, desk, null));
  if (ids.length > mostTraced) await answer.privately(moreIdsCard(mostTraced));
  const failed = found.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** A message often names a payment by several of its ids. */
function oneForEachPayment(lookups: readonly Lookup[]): Lookup[] {
  const traced = lookups.map((lookup) => (lookup.kind === 'trace' ? lookup.trace.findings.id : null));
  return lookups.filter((_, at) => traced[at] === null || traced.indexOf(traced[at] ?? null) === at);
}

async function watch({ value, person: { userId }, answer }: ActionRequest, desk: PaymentDeps): Promise<void> {
  await requireLookups(desk, userId, payments);
  const started = await desk.watches.start(value, userId);
  await answer.privately(
    started === 'already' ? alreadyWatchedCard(value) : watchStartedCard(started.watch, started.hop),
  );
}

/** In Home the list itself says that it is gone. */
async function stopWatching(
  { value, person: { userId }, channelId, answer }: ActionRequest,
  desk: PaymentDeps,
): Promise<void> {
  const stopped = await desk.watches.stop(value, userId);
  if (channelId !== '') await answer.privately(watchStoppedCard(stopped));
}

/** Looks again, because the world moved on since the private card was made. Only a trace is for everybody's eyes. */
async function share(
  { value, person: { userId }, channelId, answer }: ActionRequest,
  desk: PaymentDeps,
): Promise<void> {
  await requireLookups(desk, userId, payments);
  await requireInternal(desk.channels, channelId);
  const last = await lastOf(desk.payments.follow(value));
  if (last?.kind !== 'trace') return last ? answer.privately(cardOf(last, desk, null)) : undefined;
  const subjects = [last.trace.findings.id];
  await desk.audit.record({
    kind: 'lookup.shared',
    actor: userId,
    subjects,
    why: null,
    details: { channel: channelId },
  });
  await answer.publicly(cardOf(last, desk, userId));
}

export async function lastOf(lookups: AsyncIterable<Lookup>): Promise<Lookup | null> {
  let last: Lookup | null = null;
  for await (const lookup of lookups) last = lookup;
  return last;
}

const personalData = 'Personal data';

async function openReveal({ value, person, windows }: ActionRequest, desk: PaymentDeps): Promise<void> {
  await requireRole(desk, person.userId, desk.revealRoles, personalData);
  await windows.open(revealForm(revealIds.form, `who paid ${value.slice(0, 60)}`, value));
}

/** The reason is in the audit log before anything is shown, and the person alone sees the window. */
async function reveal(
  { memo, values, person: { userId } }: SubmissionRequest,
  desk: PaymentDeps,
): Promise<SubmissionAnswer> {
  const why = (values[revealReason] ?? '').trim();
  if (!hasVisibleText(why)) return { kind: 'errors', errors: { [revealReason]: 'Say why you need it.' } };
  await requireRole(desk, userId, desk.revealRoles, personalData);
  const last = await lastOf(desk.payments.follow(memo));
  if (last?.kind !== 'trace') return { kind: 'show', modal: revealedModal([], null) };
  const { findings } = last.trace;
  await desk.audit.record({
    kind: 'lookup.revealed',
    actor: userId,
    subjects: [findings.id],
    why,
    details: {},
  });
  return { kind: 'show', modal: revealedModal(personalLines(findings), null) };
}

function cardOf(lookup: Lookup, desk: PaymentDeps, sharedBy: string | null, page = 0): Card {
  const { links } = desk;
  switch (lookup.kind) {
    case 'refused':
      return refusedCard(lookup.refusal, lookup.errorId);
    case 'searching':
      return searchingCard(lookup.query);
    case 'trace':
      return paymentTraceCard({
        ...lookup,
        links,
        sharedBy,
        startable: startableIn(desk),
        revealable: desk.revealRoles.length > 0,
      });
    case 'payout':
      return payoutCard(lookup.report, links);
    case 'candidates':
      return candidatesCard(lookup, page);
    case 'nothing':
      return nothingCard(lookup);
  }
}
