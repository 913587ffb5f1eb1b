/**
 * What a partner says of a disturbance on its status page: how bad, which parts, in which words.
 * Invariant: only what a partner itself would notice and admit is said; the rest of the disturbances have no notice.
 */
import type { Disturbance, DisturbanceName } from '../world/disturbances.js';

export type Indicator = 'none' | 'minor' | 'major' | 'critical';

export interface Notice {
  disturbance: Disturbance;
  name: string;
  impact: Exclude<Indicator, 'none'>;
  /** Statuspage's status of the parts that are hit, by name; a partner lists only some of them. */
  components: Record<string, string>;
  /** Investigating, identified, resolved. */
  bodies: readonly [string, string, string];
}

type Words = Omit<Notice, 'disturbance'>;

const processing = ['Card processing', 'Payment initiation'];
const parts = (names: readonly string[], status: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, status]));

const outage: Words = {
  name: 'Elevated payment failures',
  impact: 'major',
  components: { ...parts(processing, 'major_outage'), API: 'degraded_performance' },
  bodies: [
    'We are investigating an elevated rate of failed payments.',
    'We have identified a fault in payment processing and are fixing it.',
    'Payments succeed at their usual rate again.',
  ],
};

const countryWords = (country: string | null): Words => ({
  name: `Degraded payments in ${country ?? 'one country'}`,
  impact: 'minor',
  components: parts(processing, 'degraded_performance'),
  bodies: [
    'Institutions in one country answer slowly or not at all.',
    'We are in contact with these institutions.',
    'Payments succeed at their usual rate again.',
  ],
});

const lateStatement: Words = {
  name: 'Settlement reports are delayed',
  impact: 'minor',
  components: parts(['Dashboard', 'Payouts', 'Bank connections'], 'degraded_performance'),
  bodies: [
    'Settlement reports are later than usual. Payouts are not affected.',
    'We are preparing the reports and will send them within hours.',
    'All reports have been sent.',
  ],
};

const webhookDelay: Words = {
  name: 'Delayed webhooks',
  impact: 'minor',
  components: parts(['Webhooks'], 'degraded_performance'),
  bodies: [
    'Events reach you with a delay. Payments are processed as usual.',
    'We are working through a backlog; no event is lost.',
    'Events are sent without delay again.',
  ],
};

const noticeWords: Partial<Record<DisturbanceName, (disturbance: Disturbance) => Words>> = {
  'partner-outage': () => outage,
  'country-degrading': ({ country }) => countryWords(country),
  'late-statement': () => lateStatement,
  'webhook-delay': () => webhookDelay,
};

/** Everything a partner has said up to a time (ms), oldest first. */
export const noticesOf = (disturbances: readonly Disturbance[], partnerId: string, nowMs: number): Notice[] =>
  disturbances
    .filter((one) => one.fromMs <= nowMs && (one.partnerId === null || one.partnerId === partnerId))
    .flatMap((disturbance) => {
      const words = noticeWords[disturbance.name]?.(disturbance);
      return words ? [{ disturbance, ...words }] : [];
    });
