/**
 * Gathers the facts of a message to a partner for the form in which a person edits it.
 *
 * Invariant: each part is asked for by itself; one that does not answer leaves the others in the draft.
 */
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import type { Rows } from '../../src/ports/rows.js';
import { letterTo, mostExamples } from '../../src/partners/letter.js';
import type { PartnerDeps } from './deps.js';
import { healthOfPartners } from './health.js';

export type LetterDeps = Pick<PartnerDeps, 'partners' | 'partnerStatuses' | 'books' | 'alerts' | 'clock'>;

/** A trouble that lasts longer than this is described by its last days. */
const mostBack = 7 * dayMs;
/** People wait for the form, and Slack opens none after three seconds. */
const withinMs = 1000;

/** By field of the action; empty for a partner that is not configured. */
export async function letterPrefill(id: string, desk: LetterDeps): Promise<Record<string, string>> {
  const now = desk.clock.now();
  const [[health], onset] = await Promise.all([
    healthOfPartners(desk, id, now, withinMs),
    onsetOf(id, desk).catch(() => null),
  ]);
  if (!health) return {};
  const from = new Date(Math.max(onset?.getTime() ?? now.getTime() - hourMs, now.getTime() - mostBack));
  const span = { from, to: now };
  const [failures, amounts] = await Promise.all([
    rowsOf(desk.books?.failuresOf(id, span, mostExamples)),
    rowsOf(desk.books?.failedAmounts(id, span)),
  ]);
  const { name, measured, status } = health;
  const published = status?.published ?? null;
  const { subject, text } = letterTo({ name, measured, published, onset, span, failures, amounts });
  return { partner: id, subject, text };
}

async function onsetOf(id: string, { alerts }: LetterDeps): Promise<Date | null> {
  const open = (await alerts?.active()) ?? [];
  const onsets = open.filter(({ slice }) => slice.partner === id).map(({ onsetAt }) => onsetAt.getTime());
  return onsets.length === 0 ? null : new Date(Math.min(...onsets));
}

const rowsOf = async <Row>(asked: Promise<Rows<Row>> | undefined): Promise<readonly Row[]> => {
  const answer = await Promise.resolve(asked).catch(() => undefined);
  return answer?.rows ?? [];
};
