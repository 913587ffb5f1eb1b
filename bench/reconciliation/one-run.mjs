/**
 * Reconciles one file in a thread of this process, as it is built, and prints how long that took and what it held. Usage:
 * node one-run.mjs, with what to run as JSON on the standard input.
 *
 * Plain JavaScript, so that the memory of the process is that of the work: a compiler in it would count.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import process from 'node:process';
import { json } from 'node:stream/consumers';

const built = new URL('../../dist/src/', import.meta.url);
const { statementThread } = await import(new URL('wiring/statement-thread.js', built).href);
const { systemClock } = await import(new URL('kernel/clock.js', built).href);

const { facts, partner, businessDay, file, engine } = await json(process.stdin);
const reconciler = statementThread(facts, { clock: systemClock });
// A unit before, so that the whole ledger belongs to this one, and the thread is up.
const dayBefore = businessDay - 60;
await reconciler.run({ partner, businessDay: dayBefore, asOf: dayBefore, files: [] });
const megabytesBefore = process.memoryUsage().rss / 2 ** 20;
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let startedAt = 0;
let seconds = 0;
const { unit } = await reconciler.run({
  partner,
  businessDay,
  asOf: businessDay,
  files: [file],
  engine,
  // The index for traces is made when the breaks are written already.
  onProgress: (stage) => {
    if (stage === 'Read ledger and statement') startedAt = performance.now();
    if (stage === 'Index the lines') seconds = (performance.now() - startedAt) / 1000;
  },
});
delay.disable();
await reconciler.close();
process.stdout.write(
  JSON.stringify({
    seconds,
    loopMs: delay.max / 1e6,
    breaks: unit.breaks,
    megabytes: process.resourceUsage().maxRSS / 1024,
    megabytesBefore,
  }),
);
