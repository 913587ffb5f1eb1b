/**
 * `/partner`: is it us or the partner? What it publishes beside what we measure, and its accountability report.
 *
 * Invariant: every part of an answer is asked for by itself; one that fails says so and holds up no other.
 */
import { hourMs, minuteMs } from '../../src/kernel/clock.js';
import { part } from '../../src/kernel/part.js';
import { OpsError } from '../../src/kernel/errors.js';
import { refuseNearMiss } from '../../src/kernel/nearest.js';
import type { Card } from '../../src/ports/card.js';
import type { ActionRequest, Command } from '../../src/ports/command.js';
import { lookUpIds } from '../../src/views/kit/look-ups.js';
import { partnerCard, partnersCard, scorecardActionId } from '../../src/views/partners/partner.js';
import { scorecardCard, scorecardCsvActionId, scorecardFile } from '../../src/views/partners/scorecard.js';
import { startableIn } from '../../src/views/remediation/start.js';
import { requireLookups } from '../door.js';
import { isPartner, reconciledIn, requirePartner, type ListedPartner, type PartnerDeps } from './deps.js';
import { healthOfPartners } from './health.js';
import { scorecardOf } from './scorecard.js';

export type { PartnerDeps } from './deps.js';

/** What guests do not see without a role. */
const partnerHealth = 'Partner reports';

const punctualityDays = 30;
/** Long enough for a rate of a product that few customers use. */
const productsMs = 24 * hourMs;
/** Banks answer a payment within minutes; what has none after that waits for the aggregator to refresh. */
const lateMs = 10 * minuteMs;

export const partnerCommand: Command<PartnerDeps> = {
  name: '/partner',
  summary: 'Is it us or the partner? Reported status next to our own success rate',
  usageHint: '[partner] | scorecard <partner> [2026-10]',
  examples: [
    { text: '/partner', does: 'every partner’s health in one word, and why; partners in trouble first' },
    {
      text: '/partner northpay',
      does: 'one partner: success against the usual rate, latency, failures, statements, breaks, alerts',
    },
    {
      text: '/partner scorecard northpay 2026-10',
      does: 'one month’s accountability report, with the twelve months before it and a CSV file',
    },
  ],
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, partnerHealth);
    return answer.privately(await cardFor(text.trim(), desk));
  },
  actions: {
    [lookUpIds.partner]: guarded(async ({ value, answer }, desk) =>
      answer.privately(await oneCard(value, desk)),
    ),
    [scorecardActionId]: guarded(async ({ value, answer }, desk) =>
      answer.privately(scorecardCard(await scorecardOf(value, desk))),
    ),
    [scorecardCsvActionId]: guarded(async ({ value, answer }, desk) =>
      answer.file(scorecardFile(await scorecardOf(value, desk))),
    ),
  },
};

function guarded(
  act: (request: ActionRequest, desk: PartnerDeps) => Promise<void>,
): (request: ActionRequest, desk: PartnerDeps) => Promise<void> {
  return async (request, desk) => {
    await requireLookups(desk, request.person.userId, partnerHealth);
    await act(request, desk);
  };
}

async function cardFor(text: string, desk: PartnerDeps): Promise<Card> {
  const [verb] = /(?<!\S)scorecard(?!\S)/i.exec(text) ?? [];
  if (verb !== undefined) return scorecardCard(await scorecardOf(text.replace(verb, ' '), desk));
  if (text !== '') {
    const [first = '', ...others] = text.split(/\s+/);
    if (others.length > 0 && !isPartner(text, desk.partners))
      refuseNearMiss('/partner', first, ['scorecard']);
    return oneCard(text, desk);
  }
  const now = desk.clock.now();
  return partnersCard(await healthOfPartners(desk, null, now), now);
}

async function oneCard(text: string, desk: PartnerDeps): Promise<Card> {
  const now = desk.clock.now();
  const partner = requirePartner(text, desk.partners);
  const { id, contact = null, escalation = [], runbooks = [] } = partner;
  const [[health], signals, statements, breaks, alerts, products] = await Promise.all([
    healthOfPartners(desk, id, now),
    desk.signals.open(id),
    part(statementsOf(id, desk)),
    part(breaksOf(id, desk)),
    part(alertsOf(id, desk)),
    part(productsOf(partner, desk, now)),
  ]);
  if (!health) throw new OpsError('internal', `Nothing was gathered about ${id}.`);
  return partnerCard({
    ...health,
    signals,
    statements,
    breaks,
    alerts,
    products,
    metrics: desk.alerts?.metrics ?? [],
    help: { contact, escalation, runbooks },
    now,
    startable: startableIn(desk),
  });
}

/** Null for partners of one product: their rate is the card's first line. */
async function productsOf({ id, kind }: ListedPartner, { books }: PartnerDeps, now: Date) {
  if (!books || kind !== 'open_banking') return null;
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  return books.productsOf(id, { from: before(productsMs), to: now }, before(lateMs));
}

async function statementsOf(id: string, desk: PartnerDeps) {
  const reconciliation = reconciledIn(id, desk);
  if (!reconciliation) return null;
  const today = reconciliation.today(id);
  return reconciliation.punctuality(id, today - punctualityDays, today);
}

const breaksOf = async (id: string, desk: PartnerDeps) =>
  (await reconciledIn(id, desk)?.openCounts(id)) ?? null;

async function alertsOf(id: string, { alerts }: PartnerDeps) {
  if (!alerts) return null;
  return (await alerts.active()).filter(({ slice }) => slice.partner === id);
}
