/**
 * The `table` block and the `data_table` block with sorting, filtering and pages.
 * Invariant: sorting buttons live in the column heads with `aria-sort`; wide tables scroll in their own frame.
 */
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { BlockProps } from './block.js';
import {
  cellText,
  filtered,
  isNumeric,
  nextSorting,
  pageOf,
  sorted,
  tableRows,
  type Sorting,
} from './data-table.js';
import { Element } from './element.js';
import { withEmoji } from './emoji.js';
import { Icon } from './icons.js';
import { num, obj, objs, str, type Obj } from './json.js';
import { richTextTree } from './rich-text.js';
import { Tree } from './rich.js';

const PAGE_SIZE_DEFAULT = 5;

function CellContent({ cell, block }: { cell: Obj; block: string }): VNode {
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

function Frame({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div class="table-frame" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function DataTable({ block, id }: BlockProps): VNode {
  const [head = [], ...body] = tableRows(block);
  const caption = str(block.caption, 'Table');
  const size = Math.max(1, num(block.page_size, PAGE_SIZE_DEFAULT));
  const [filter, setFilter] = useState('');
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [page, setPage] = useState(0);
  const found = sorted(filtered(body, filter), sorting);
  const shown = pageOf(found, page, size);
  const rowHead = num(block.row_header_column_index);
  const first = shown.page * size;
  return (
    <div class="data-table">
      <div class="data-table-top">
        <strong>{withEmoji(caption)}</strong>
        <label class="filter">
          <Icon name="search" size={14} />
          <input
            type="search"
            placeholder="Filter"
            aria-label={`Filter ${caption}`}
            value={filter}
            onInput={(event) => {
              setFilter(event.currentTarget.value);
              setPage(0);
            }}
          />
        </label>
      </div>
      <Frame label={caption}>
        <table class="table">
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {head.map((cell, at) => (
                <SortHead
                  key={at}
                  cell={cell}
                  numeric={isNumeric(body, at)}
                  sorting={sorting?.column === at ? sorting : null}
                  onSort={() => setSorting(nextSorting(sorting, at))}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.rows.map((row, line) => (
              <tr key={line}>
                {row.map((cell, at) => (
                  <DataCell
                    key={at}
                    cell={cell}
                    block={id}
                    heads={at === rowHead}
                    numeric={isNumeric(body, at)}
                  />
                ))}
              </tr>
            ))}
            {found.length === 0 && (
              <tr>
                <td colSpan={head.length} class="empty">
                  No rows match “{filter}”
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </Frame>
      <Pager
        page={shown.page}
        pageCount={shown.pageCount}
        label={`${found.length === 0 ? 0 : first + 1}–${first + shown.rows.length} of ${found.length}`}
        onPage={setPage}
      />
    </div>
  );
}

function DataCell({
  cell,
  block,
  heads,
  numeric,
}: {
  cell: Obj;
  block: string;
  heads: boolean;
  numeric: boolean;
}): VNode {
  const content = <CellContent cell={cell} block={block} />;
  const name = numeric ? 'right' : 'left';
  return heads ? (
    <th scope="row" class={name}>
      {content}
    </th>
  ) : (
    <td class={name}>{content}</td>
  );
}

function SortHead({
  cell,
  numeric,
  sorting,
  onSort,
}: {
  cell: Obj;
  numeric: boolean;
  sorting: Sorting | null;
  onSort: () => void;
}): VNode {
  const order = sorting === null ? 'none' : sorting.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" class={numeric ? 'right' : 'left'} aria-sort={order}>
      <button type="button" class="sort" onClick={onSort}>
        {withEmoji(cellText(cell))}
        <Icon name={{ none: 'sort', ascending: 'up', descending: 'down' }[order] as 'sort'} size={14} />
      </button>
    </th>
  );
}

function Pager({
  page,
  pageCount,
  label,
  onPage,
}: {
  page: number;
  pageCount: number;
  label: string;
  onPage: (page: number) => void;
}): VNode {
  return (
    <div class="pager">
      <span role="status">{label}</span>
      {pageCount > 1 && (
        <span>
          <button
            type="button"
            class="icon-button"
            aria-label="Previous page"
            disabled={page === 0}
            onClick={() => onPage(page - 1)}
          >
            <Icon name="left" size={16} />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Next page"
            disabled={page >= pageCount - 1}
            onClick={() => onPage(page + 1)}
          >
            <Icon name="right" size={16} />
          </button>
        </span>
      )}
    </div>
  );
}
