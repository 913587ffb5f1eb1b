/** Breaks with the rows that they are about, for a file that people sort, filter and send on. */
import type { Break, BreakFilter, Breaks } from '../../ports/breaks.js';
import type { BreakFact, ReconciliationResults } from '../../ports/reconciliation.js';
import type { StatementArrivals } from '../../ports/statement-inbox.js';
import type { BreakSide } from './report.js';

export interface BreakRow {
  found: Break;
  entries: BreakFact['entries'];
  sides: BreakSide[];
}

/** A spreadsheet opens more; a person does not read them. */
const mostBreakRows = 10_000;

/** The largest first; `total` is how many fit the filter. */
export async function breakRows(
  {
    breaks,
    results,
    arrivals,
  }: {
    breaks: Pick<Breaks, 'list' | 'count'>;
    results: Pick<ReconciliationResults, 'breaksBy'>;
    arrivals: Pick<StatementArrivals, 'filesOf'>;
  },
  filter: Omit<BreakFilter, 'limit'>,
): Promise<{ rows: BreakRow[]; total: number }> {
  const found = await breaks.list({ ...filter, limit: mostBreakRows });
  const total = found.length < mostBreakRows ? found.length : await breaks.count(filter);
  const facts = await results.breaksBy(found.map(({ identity }) => identity));
  const files = await arrivals.filesOf([
    ...new Set(facts.flatMap(({ lines }) => lines.map(({ file }) => file))),
  ]);
  const names = new Map(files.map(({ id, name }) => [id, name]));
  const factOf = new Map(facts.map((fact) => [fact.identity, fact]));
  const rows = found.map((one): BreakRow => {
    const { entries = [], lines = [] } = factOf.get(one.identity) ?? {};
    return {
      found: one,
      entries,
      sides: lines.map((line) => ({ line, fileName: names.get(line.file) ?? `file ${line.file}` })),
    };
  });
  return { rows, total };
}
