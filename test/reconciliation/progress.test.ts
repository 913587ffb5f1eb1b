/** How far a run is, for people: nothing of a short one, each stage of a long one, and what came of it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { runStages, type RunStage } from '../../src/ports/reconciliation.js';
import { tellProgress, type Later } from '../../src/reconciliation/days/progress.js';
import { runCard } from '../../src/views/reconciliation/run.js';
import { statementWork } from '../../src/wiring/statement-work.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { startBench, type Bench } from './bench.js';

describe('a run', () => {
  /** Time that passes when it is told to. */
  function watch(): { late: number[]; pass: () => Promise<void>; later: Later } {
    let waiting: (() => void) | null = null;
    const late: number[] = [];
    return {
      late,
      pass: async () => {
        const work = waiting;
        waiting = null;
        work?.();
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      },
      later: (afterMs, work) => {
        late.push(afterMs);
        waiting = work;
        return () => {
          if (waiting === work) waiting = null;
        };
      },
    };
  }

  it('that is short is not said', async () => {
    const { later } = watch();
    const said: unknown[] = [];
    const teller = tellProgress(
      (stage) => Promise.resolve(void said.push(stage)),
      later,
      () => undefined,
    );
    teller.hear('Match');
    expect(await teller.end()).toBe(false);
    expect(said).toEqual([]);
  });

  it('that is long is said after five seconds, then at most every three, and only when it got further', async () => {
    const { later, pass, late } = watch();
    const said: (RunStage | null)[] = [];
    const teller = tellProgress(
      (stage) => Promise.resolve(void said.push(stage)),
      later,
      () => undefined,
    );
    await pass();
    teller.hear('Read ledger and statement');
    await pass();
    await pass();
    teller.hear('Match');
    teller.hear('Keep the results');
    await pass();
    expect(await teller.end()).toBe(true);
    await pass();
    expect(said).toEqual([null, 'Read ledger and statement', 'Keep the results']);
    expect(late).toEqual([5000, 3000, 3000, 3000, 3000]);
  });

  it('is not held up by a word that cannot be said', async () => {
    const { later, pass } = watch();
    const faults: unknown[] = [];
    const teller = tellProgress(
      () => Promise.reject(new Error('no database')),
      later,
      (fault) => faults.push(fault),
    );
    await pass();
    expect(await teller.end()).toBe(true);
    expect(faults).toHaveLength(1);
  });
});

describe('the card of its day', () => {
  const day = { partner: { id: 'northpay', name: 'North & Pay' }, businessDay: parseDay('2026-11-27') ?? 0 };
  const statuses = (stage: RunStage | null, failed = false): string => {
    const card = runCard({ ...day, stage, failed });
    expect(faultsOf(card)).toEqual([]);
    const plan = card.blocks.find(({ type }) => type === 'plan') as unknown as {
      tasks: { status: string }[];
    };
    return plan.tasks.map(({ status }) => status).join(' ');
  };

  it.each<[RunStage | null, boolean, string]>([
    [null, false, 'pending pending pending pending'],
    ['Read ledger and statement', false, 'in_progress pending pending pending'],
    ['Keep the results', false, 'complete complete in_progress pending'],
    ['Match', true, 'complete error pending pending'],
    [null, true, 'error pending pending pending'],
  ])('at %s (failed: %s): %s', (stage, failed, expected) => {
    expect(statuses(stage, failed)).toBe(expected);
  });

  it('says the same without a plan, for a Slack that refuses it', () => {
    const { plainer = [], text } = runCard({ ...day, stage: 'Match', failed: false });
    const lines = linesOf({ text, blocks: plainer }).join('\n');
    for (const stage of runStages) expect(lines).toContain(`${stage}: `);
    expect(lines).toContain('Match: running');
  });

  describe('in the channel', () => {
    const atOnce: Later = (_afterMs, work) => {
      const soon = setImmediate(work);
      return () => clearImmediate(soon);
    };
    let bench: Bench;
    let fails = false;
    beforeAll(async () => {
      const work: Parameters<typeof startBench>[1] = (facts) => {
        const real = statementWork(facts);
        return {
          ...real,
          run: async (request) => {
            request.onProgress?.('Match');
            await new Promise((resume) => setImmediate(() => setImmediate(resume)));
            if (fails) throw new Error('the disk is full');
            return real.run(request);
          },
        };
      };
      bench = await startBench('2026-11-28T06:00:00Z', work, { later: atOnce });
    });
    afterAll(() => bench.close());
    afterEach(() => expect(bench.faults).toEqual([]));
    beforeEach(async () => {
      fails = false;
      bench.setTime('2026-11-28T06:00:00Z');
      await bench.clear();
    });

    const cards = (): string[][] => {
      const seen = bench
        .posted()
        .map(({ card, ...to }) => [('liveCard' in to && to.liveCard) || '', card.text] as [string, string]);
      return seen.filter((one, at) => one[1] !== seen[at - 1]?.[1]);
    };

    it('shows the run, then what came of it', async () => {
      await bench.put('northpay_27.csv', { reference: 'P1', amount: '10.00', day: '2026-11-27' });
      await bench.settle();
      const [first, second] = cards();
      expect(first).toEqual(['recon:northpay:2026-11-27', 'Northpay, Fri 27 Nov is being reconciled']);
      expect(second?.[0]).toBe('recon:northpay:2026-11-27');
      expect(second?.[1]).toMatch(/^Northpay is not whole for Fri 27 Nov/);
    });

    it('is also shown to the person who asked for the run', async () => {
      await bench.put('northpay_17.csv', { reference: 'P1', amount: '10.00', day: '2026-11-17' });
      await bench.settle();
      const told: string[] = [];
      const key = { partner: 'northpay', businessDay: parseDay('2026-11-17') ?? 0 };
      await bench.desk.run(key, (running) => Promise.resolve(void told.push(runCard(running).text)));
      expect(new Set(told)).toEqual(new Set(['Northpay, Tue 17 Nov is being reconciled']));
    });

    it('says that it failed', async () => {
      fails = true;
      await bench.put('northpay_27.csv', { reference: 'P1', amount: '10.00', day: '2026-11-27' });
      await bench.settle();
      expect(cards().at(-1)).toEqual([
        'recon:northpay:2026-11-27',
        'Northpay, Fri 27 Nov was not reconciled',
      ]);
    });

    it('is not touched for a day that is history', async () => {
      await bench.put('northpay_17.csv', { reference: 'P1', amount: '10.00', day: '2026-11-17' });
      await bench.settle();
      expect(cards()).toEqual([]);
    });
  });
});
