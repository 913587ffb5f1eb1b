/** Alerts whose cards go into one channel, for storms of them. */
import type { AlertDeps } from '../../src/alerts/deps.js';
import type { Clock } from '../../src/kernel/clock.js';
import type { Outbox } from '../../src/ports/outbox.js';
import { alertCard, alertNewsCard } from '../../src/views/alerts/alert.js';
import type { Detected } from '../../src/alerts/deps.js';
import { metric } from './support.js';

export const cardsInto = (outbox: Outbox, channel: string): Pick<AlertDeps, 'tell'> => ({
  tell: async (tx, alert, news) => {
    const liveCard = `alert:${alert.id}`;
    const card = alertCard({ alert, metric, startable: [], surroundings: null });
    await outbox.enqueue(tx, { channel, card, liveCard });
    if (news) await outbox.enqueue(tx, { channel, card: alertNewsCard(news, []), threadOf: liveCard });
  },
});

/** Partner after partner fails, and every failure goes on: what the detector sees after so many of them. */
export const failing = (count: number, attempts: number, clock: Clock): Detected[] =>
  Array.from({ length: count }, (_, at) => ({
    kind: 'rate',
    slice: { partner: `partner-${at}` },
    onsetAt: clock.now(),
    raisedAt: clock.now(),
    facts: { attempts, failures: attempts / 2, expected: 1, shareExplained: 1, reason: 'evidence' },
  }));
