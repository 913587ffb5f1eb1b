/**
 * The thread that works on statements, which fails or hangs once for each file `crash` or `hang` beside the inbox that a
 * test leaves.
 */
import { existsSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
// First: messages go to those who listen when the first of them begins to.
import '../../src/wiring/statement-thread-worker.js';
import type { ThreadFacts } from '../../src/wiring/statement-thread.js';

const { folder } = (workerData as ThreadFacts).settings;

function wasAsked(name: string): boolean {
  const isAsked = existsSync(`${folder}.${name}`);
  rmSync(`${folder}.${name}`, { force: true });
  return isAsked;
}

parentPort?.on('message', () => {
  if (wasAsked('crash')) throw new Error('a fault of the thread');
  if (wasAsked('hang')) for (;;);
});
