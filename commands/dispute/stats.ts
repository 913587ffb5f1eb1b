/** `/dispute stats [partner] [month]`: how disputes end, and how far the networks' thresholds are. */
import { looksLikeMonth, networkMonthOf, requireMonth } from '../../src/disputes/month.js';
import type { Month } from '../../src/kernel/month.js';
import { takeMonth } from '../../src/kernel/written-days.js';
import type { Card } from '../../src/ports/card.js';
import { statsCard } from '../../src/views/disputes/stats.js';
import { connected, partnerIn, type DisputeDeps } from './deps.js';

export async function monthCard(text: string, desk: DisputeDeps): Promise<Card> {
  const { disputes, monthReport } = connected(desk);
  const now = desk.clock.now();
  const month = monthIn(text, now, desk);
  const [report, { wholeAt }] = await Promise.all([
    monthReport(month),
    disputes.queue({ partner: null, dueBy: null }, 'open', { offset: 0, limit: 1 }),
  ]);
  return statsCard({ month, partner: disputes.partner, ...report, wholeAt, now });
}

/** The month that is asked for. Disputes are known of one partner, which may be named as well. */
function monthIn(text: string, now: Date, desk: DisputeDeps): Month {
  const taken = takeMonth(text);
  let month = taken ? requireMonth(taken.on(now.toISOString().slice(0, 10)), now) : networkMonthOf(now);
  for (const word of (taken?.rest ?? text).toLowerCase().split(/\s+/).filter(Boolean)) {
    if (looksLikeMonth(word)) month = requireMonth(word, now);
    else
      partnerIn(word, desk, { what: 'a month', hint: `Try \`/dispute stats ${networkMonthOf(now).text}\`` });
  }
  return month;
}
