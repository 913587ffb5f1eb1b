/**
 * The `data_table` block: sorting by column, filtering, pages.
 * Invariant: sorting buttons live in the column heads, which say the order with `aria-sort`.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { BlockProps } from './parts.js';
import { CellContent, Frame } from './block-table.js';
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
import { withEmoji } from './emoji.js';
import { Icon, type IconName } from './icons.js';
import { num, str, type Obj } from './json.js';

const pageSizeDefault = 5;

export function DataTable({ block, id }: BlockProps): VNode {
  const [head = [], ...body] = tableRows(block);
  const caption = str(block.caption, 'Table');
  const size = Math.max(1, num(block.page_size, pageSizeDefault));
  const [filter, setFilter] = useState('');
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [page, setPage] = useState(0);
  const found = sorted(filtered(body, filter), sorting);
  const shown = pageOf(found, page, size);
  const first = shown.page * size;
  const search = (text: string): void => {
    setFilter(text);
    setPage(0);
  };
  const numeric = head.map((_, column) => isNumeric(body, column));
  const rowHead = num(block.row_header_column_index);
  return (
    <div class="data-table">
      <div class="data-table-top">
        <strong>{withEmoji(caption)}</strong>
        <FilterField caption={caption} filter={filter} onFilter={search} />
      </div>
      <Frame label={caption}>
        <table class="table">
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {head.map((cell, column) => (
                <SortHead
                  key={column}
                  cell={cell}
                  numeric={numeric[column] === true}
                  sorting={sorting?.column === column ? sorting : null}
                  onSort={() => setSorting(nextSorting(sorting, column))}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.rows.map((row, line) => (
              <tr key={line}>
                {row.map((cell, column) => (
                  <DataCell
                    key={column}
                    cell={cell}
                    block={id}
                    heads={column === rowHead}
                    numeric={numeric[column] === true}
                  />
                ))}
              </tr>
            ))}
            {found.length === 0 && <EmptyRow columns={head.length} filter={filter} />}
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

function FilterField({
  caption,
  filter,
  onFilter,
}: {
  caption: string;
  filter: string;
  onFilter: (text: string) => void;
}): VNode {
  return (
    <label class="filter">
      <Icon name="search" size={14} />
      <input
        type="search"
        placeholder="Filter"
        aria-label={`Filter ${caption}`}
        value={filter}
        onInput={(event) => onFilter(event.currentTarget.value)}
      />
    </label>
  );
}

function EmptyRow({ columns, filter }: { columns: number; filter: string }): VNode {
  return (
    <tr>
      <td colSpan={columns} class="empty">
        No rows match “{filter}”
      </td>
    </tr>
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
        <Icon name={{ none: 'sort', ascending: 'up', descending: 'down' }[order] as IconName} size={14} />
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
