/**
 * How much may be approved within any hour, day or other window: per action, requester, partner or merchant.
 *
 * Invariants: what was approved and what is asked never come to more than the limit within any window of the cap's length,
 * wherever it begins; parts count as the whole does; a name that is written differently is the same name, and what has
 * none shares one.
 */
import { formatDuration } from '../../kernel/duration.js';
import { add, compare, formatMoney, isZero, type Money } from '../../kernel/money.js';
import type { CapEntry } from '../../ports/remediations.js';
import type { Cap, Policy } from './policy.js';
import { instantText } from './calendar.js';
import { policyAmount } from './rates.js';

/** What asks for room: an entry that is not kept yet. */
export type CapCandidate = Omit<CapEntry, 'at'>;

export type CapRuling =
  | { ok: true; trail: readonly string[] }
  | {
      ok: false;
      /** The id of the first cap that has no room. */
      cap: string;
      message: string;
      /** When enough is free again if nothing else is approved; null when the limit itself is too small. */
      freeAt: Date | null;
      trail: readonly string[];
    };

/**
 * `entries` are those kept since `longestWindowMs` before `now`; more do no harm. The candidate's own entry does not count
 * twice. Throws `misconfigured` for a limit that does not read.
 */
export function capsOn(
  policy: Policy,
  candidate: CapCandidate,
  entries: readonly CapEntry[],
  now: Date,
): CapRuling {
  const others = entries.filter(({ remediationId }) => remediationId !== candidate.remediationId);
  const looks = policy.caps
    .filter(({ actions }) => actions?.includes(candidate.action) ?? true)
    .map((cap) => lookAt(policy, cap, candidate, others, now));
  const trail = looks.map(({ sentence }) => sentence);
  const broken = looks.find(({ fits }) => !fits);
  if (broken === undefined) return { ok: true, trail };
  const { cap, sentence, freeAt } = broken;
  return { ok: false, cap: cap.id, message: `${sentence} ${remedyOf(freeAt)}`, freeAt, trail };
}

/** How far back entries matter. */
export const longestWindowMs = ({ caps }: Policy): number => Math.max(0, ...caps.map(({ within }) => within));

interface Look {
  cap: Cap;
  fits: boolean;
  freeAt: Date | null;
  sentence: string;
}

function lookAt(
  policy: Policy,
  cap: Cap,
  candidate: CapCandidate,
  entries: readonly CapEntry[],
  now: Date,
): Look {
  const limit = policyAmount(policy, cap.limit);
  const key = keyOf(cap, candidate);
  const counted = entries.filter((entry) => counts(cap, key, entry, now));
  const inCurrency = (minor: bigint): Money => ({ minor, currency: limit.currency });
  const used = inCurrency(counted.reduce((sum, entry) => sum + sizeOf(entry), 0n));
  const asked = inCurrency(sizeOf(candidate));
  // What moves no money needs no room, also where a limit was lowered below what is used.
  const fits = isZero(asked) || compare(add(used, asked), limit) <= 0;
  const room = `${formatMoney(used)} of ${formatMoney(limit)} used within ${formatDuration(cap.within)}`;
  const sentence = `Cap “${cap.id}” for this ${cap.per}: ${room}, ${formatMoney(asked)} requested${fits ? '' : ', above the cap'}.`;
  return { cap, fits, sentence, freeAt: fits ? null : freeAtOf(cap, counted, limit.minor - asked.minor) };
}

/** An entry from a clock that runs ahead counts too: forgetting it would make room that is not there. */
const counts = (cap: Cap, key: string, entry: CapEntry, now: Date): boolean =>
  (cap.actions?.includes(entry.action) ?? true) &&
  keyOf(cap, entry) === key &&
  now.getTime() - entry.at.getTime() < cap.within;

/** An amount that is given back makes no room. */
const sizeOf = ({ minor }: { minor: bigint }): bigint => (minor < 0n ? -minor : minor);

const keyOf = ({ per }: Cap, entry: CapCandidate): string => {
  const keys = {
    action: entry.action,
    requester: entry.requesterId,
    partner: entry.partner,
    merchant: entry.merchant,
  };
  return sameName(keys[per]);
};

/** One spelling for a name: width, case, blanks and invisible characters do not make another one. */
function sameName(name: string | null): string {
  const spelling = (name ?? '')
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  return spelling === '' ? unknownName : spelling.toUpperCase();
}

/** Unnamed things share one key, so that hiding a name does not dodge a cap. */
const unknownName = 'UNKNOWN';

/** When the oldest entries have left the window so far that no more than `roomMinor` is used. */
function freeAtOf(cap: Cap, counted: readonly CapEntry[], roomMinor: bigint): Date | null {
  let used = counted.reduce((sum, entry) => sum + sizeOf(entry), 0n);
  for (const entry of counted.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    used -= sizeOf(entry);
    if (used <= roomMinor) return new Date(entry.at.getTime() + cap.within);
  }
  return null;
}

const remedyOf = (freeAt: Date | null): string =>
  freeAt === null
    ? 'This amount alone exceeds the cap; ask your Paydesk admin.'
    : `Enough room again at ${instantText(freeAt)} unless another request uses it first.`;
