/**
 * The steps of a longer work, as Slack draws them. The type is not in the library yet.
 *
 * Invariant: a card with a plan has plainer blocks too, for a Slack that refuses it.
 * Source: docs.slack.dev/reference/block-kit/blocks/plan-block and task-card-block.
 */
import type { CardBlock } from '../../ports/card.js';
import { plain } from './blocks.js';

export type TaskStatus = 'pending' | 'in_progress' | 'complete' | 'error';

const titleMax = 150;

export const plan = (title: string, tasks: readonly { title: string; status: TaskStatus }[]): CardBlock =>
  ({
    type: 'plan',
    title: plain(title, titleMax),
    tasks: tasks.map((task, at) => ({
      type: 'task_card',
      task_id: `task_${at + 1}`,
      title: plain(task.title, titleMax),
      status: task.status,
    })),
  }) as CardBlock;
