/**
 * The alert rules are PromQL by Prometheus' own grammar, and ask for metrics and labels that Paydesk exports.
 */
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/adapters/metrics/metrics.js';
import { fixedClock, minuteMs } from '../../src/kernel/clock.js';
import { documents } from './support.js';

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const [{ groups }] = documents('deploy/alerts.yml') as [{ groups: { name: string; rules: Rule[] }[] }];
const rules = groups.flatMap((group) => group.rules);

/** As `/readyz` names them. */
const parts = ['start', 'database', 'tables', 'writing', 'audit', 'engine', 'slack', 'clock'];

/** Set by Prometheus itself at each scrape. */
const ofPrometheus = { metrics: ['up'], labels: ['job', 'instance'] };

async function exported(): Promise<string> {
  const clock = fixedClock('2026-11-20T09:00:00Z');
  const metrics = createMetrics({
    clock,
    backlog: () =>
      Promise.resolve({ waiting: 2, held: 1, refused: 1, oldestWaitingAt: clock.now(), oldestHeld: null }),
    clockAheadMs: () => minuteMs,
    parts: () => Promise.resolve(Object.fromEntries(parts.map((part) => [part, true]))),
  });
  metrics.observeCommand('/payment', 'ok', 120);
  metrics.observeCommand('/payment', 'error', 120);
  return (await metrics.render()).body;
}

interface Asked {
  faults: string[];
  metrics: string[];
  labels: string[];
  /** Label and value of each matcher, as the text format writes them. */
  matchers: string[];
}

function askedBy(expr: string): Asked {
  const asked: Asked = { faults: [], metrics: [], labels: [], matchers: [] };
  let label = '';
  parser.parse(expr).iterate({
    enter: ({ name, type, from, to }) => {
      const text = expr.slice(from, to);
      if (type.isError) asked.faults.push(`at ${from}: ${text}`);
      if (name === 'Identifier') asked.metrics.push(text);
      if (name === 'LabelName') asked.labels.push((label = text));
      if (name === 'StringLiteral') asked.matchers.push(`${label}=${text}`);
    },
  });
  return asked;
}

const known = await exported();
const isExported = (metric: string): boolean =>
  ofPrometheus.metrics.includes(metric) || new RegExp(`^${metric}[ {]`, 'm').test(known);
const hasLabel = (label: string): boolean =>
  ofPrometheus.labels.includes(label) || new RegExp(`[{,]${label}="`).test(known);
const hasMatch = (matcher: string): boolean =>
  ofPrometheus.labels.some((label) => matcher.startsWith(`${label}=`)) || known.includes(matcher);

const faultsOf = (expr: string): string[] => {
  const { faults, metrics, labels, matchers } = askedBy(expr);
  return [
    ...faults,
    ...metrics.filter((metric) => !isExported(metric)),
    ...labels.filter((label) => !hasLabel(label)),
    ...matchers.filter((matcher) => !hasMatch(matcher)),
  ];
};

describe('alerts.yml', () => {
  it('has one rule a name, each with a severity and sentences', () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.for).toMatch(/^\d+m$/);
      expect(['warning', 'critical']).toContain(rule.labels.severity);
      expect(rule.annotations.description).toMatch(/\.$/);
    }
  });

  it.each(rules.map(({ alert, expr }) => [alert, expr]))('%s asks for what is exported', (_alert, expr) => {
    expect(faultsOf(expr)).toEqual([]);
    expect(askedBy(expr).metrics).not.toEqual([]);
  });

  it.each<[why: string, expr: string, fault: string]>([
    ['is no PromQL', 'max(paydesk_ready', 'at 17: '],
    ['asks for a metric that there is not', 'paydesk_commands > 5', 'paydesk_commands'],
    ['asks for a label that there is not', 'sum by (shard) (paydesk_ready) == 0', 'shard'],
    ['asks for a value that there is not', 'paydesk_ready{part="books"} == 0', 'part="books"'],
  ])('a rule is refused that %s', (_why, expr, fault) => {
    expect(faultsOf(expr)).toContain(fault);
  });
});
