/**
 * Durable tasks, enqueued with the transaction that makes them due: the engine's own SQL entrance, in its schema `dbos`.
 */
import { engineVersion, tasksQueue, taskWorkflow, type Tasks } from '../../ports/tasks.js';
import { requirePg } from './transactions.js';

const enqueueSql = `
  select dbos.enqueue_workflow(
    workflow_name => $1, queue_name => $2, workflow_id => $3, app_version => $4,
    positional_args => array[to_json($5::text), to_json($6::text)])`;

export function createTasks(): Tasks {
  return {
    enqueue: async (tx, task, key, subject) => {
      await requirePg(tx).query(enqueueSql, [taskWorkflow, tasksQueue, key, engineVersion, task, subject]);
    },
  };
}
