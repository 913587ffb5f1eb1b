/**
 * The `table` block, and what it shares with `data_table`: a cell's content and a frame that scrolls.
 * Invariant: the first row is the head; a table wider than the message scrolls in its own frame.
 */
import type { ComponentChildren, VNode } from 'preact';
import type { BlockProps } from './parts.js';
import { cellText, tableRows } from './data-table.js';
import { Element } from './element.js';
import { withEmoji } from './emoji.js';
import { obj, objs, str, type Obj } from './json.js';
import { richTextTree } from './rich-text.js';
import { Tree } from './rich.js';

/** What a cell shows: text, rich text, or an element that acts. */
export function CellContent({ cell, block }: { cell: Obj; block: string }): VNode {
  const type = str(cell.type);
  if (type === 'rich_text') return <Tree blocks={richTextTree(cell)} />;
  if (type === 'action')
    return <Element element={obj(cell.element)} slot={{ block, dispatches: true, label: '' }} />;
  return <>{withEmoji(cellText(cell))}</>;
}

export function Table({ block, id }: BlockProps): VNode {
  const rows = tableRows(block);
  const settings = objs(block.column_settings);
  const style = (column: number): string =>
    `${str(settings[column]?.align, 'left')} ${settings[column]?.is_wrapped === true ? 'wrapped' : ''}`;
  return (
    <Frame label="Table">
      <table class="table">
        <thead>
          <tr>
            {rows[0]?.map((cell, at) => (
              <th key={at} scope="col" class={style(at)}>
                <CellContent cell={cell} block={id} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(1).map((row, line) => (
            <tr key={line}>
              {row.map((cell, at) => (
                <td key={at} class={style(at)}>
                  <CellContent cell={cell} block={id} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Frame>
  );
}

/** The frame in which a wide table scrolls. */
export function Frame({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div class="table-frame" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
