/**
 * `/partner`: what does a partner report about itself, and what do we measure?
 */
import { nearest } from '../src/kernel/nearest.js';
import { hourMs, type Clock } from '../src/kernel/clock.js';
import { OpsError, toOpsError } from '../src/kernel/errors.js';
import { redactCardNumbers } from '../src/kernel/sensitive.js';
import type { SignalService } from '../src/partners/signals.js';
import type { Books } from '../src/ports/books.js';
import type { Card } from '../src/ports/card.js';
import type { Command } from '../src/ports/command.js';
import type { PartnerStatuses } from '../src/ports/partner-statuses.js';
import type { RemediationService } from '../src/remediation/remediation.js';
import { lookUpIds } from '../src/views/kit/look-ups.js';
import { startableIn } from '../src/views/remediation/start.js';
import {
  partnerCard,
  partnersCard,
  type PartnerCardFacts,
  type PartnerFacts,
} from '../src/views/partners/partner.js';
import { requireLookups, type LookupDoor } from './door.js';

export interface PartnerDeps extends LookupDoor {
  partners: readonly { id: string; name: string }[];
  partnerStatuses: Pick<PartnerStatuses, 'all'>;
  /** What partners say of themselves by message. */
  signals: Pick<SignalService, 'open'>;
  books: Books | null;
  clock: Clock;
  remediation: Pick<RemediationService, 'actions'> | null;
}

/** What guests do not see without a role. */
const partnerHealth = 'Partner reports';

/** What happened in the last hour is what people ask about during trouble. */
const windowMs = hourMs;

export const partnerCommand: Command<PartnerDeps> = {
  name: '/partner',
  summary: 'Partner health: reported status and our own success rate',
  usageHint: '[partner]',
  examples: [
    { text: '/partner', does: 'all partners, those with incidents first' },
    {
      text: '/partner stripe',
      does: 'one partner: incidents, success rate with n, failures by origin, latency',
    },
  ],
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, partnerHealth);
    return answer.privately(text.trim() === '' ? await overview(desk) : await oneCard(text, desk));
  },
  actions: {
    [lookUpIds.partner]: async ({ value, answer, person }, desk) => {
      await requireLookups(desk, person.userId, partnerHealth);
      return answer.privately(await oneCard(value, desk));
    },
  },
};

const overview = async (desk: PartnerDeps): Promise<Card> =>
  partnersCard(await withStatuses(desk), desk.clock.now());

async function oneCard(text: string, desk: PartnerDeps): Promise<Card> {
  const now = desk.clock.now();
  const partner = requirePartner(text, await withStatuses(desk));
  const [traffic, signals] = await Promise.all([
    trafficOf(partner.id, desk, now),
    desk.signals.open(partner.id),
  ]);
  return partnerCard({ ...partner, signals, traffic, now, startable: startableIn(desk) });
}

async function withStatuses({ partners, partnerStatuses }: PartnerDeps): Promise<PartnerFacts[]> {
  const statuses = await partnerStatuses.all();
  return partners.map(({ id, name }) => ({
    id,
    name,
    status: statuses.find(({ partner }) => partner === id) ?? null,
  }));
}

function requirePartner<Partner extends { id: string; name: string }>(
  text: string,
  partners: readonly Partner[],
): Partner {
  const wanted = text.trim().toLowerCase();
  const found = partners.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  if (found) return found;
  const guess = nearest(
    wanted.slice(0, 60),
    partners.flatMap(({ id, name }) => [id, name]),
  );
  throw new OpsError('not_found', `Unknown partner “${redactCardNumbers(text).trim().slice(0, 60)}”.`, {
    hint: guess === null ? `Partners: ${partners.map(({ id }) => id).join(', ')}.` : `Did you mean ${guess}?`,
  });
}

async function trafficOf(
  partner: string,
  { books }: PartnerDeps,
  now: Date,
): Promise<PartnerCardFacts['traffic']> {
  if (!books) return { unknown: 'books not connected' };
  const since = new Date(now.getTime() - windowMs);
  try {
    return { counts: await books.trafficOf(partner, since), since };
  } catch (thrown) {
    return { unknown: toOpsError(thrown).publicMessage };
  }
}
