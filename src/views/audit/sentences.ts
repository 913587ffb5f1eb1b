/**
 * An entry of the audit log as a sentence: who did what, to which thing, when and why.
 *
 * Invariants: every kind that Paydesk writes has its words, which the compiler sees to; an entry of any other kind is a
 * sentence too; details are read as something from outside, so that an entry of another version reads well without them.
 */
import type { AuditEntry } from '../../audit/chain.js';
import type { Json } from '../../kernel/canonical-json.js';
import { auditKinds, type AuditKind } from '../../ports/audit.js';
import { code, escape, instant, mention, wording } from '../kit/blocks.js';

/** What follows the subject; the name is of the request, payment or person that the entry is about first. */
type Predicate = (thing: string, entry: AuditEntry) => string;

const predicates: Readonly<Record<AuditKind, Predicate>> = {
  'alert.acknowledged': (thing) => `acknowledged ${thing}`,
  'alert.dismissed': (thing) => `marked ${thing} as not an anomaly`,
  'alert.escalated': (thing) => `escalated ${thing}`,
  'alert.opened': (thing) => `opened ${thing}`,
  'alert.quieted': (thing) => `silenced alerts of ${thing}`,
  'alert.reopened': (thing) => `reopened ${thing}`,
  'alert.resolved': (thing) => `resolved ${thing}`,
  'alert.snoozed': (thing) => `snoozed ${thing}`,
  'alert.taken_to_incident': (thing) => `added ${thing} to an incident`,
  'alert.woken': (thing) => `ended the snooze of ${thing}`,
  'break.released': (thing) => `released ${thing}`,
  'break.reopened': (thing) => `reopened ${thing}`,
  'break.resolved': (thing) => `resolved ${thing}`,
  'break.started': (thing) => `started a guarded action from ${thing}`,
  'break.taken': (thing) => `took ${thing}`,
  'break.written_off': (thing) => `wrote off ${thing}`,
  'day.reconciled': (thing) => `reconciled ${thing}`,
  'day.reopened': (thing) => `reopened ${thing}`,
  'day.signed_off': (thing) => `signed off ${thing}`,
  'dispute.changed': (thing) => `saw ${thing} change at the provider`,
  'dispute.draft_opened': (thing) => `opened the draft answer of ${thing} to edit it`,
  'dispute.drafted': (thing) => `assembled a draft answer to ${thing}`,
  'dispute.opened': (thing) => `saw ${thing} open`,
  'dispute.released': (thing) => `released ${thing}`,
  'dispute.taken': (thing) => `took ${thing}`,
  'dispute.taken_over': (thing) => `took ${thing} over`,
  'incident.advanced': (thing, entry) => `set up ${thing}${colon(textIn(entry, 'step'))}`,
  'incident.closed': (thing) => `archived the channel of ${thing}`,
  'incident.closing': (thing) => `closed ${thing}`,
  'incident.failed': (thing) => `could not create a channel for ${thing}`,
  'incident.opened': (thing) => `opened ${thing}`,
  'incident.ready': (thing) => `finished setting up ${thing}`,
  'kill_switch.frozen': () => 'froze all guarded actions',
  'kill_switch.unfreeze_asked': () => 'asked to lift the freeze',
  'kill_switch.unfrozen': () => 'lifted the freeze as the second person',
  'lookup.audit': (_, { subjects }) => `searched the audit log for ${mention(subjects[0] ?? 'a person')}`,
  'lookup.personal': (_, entry) =>
    `looked for payments by ${personalOf(entry)} and found ${foundCount(entry)}`,
  'lookup.query': (thing, entry) => `ran the query ${thing}${colon(linesIn(entry, 'values').join(', '))}`,
  'lookup.revealed': (thing) => `saw the personal data of ${thing} unmasked`,
  'lookup.shared': (thing, entry) => `shared the trace of ${thing}${channelOf(entry)}`,
  'partner.better': (thing, entry) => `saw ${thing} report a smaller incident${describedOf(entry)}`,
  'partner.degraded': (thing, entry) => `saw ${thing} report an incident${describedOf(entry)}`,
  'partner.readable_again': (thing) => `could read the status page of ${thing} again`,
  'partner.recovered': (thing, entry) => `saw ${thing} report normal service${describedOf(entry)}`,
  'partner.signal_ended': (thing) => `saw ${thing} end a health alert`,
  'partner.signal_raised': (thing) => `saw ${thing} raise a health alert`,
  'partner.unreadable': (thing) => `could no longer read the status page of ${thing}`,
  'partner.worse': (thing, entry) => `saw ${thing} report a larger incident${describedOf(entry)}`,
  'remediation.approved': (thing, entry) => `approved ${thing}${confirmedOf(entry)}`,
  'remediation.cancelled': (thing) => `withdrew ${thing}`,
  'remediation.done': (thing, entry) => `executed ${thing}${colon(textIn(entry, 'effect'))}`,
  'remediation.ended_early': (thing) => `ended the effect of ${thing} early`,
  'remediation.executing': (thing, entry) => `started to execute ${thing}${attemptOf(entry)}`,
  'remediation.expired': (thing) => `closed ${thing} as expired`,
  'remediation.follow_up_failed': (thing) => `could not complete the follow-up of ${thing}`,
  'remediation.followed_up': (thing) => `completed the follow-up of ${thing}`,
  'remediation.glass_broken': (thing, entry) => `used break-glass for ${thing}${planOf(entry)}`,
  'remediation.handed_over': (thing) => `asked a person to decide whether ${thing} took effect`,
  'remediation.held_up': (thing) => `put ${thing} on hold`,
  'remediation.judged': (thing, entry) => `decided that ${thing} ${judgementOf(entry)}`,
  'remediation.judgement_contradicted': (thing, entry) =>
    `decided that ${thing} ${judgementOf(entry)}, but Paydesk found otherwise${colon(linesIn(entry, 'found').join(' '))}`,
  'remediation.looked': (thing, entry) => `checked whether ${thing} took effect: ${foundOf(entry)}`,
  'remediation.never_took_effect': (thing) =>
    `found that ${thing} did not take effect, contrary to a person’s decision`,
  'remediation.postponed': (thing) => `postponed ${thing}; nothing was done`,
  'remediation.refused': (thing) => `closed ${thing} as refused; nothing was done`,
  'remediation.rejected': (thing) => `rejected ${thing}`,
  'remediation.repeated': (thing, entry) => `resent the order for ${thing}${attemptOf(entry)}`,
  'remediation.requested': (thing, entry) => `requested ${thing}${planOf(entry)}`,
  'remediation.review_overdue': (thing) => `reported that the review of ${thing} is overdue`,
  'remediation.reviewed': (thing) => `closed the review of ${thing}`,
  'remediation.revoked': (thing) => `revoked the standing approval ${thing}`,
  'remediation.standing_declined': (thing) => `did not act under the standing approval ${thing}`,
  'remediation.standing_used': (thing, entry) =>
    `started ${thing} under the standing approval ${code(textIn(entry, 'standing'))}${planOf(entry)}`,
  'remediation.took_effect_late': (thing, entry) =>
    `found that ${thing} took effect late, contrary to a person’s decision${colon(textIn(entry, 'effect'))}`,
  'remediation.unknown': (thing) => `could not tell whether ${thing} took effect`,
  'remediation.verified_not_yet': (thing) => `could not verify ${thing} yet`,
  'remediation.verified_unanswered': (thing) => `got no answer when it verified ${thing}`,
  'remediation.verified_visible': (thing) => `verified ${thing}`,
  'remediation.verified_wrong': (thing) => `found that the effect of ${thing} differs from its plan`,
  'remediation.voided': (thing) => `voided ${thing}`,
  'remediation.vote_withdrawn': (thing) => `withdrew the vote on ${thing}`,
  'remediation.voted': (thing, entry) => voteOf(thing, entry),
  'remediation.votes_voided': (thing) => `voided votes on ${thing}`,
  'remediation.watch_over': (thing) => `stopped watching ${thing}`,
  'watch.started': (thing) => `began to watch ${thing}`,
  'watch.stopped': (thing) => `stopped watching ${thing}`,
  'watch.told': (thing) => `sent the final message of the watch ${thing}`,
};

const isKnown = (kind: string): kind is AuditKind => (auditKinds as readonly string[]).includes(kind);

/** “@Lars rejected `REM-3`, today 22:47: “Not ours.”” */
export function auditSentence(entry: AuditEntry): string {
  const { kind, actor, at, subjects, why } = entry;
  const thing = subjects[0] === undefined ? 'nothing in particular' : code(subjects[0]);
  const predicate = isKnown(kind) ? predicates[kind](thing, entry) : otherKind(kind, thing);
  const isOwn = actor === 'paydesk';
  const reason = why === null || why.trim() === '' ? '' : `: ${isOwn ? wording(why) : `“${escape(why)}”`}`;
  return `${isOwn ? 'Paydesk' : mention(actor)} ${predicate}, ${instant(at)}${reason}`;
}

/** `escalation.put_off` → “recorded “escalation put off” for `REM-3``”. */
const otherKind = (kind: string, thing: string): string =>
  `recorded “${escape(kind.replaceAll(/[._]/g, ' '))}” for ${thing}`;

function voteOf(thing: string, entry: AuditEntry): string {
  if (entry.details.unconfirmed === true)
    return `voted for ${thing}; the vote counts once it is confirmed outside Slack`;
  const { missing } = entry.details;
  const open =
    typeof missing === 'number'
      ? `; ${missing} more ${missing === 1 ? 'approval is' : 'approvals are'} needed`
      : '';
  return `approved ${thing}${confirmedOf(entry)}${open}`;
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const textIn = ({ details }: AuditEntry, name: string): string => textOf(details[name]);

function linesIn({ details }: AuditEntry, name: string): string[] {
  const value = details[name];
  return Array.isArray(value) ? (value as readonly Json[]).map(textOf).filter((line) => line !== '') : [];
}

const colon = (text: string): string => (text === '' ? '' : ` (${escape(text.replace(/\.$/, ''))})`);

/** In the partner's words. */
const describedOf = (entry: AuditEntry): string => colon(textIn(entry, 'description'));

/** The headline of what was asked for. */
const planOf = (entry: AuditEntry): string => colon(linesIn(entry, 'plan')[0] ?? '');

const confirmedOf = (entry: AuditEntry): string =>
  textIn(entry, 'confirmedBy') === '' ? '' : ', confirmed outside Slack';

function attemptOf({ details: { call } }: AuditEntry): string {
  return typeof call === 'number' && call > 1 ? ` (attempt ${call})` : '';
}

const judgementOf = (entry: AuditEntry): string =>
  textIn(entry, 'judgement') === 'did_not' ? 'did not take effect' : 'took effect';

const findings: Readonly<Record<string, string>> = {
  not_done: 'nothing has been done so far',
  cannot_tell: 'the outcome is not clear yet',
  unanswered: 'no answer',
};

const foundOf = (entry: AuditEntry): string => findings[textIn(entry, 'found')] ?? 'no result';

function channelOf(entry: AuditEntry): string {
  const channel = textIn(entry, 'channel');
  return /^[CGD][A-Z0-9]{2,20}$/.test(channel) ? ` in <#${channel}>` : '';
}

function personalOf(entry: AuditEntry): string {
  const query = textIn(entry, 'query');
  // Digits, amount and day say by themselves what they are, and not every such search has a card in it.
  const by = textIn(entry, 'by')
    .replace(/^card$/, '')
    .replaceAll('_', ' ');
  return [by === '' && query === '' ? 'personal data' : escape(by), query === '' ? '' : code(query)]
    .filter(Boolean)
    .join(' ');
}

const foundCount = ({ subjects: [first, ...others] }: AuditEntry): string => {
  if (first === undefined) return 'none';
  return others.length === 0 ? code(first) : String(others.length + 1);
};
