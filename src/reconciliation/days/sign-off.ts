/**
 * Signing a business day off, and opening it again.
 *
 * Invariants: a person signs off, and not one who asked to write off a break of that day; a signed day is opened again only
 * with a reason; both are history and in the audit log. Open breaks are carried forward: signing a day off closes none.
 */
import { isoDay } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { DayState } from '../../ports/breaks.js';
import type { UnitKey } from '../../ports/reconciliation.js';
import type { Transaction } from '../../ports/transaction.js';
import { requireReason } from '../breaks/life.js';
import type { DaysDeps } from './deps.js';
import { partnerNamed } from './report.js';
import { rewrite } from './run.js';

const dayName = (deps: DaysDeps, { partner, businessDay }: UnitKey): string =>
  `${partnerNamed(deps, partner).name} ${isoDay(businessDay)}`;

/** Throws `forbidden` for a person who wrote off a break of the day, `conflict` when it is already signed off. */
export async function signOff(deps: DaysDeps, key: UnitKey, personId: string): Promise<void> {
  if ((await deps.results.unit(key)) === null)
    throw new OpsError('not_found', `${dayName(deps, key)} has not been reconciled yet.`, {
      hint: '`/recon` shows the days that have been.',
    });
  const openCount = await deps.breaks.count({ ...key, states: ['open', 'owned'] });
  await deps.transactions.run(async (tx) => {
    const day = await deps.days.take(tx, key);
    if (day.signedBy !== null) throw new OpsError('conflict', `${dayName(deps, key)} is already signed off.`);
    if ((await deps.days.writersOff(key)).includes(personId))
      throw new OpsError('forbidden', `You wrote off a break of ${dayName(deps, key)}.`, {
        hint: 'Somebody else has to sign this day off.',
      });
    const text =
      openCount === 0
        ? 'No open breaks'
        : `${openCount} open ${openCount === 1 ? 'break' : 'breaks'} carried forward`;
    await put(tx, deps, { ...day, signedBy: personId, signedAt: tx.now }, { kind: 'signed', personId, text });
  });
  await rewrite(deps, key, { kind: 'signed', personId, openCount });
}

export async function reopenDay(
  deps: DaysDeps,
  key: UnitKey,
  { personId, why }: { personId: string; why: string },
): Promise<void> {
  const text = requireReason(why);
  await deps.transactions.run(async (tx) => {
    const day = await deps.days.take(tx, key);
    if (day.signedBy === null) throw new OpsError('conflict', `${dayName(deps, key)} is not signed off.`);
    await put(tx, deps, { ...day, signedBy: null, signedAt: null }, { kind: 'reopened', personId, text });
  });
  await rewrite(deps, key, { kind: 'reopened', personId, why: text });
}

async function put(
  tx: Transaction,
  deps: DaysDeps,
  day: DayState,
  { kind, personId, text }: { kind: 'signed' | 'reopened'; personId: string; text: string },
): Promise<void> {
  await deps.days.put(tx, day, { actor: personId, kind, text });
  await deps.audit.append(tx, {
    kind: kind === 'signed' ? 'day.signed_off' : 'day.reopened',
    actor: personId,
    subjects: [`${day.partner} ${isoDay(day.businessDay)}`, day.partner],
    why: text,
    details: {},
  });
}
