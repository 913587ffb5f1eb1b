/**
 * The draft of a message to a partner: what we see, since when, examples with references, and what it costs us.
 *
 * Invariants: facts alone, each with its n, and a part that could not be read is left out instead of guessed; no customer and
 * no card is named. A person edits it before anyone asks for it to be sent.
 */
import { formatDuration } from '../kernel/duration.js';
import { utcText } from '../kernel/instants.js';
import { formatMoney } from '../kernel/money.js';
import type { FailedAmount, PartnerTraffic, PaymentAttempt, Span } from '../ports/books.js';
import type { PublishedStatus } from '../ports/partner-status.js';
import { endedOf, hasUsual, rateOf, type Measured, type Unmeasured } from './health.js';

interface LetterFacts {
  name: string;
  measured: Measured | Unmeasured;
  /** What its status page says; null where none was read. */
  published: Pick<PublishedStatus, 'description'> | null;
  /** When the oldest alert about it that is open began; null where there is none. */
  onset: Date | null;
  /** What the failures below were looked for in. */
  span: Span;
  failures: readonly PaymentAttempt[];
  amounts: readonly FailedAmount[];
}

/** Enough to look into, few enough to read. */
export const mostExamples = 10;
const mostCurrencies = 5;

export const letterTo = (facts: LetterFacts): { subject: string; text: string } => ({
  subject: subjectOf(facts),
  text: [
    'Hello,',
    opening(facts),
    [...measures(facts), ...page(facts)].join('\n'),
    impact(facts),
    examples(facts.failures),
    'Please tell us what happened and when it will be fixed. Are payments in progress affected?',
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n'),
});

const failed = ({ amounts }: LetterFacts): number => amounts.reduce((sum, { attempts }) => sum + attempts, 0);

function subjectOf(facts: LetterFacts): string {
  const count = failed(facts);
  return count === 0
    ? 'Question about our payments'
    : `${count} failed ${count === 1 ? 'payment' : 'payments'} since ${utcText(facts.span.from)}`;
}

function opening({ name, onset, span }: LetterFacts): string {
  if (onset) return `Since ${utcText(onset)} we have seen problems with our payments through ${name}.`;
  return `These are our figures for payments through ${name} since ${utcText(span.from)}.`;
}

function measures({ measured }: LetterFacts): string[] {
  if ('unknown' in measured) return [];
  const { recent, usual, recentMs } = measured;
  const span = `last ${formatDuration(recentMs)}`;
  if (endedOf(recent) === 0) return [];
  const before = hasUsual(measured) ? `; usually at this hour ${rateText(usual)}` : '';
  return [
    `- Success rate, ${span}: ${rateText(recent)}${before}.`,
    ...(recent.latencyP50Ms === null ? [] : [`- Answer time, ${span}: ${latencyText(recent)}.`]),
  ];
}

const rateText = (traffic: PartnerTraffic): string =>
  `${(rateOf(traffic) * 100).toFixed(1)} % (n = ${endedOf(traffic)})`;

const latencyText = ({ latencyP50Ms, latencyP95Ms }: PartnerTraffic): string =>
  `median ${latencyP50Ms} ms, 95th percentile ${latencyP95Ms ?? latencyP50Ms} ms`;

const page = ({ published }: LetterFacts): string[] =>
  published === null ? [] : [`- Your status page says: ${published.description}.`];

function impact(facts: LetterFacts): string {
  const { amounts, span } = facts;
  const count = failed(facts);
  if (count === 0) return '';
  const named = amounts.slice(0, mostCurrencies).map(({ amount }) => formatMoney(amount));
  const more = amounts.length - named.length;
  const rest = more > 0 ? ` and amounts in ${more} more currencies` : '';
  const attempts = count === 1 ? '1 attempt' : `${count} attempts`;
  return `Impact on us: ${attempts} failed between ${utcText(span.from)} and ${utcText(span.to)}, ${named.join(', ')}${rest}. Declines that customers caused are not counted.`;
}

function examples(failures: readonly PaymentAttempt[]): string {
  if (failures.length === 0) return '';
  const lines = failures
    .slice(0, mostExamples)
    .map(
      ({ chargeId, paymentId, createdAt, amount, declineCode }) =>
        `- ${chargeId ?? paymentId}, ${utcText(createdAt)}, ${formatMoney(amount)}${declineCode === null ? '' : `, ${declineCode}`}`,
    );
  return ['Examples, with your references:', ...lines].join('\n');
}
