/**
 * A person's own page with the desk: what waits for them first, then the state of the day.
 *
 * Invariants: only members of the workspace read more than the help; each source is asked by itself and within a time limit,
 * so that a slow one leaves its own line unknown and the page is there within a second.
 */
import { hourMs } from '../../src/kernel/clock.js';
import { part } from '../../src/kernel/part.js';
import type { Home } from '../../src/ports/command.js';
import type { KnownDispute } from '../../src/ports/dispute-register.js';
import type { PaymentDeps } from '../payment.js';
import { helpCard } from '../../src/views/desk/help.js';
import { homeBlocks } from '../../src/views/desk/home.js';
import type { HomeDay } from '../../src/views/desk/home-day.js';
import type { AlertsDeps } from '../alerts/index.js';
import type { DisputeDeps } from '../dispute/index.js';
import { isMember } from '../door.js';
import { healthOfPartners } from '../partner/health.js';
import type { PartnerDeps } from '../partner/deps.js';
import type { HelpDeps } from '../paydesk.js';
import type { ReconDeps } from '../recon/index.js';
import { writerFor } from '../remediate/deps.js';
import type { RemediateDeps } from '../remediate/index.js';

type HomeDeps = HelpDeps &
  Pick<RemediateDeps, 'remediation' | 'links' | 'directory'> &
  Pick<PartnerDeps, 'partners' | 'partnerStatuses' | 'books' | 'clock'> &
  Pick<DisputeDeps, 'disputes'> &
  Pick<AlertsDeps, 'alerts'> &
  Pick<PaymentDeps, 'watches'> &
  Pick<ReconDeps, 'reconciliation'>;

/** Late enough for a healthy source; the page needs the rest of its second itself. */
const sourceMs = 700;
const soonMs = 72 * hourMs;
const mostTaken = 5;
const mostDue = 50;

export const home: Home<HomeDeps> = async ({ userId }, desk) => {
  const { remediation, commands, links, directory } = desk;
  const isShown = await isMember({ directory }, userId);
  const shown = isShown ? remediation : null;
  const [waiting, freeze, day] = await Promise.all([
    part(shown ? shown.waitingFor(userId) : Promise.resolve(null), sourceMs),
    shown ? shown.freezeNow() : null,
    isShown ? dayOf(userId, desk) : null,
  ]);
  return homeBlocks({
    waiting,
    freeze,
    day,
    help: helpCard(commands()).blocks,
    write: await writerFor({ directory }, userId),
    ...(links && { links }),
  });
};

async function dayOf(userId: string, desk: HomeDeps): Promise<HomeDay> {
  const now = desk.clock.now();
  const { alerts, reconciliation } = desk;
  const none = Promise.resolve(null);
  const [breaks, open, watches, due, partners, lastRun] = await Promise.all([
    part(reconciliation?.breaks({ ownerId: userId, states: ['owned'], limit: mostTaken }) ?? none, sourceMs),
    part(alerts?.active() ?? none, sourceMs),
    part(desk.watches.of(userId), sourceMs),
    part(dueSoon(desk, now), sourceMs),
    part(healthOfPartners(desk, null, now, sourceMs), sourceMs),
    part(reconciliation?.lastRun() ?? none, sourceMs),
  ]);
  return {
    userId,
    breaks,
    alerts: open,
    metrics: alerts?.metrics ?? [],
    watches,
    due,
    partners,
    lastRun,
    now,
  };
}

/** The overdue ones first; null where no payments API is connected. */
async function dueSoon({ disputes }: HomeDeps, now: Date): Promise<KnownDispute[] | null> {
  if (!disputes) return null;
  const filter = { partner: null, dueBy: new Date(now.getTime() + soonMs) };
  const page = { offset: 0, limit: mostDue };
  const [missed, open] = await Promise.all([
    disputes.queue(filter, 'missed', page),
    disputes.queue(filter, 'open', page),
  ]);
  return [...missed.rows, ...open.rows];
}
