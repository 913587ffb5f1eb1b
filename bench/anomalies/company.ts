/** Who and what the seeded company consists of. */
export const dimensions = ['partner', 'method', 'country'];
export const bucketMinutes = 5;
export const bucketsPerDay = (24 * 60) / bucketMinutes;
export const days = 56;
export const warmupDays = 14;
/** A Monday. */
export const startMs = Date.UTC(2026, 0, 5);

export interface Leaf {
  values: string[];
  /** Attempts per bucket in an average hour. */
  volume: number;
  logit: number;
  sigma: number;
  persistence: number;
  volumeSigma: number;
}

/** `irregular`, `unusual` and `further`: authorisation with other kinds of faults, which nothing was tuned on. */
export const metrics = ['authorisation', 'latency', 'irregular', 'unusual', 'further'] as const;
export type Metric = (typeof metrics)[number];
export const metricOf = (name: string | undefined): Metric =>
  metrics.find((metric) => metric === name) ?? 'authorisation';

export const partners = ['northpay', 'halcyon', 'meridian', 'quill', 'tidewater', 'osprey'];
export const methods = ['card', 'pix', 'wallet', 'debit'];
export const countries = ['BR', 'US', 'DE', 'GB', 'FR', 'ES', 'IN', 'NL', 'JP', 'MX', 'PL', 'SE'];
export const hoursAhead = [-3, -6, 1, 0, 1, 1, 5, 1, 9, -6, 1, 1];
