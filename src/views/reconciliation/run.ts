/** The card of a business day while it is reconciled, where that takes long. */
import type { Card, CardBlock } from '../../ports/card.js';
import { runStages } from '../../ports/reconciliation.js';
import type { RunningDay } from '../../reconciliation/days/deps.js';
import { cardOf, context, escape, section } from '../kit/blocks.js';
import { plan, type TaskStatus } from '../kit/plan.js';
import { dayText } from './words.js';

export function runCard({ partner, businessDay, stage, failed }: RunningDay): Card {
  const name = `${escape(partner.name)}, ${dayText(businessDay)}`;
  const title = failed ? `${name} was not reconciled` : `${name} is being reconciled`;
  const at = stage === null ? -1 : runStages.indexOf(stage);
  const steps = runStages.map((step, index) => ({
    title: step,
    status: statusOf(index - Math.max(at, 0), { failed, isWaiting: at < 0 }),
  }));
  const note = context(
    failed
      ? 'Nothing from this run was kept. Paydesk retries automatically; the log says why it failed.'
      : 'The result will appear here.',
  );
  const head = section(`${failed ? ':x:' : ':hourglass_flowing_sand:'} *${title}*`);
  const lines = section(
    steps.map(({ title: step, status }) => `${marks[status]} ${step}: ${words[status]}`).join('\n'),
  );
  const blocks: CardBlock[] = [
    ...cardOf(title, [head]).blocks,
    plan(`${partner.name}, ${dayText(businessDay)}`, steps),
    ...cardOf(title, [note]).blocks,
  ];
  return { text: cardOf(title, [head]).text, blocks, plainer: cardOf(title, [head, lines, note]).blocks };
}

const marks: Readonly<Record<TaskStatus, string>> = {
  complete: ':white_check_mark:',
  in_progress: ':hourglass_flowing_sand:',
  pending: ':white_circle:',
  error: ':x:',
};

const words: Readonly<Record<TaskStatus, string>> = {
  complete: 'done',
  in_progress: 'running',
  pending: 'waiting',
  error: 'failed',
};

/** `distance`: from the stage that runs; negative for those before it. */
function statusOf(
  distance: number,
  { failed, isWaiting }: { failed: boolean; isWaiting: boolean },
): TaskStatus {
  if (distance < 0) return 'complete';
  if (distance > 0 || (isWaiting && !failed)) return 'pending';
  return failed ? 'error' : 'in_progress';
}
