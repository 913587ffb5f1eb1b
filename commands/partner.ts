/**
 * `/partner`: what does a partner publish about itself, and what do we see of it?
 */
import { nearest } from '../src/kernel/nearest.js';
import { hourMs, type Clock } from '../src/kernel/clock.js';
import { OpsError, toOpsError } from '../src/kernel/errors.js';
import { redactCardNumbers } from '../src/kernel/sensitive.js';
import type { Books } from '../src/ports/books.js';
import type { Command } from '../src/ports/command.js';
import type { PartnerStatuses } from '../src/ports/partner-statuses.js';
import type { RemediationDesk } from '../src/remediation/remediation.js';
import { startableIn } from '../src/views/remediation-start.js';
import { partnerCard, partnersCard, type PartnerCardFacts } from '../src/views/partner.js';

export interface PartnerDesk {
  partners: readonly { id: string; name: string }[];
  partnerStatuses: PartnerStatuses;
  books: Books | null;
  clock: Clock;
  remediation: Pick<RemediationDesk, 'actions'> | null;
}

/** What happened in the last hour is what people ask about during trouble. */
const windowMs = hourMs;

export const partnerCommand: Command<PartnerDesk> = {
  name: '/partner',
  summary: 'See how partners are: what they publish and what we measure',
  usageHint: '[partner]',
  examples: [
    { text: '/partner', does: 'all partners, the troubled ones first' },
    {
      text: '/partner stripe',
      does: 'one partner: incidents, success rate with n, failures by origin, latency',
    },
  ],
  run: async ({ text, answer }, desk) => {
    const now = desk.clock.now();
    const statuses = await desk.partnerStatuses.all();
    const withStatus = desk.partners.map(({ id, name }) => ({
      id,
      name,
      status: statuses.find(({ partner }) => partner === id) ?? null,
    }));
    if (text.trim() === '') return answer.privately(partnersCard(withStatus, now));
    const partner = requirePartner(text, withStatus);
    return answer.privately(
      partnerCard({
        ...partner,
        traffic: await trafficOf(partner.id, desk, now),
        now,
        startable: startableIn(desk),
      }),
    );
  },
  actions: {},
};

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
  throw new OpsError(
    'not_found',
    `“${redactCardNumbers(text).trim().slice(0, 60)}” is not one of the partners.`,
    {
      hint:
        guess === null
          ? `The partners are: ${partners.map(({ id }) => id).join(', ')}.`
          : `Did you mean ${guess}?`,
    },
  );
}

async function trafficOf(
  partner: string,
  { books }: PartnerDesk,
  now: Date,
): Promise<PartnerCardFacts['traffic']> {
  if (!books) return { unknown: 'no books are connected' };
  const since = new Date(now.getTime() - windowMs);
  try {
    return { counts: await books.trafficOf(partner, since), since };
  } catch (thrown) {
    return { unknown: toOpsError(thrown).publicMessage };
  }
}
