/** Plan and task card: the steps of a longer work. Invariant: a step's status is said in words as well as drawn. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { BlockProps } from './parts.js';
import { withEmoji } from './emoji.js';
import { Icon } from './icons.js';
import { obj, objs, str, words, type Obj } from './json.js';
import { richTextTree } from './rich-text.js';
import { Away, Tree } from './rich.js';
import { safeHref } from './text-tree.js';

const statusMarks: Record<string, string> = {
  pending: 'Pending',
  in_progress: 'In progress',
  complete: 'Complete',
  error: 'Failed',
};

export function Plan({ block }: BlockProps): VNode {
  const tasks = objs(block.tasks);
  const done = tasks.filter((task) => task.status === 'complete').length;
  return (
    <div class="plan-box">
      <div class="plan-head">
        <strong>{withEmoji(words(block.title))}</strong>
        <span class="plan-count">
          {done} of {tasks.length} done
        </span>
      </div>
      <ol class="plan-steps">
        {tasks.map((task, at) => (
          <li key={at}>
            <Task task={task} />
          </li>
        ))}
      </ol>
    </div>
  );
}

export function TaskCard({ block }: BlockProps): VNode {
  return (
    <div class="plan-box single">
      <Task task={block} />
    </div>
  );
}

function Task({ task }: { task: Obj }): VNode {
  const status = str(task.status, 'pending');
  const more = task.details !== undefined || task.output !== undefined || objs(task.sources).length > 0;
  const [open, setOpen] = useState(status === 'in_progress' || status === 'error');
  const title = (
    <>
      <TaskMark status={status} />
      <span class="task-title">{withEmoji(words(task.title))}</span>
      <span class="unseen">{statusMarks[status] ?? status}</span>
    </>
  );
  return (
    <div class={`task ${status}`}>
      {more ? (
        <button type="button" class="task-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          {title}
          <Icon name={open ? 'chevron' : 'right'} size={16} />
        </button>
      ) : (
        <div class="task-head">{title}</div>
      )}
      {open && more && <TaskBody task={task} />}
    </div>
  );
}

function TaskMark({ status }: { status: string }): VNode {
  if (status === 'in_progress')
    return (
      <span class="task-mark">
        <span class="spinner" />
      </span>
    );
  return (
    <span class="task-mark">
      {status === 'complete' ? (
        <Icon name="check" size={14} />
      ) : status === 'error' ? (
        <Icon name="close" size={12} />
      ) : null}
    </span>
  );
}

function TaskBody({ task }: { task: Obj }): VNode {
  return (
    <div class="task-body">
      {task.details !== undefined && <Tree blocks={richTextTree(obj(task.details))} />}
      {task.output !== undefined && (
        <div class="task-output">
          <Tree blocks={richTextTree(obj(task.output))} />
        </div>
      )}
      {objs(task.sources).map((source, at) => {
        const href = safeHref(str(source.url));
        return href === null ? null : (
          <span key={at} class="task-source">
            <Icon name="world" size={14} />
            <Away href={href}>{str(source.text, href)}</Away>
          </span>
        );
      })}
    </div>
  );
}
