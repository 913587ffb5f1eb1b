import { createHash } from 'node:crypto';
import type { Database } from '../adapters/postgres/database.js';
import { isoDay, parseDay, type Day } from '../kernel/calendar-day.js';
import type { BusinessCalendar } from '../ports/calendars.js';
import type { LedgerEntry, Reconciler, StatementLine } from '../ports/reconciliation.js';
import type { StatementArrivals } from '../ports/statement-inbox.js';
import { differenceOf, feesOf, groupBy, sumOf, type Finding } from '../reconciliation/findings.js';
import type { StatementFormat } from '../reconciliation/formats/format.js';
import { parseStatement } from '../reconciliation/formats/index.js';
import { decodeText } from '../reconciliation/formats/text.js';
import { reconcile } from '../reconciliation/matching/match.js';
import { summarise } from '../reconciliation/report.js';
import { dueDay } from '../reconciliation/settlement.js';
import { statementLines } from '../reconciliation/statement-lines.js';

export interface InterimDeps {
  database: Database;
  books: Database;
  arrivals: StatementArrivals;
  formats: readonly StatementFormat[];
  partnerOf(id: string): {
    account: string;
    references: readonly string[];
    settleDays: number;
    calendar: BusinessCalendar;
  };
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_k, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
const identityOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

export function interimReconciler(deps: InterimDeps): Reconciler {
  const { database, books } = deps;
  return {
    run: async ({ partner, businessDay, asOf, files }) => {
      const { account, settleDays, calendar, references } = deps.partnerOf(partner);
      const known = await database.query<{ id: number; sha256: string; format: string }>(
        `select f.id::int as id, f.sha256, f.format from paydesk.recon_unit_files uf join paydesk.recon_units u on u.id = uf.unit
         join paydesk.statement_files f on f.id = uf.file where u.partner = $1 and u.business_day = $2::date`,
        [partner, isoDay(businessDay)],
      );
      const all = [...files];
      for (const file of known) {
        const bytes = await deps.arrivals.content(file.sha256);
        if (bytes) all.unshift({ id: file.id, bytes, format: file.format });
      }
      const lines: StatementLine[] = [];
      const problems: { file: number; line: number; code: string; message: string }[] = [];
      for (const { id, bytes, format } of all) {
        const found = deps.formats.find((each) => each.id === format);
        if (!found) continue;
        const items = [...parseStatement(found, decodeText(bytes).text)];
        const table = statementLines(items, references);
        const own: StatementLine[] = [];
        for (const row of table.rows) {
          if (row.type === 'return' || row.type === 'notification_of_change') continue;
          own.push({ ...row, file: id });
        }
        lines.push(...withSums(own));
        problems.push(
          ...table.problems.map(({ line, code, message }) => ({ file: id, line, code, message })),
        );
      }
      const [prev] = await database.query<{ day: string | null; ran: Date | null }>(
        `select max(business_day)::text as day, max(ran_at) as ran from paydesk.recon_units where partner = $1 and business_day < $2::date`,
        [partner, isoDay(businessDay)],
      );
      const prevDay = prev?.day ? parseDay(prev.day) : null;
      const afterDay = prevDay ?? businessDay - 12;
      const rows = await books.query<Record<string, string>>(
        `select entry_id, direction, amount_minor::text as amount, currency, kind, reference, coalesce(batch_id, '') as batch,
           to_char(business_day, 'YYYY-MM-DD') as day
         from ledger_entries where account = $1 and business_day <= $3::date
           and (business_day > $2::date or (business_day > $2::date - 10 and booked_at > $4::timestamptz))`,
        [account, isoDay(afterDay), isoDay(businessDay), prev?.ran ?? new Date()],
      );
      const dues = new Map<string, Day>();
      const dueOf = ({ day, type }: LedgerEntry): Day => {
        const days = account.startsWith('clearing') && (type === 'payout' || type === 'fee') ? 0 : settleDays;
        const key = `${day} ${days}`;
        const due = dues.get(key) ?? dueDay(day ?? businessDay, { businessDays: days }, calendar);
        dues.set(key, due);
        return due;
      };
      const entries: LedgerEntry[] = rows
        .map((row) => ({
          id: row.entry_id ?? '',
          reference: row.reference ?? '',
          amountMinor: BigInt(row.amount ?? '0') * (row.direction === 'debit' ? 1n : -1n),
          currency: row.currency ?? '',
          day: parseDay(row.day ?? ''),
          type: row.kind ?? '',
          batch: row.batch ?? '',
        }))
        .filter((entry) => prevDay !== null || dueOf(entry) >= businessDay);
      const open = await database.query<{
        key: string;
        side: string;
        identity: string | null;
        row: Record<string, unknown>;
      }>(
        `select key, side, identity, row from paydesk.recon_open where partner = $1 and closed_by is null and business_day < $2::date`,
        [partner, isoDay(businessDay)],
      );
      const old = new Map<object, { key: string; side: string; identity: string | null }>();
      for (const { key, side, identity, row } of open) {
        const thing = {
          ...row,
          amountMinor: BigInt(row.amountMinor as string),
          feeMinor: BigInt((row.feeMinor as string | undefined) ?? '0'),
        };
        old.set(thing, { key, side, identity });
        if (side === 'ledger') entries.push(thing as unknown as LedgerEntry);
        else lines.push(thing as unknown as StatementLine);
      }
      const residues = account.startsWith('clearing')
        ? residuesOf(
            entries,
            lines.filter((line) => !old.has(line)),
          )
        : [];
      const held = new Set<object>(residues.flatMap(({ found }) => [...found.entries, ...found.lines]));
      const pool = {
        entries: entries.filter((entry) => !held.has(entry)),
        lines: lines.filter((line) => !held.has(line)),
      };
      const findings = reconcile(pool, {
        windowDays: 7,
        dueLater: (entry) => (dueOf(entry) > asOf ? dueOf(entry) : null),
      });
      const kept = [
        ...findings.map((f) => asDuplicate(f, lines)),
        ...residues.map((residue) =>
          explainedResidue(residue, findings, (entry) => (old.get(entry)?.identity ?? null) !== null),
        ),
      ].filter(
        (f) =>
          !(
            f.type === 'break' &&
            [...f.entries, ...f.lines].every((x) => old.has(x) && old.get(x)?.identity !== null)
          ),
      );
      const awaited = new Set(
        kept.filter(
          (f) =>
            f.type === 'break' &&
            f.kind === 'missing_in_ledger' &&
            f.lines.every(
              ({ type, day }) => type.startsWith('implied') && businessDay - (day ?? businessDay) <= 5,
            ),
        ),
      );
      const summary = summarise(
        pool,
        kept.filter((f) => !awaited.has(f)),
        problems.length,
      );
      return database.run(async (tx) => {
        const [unit] = await tx.query<{ id: bigint; runs: number }>(
          `insert into paydesk.recon_units as u (partner, business_day, after_day, runs, ran_at, as_of, engine, ledger_rows,
             statement_rows, matched, breaks, pending, quarantined, cleared, totals)
           values ($1,$2::date,$3::date,1,$4,$5::date,'join',$6,$7,$8,$9,$10,$11,$12,$13)
           on conflict (partner, business_day) do update set runs = u.runs + 1, ran_at = $4, as_of = $5::date, ledger_rows = $6,
             statement_rows = $7, matched = $8, breaks = $9, pending = $10, quarantined = $11, cleared = $12, totals = $13
           returning id, runs`,
          [
            partner,
            isoDay(businessDay),
            isoDay(afterDay),
            tx.now,
            isoDay(asOf),
            entries.length,
            lines.length,
            json(summary.matched),
            json(summary.breaks),
            summary.pending,
            problems.length,
            0,
            json(Object.fromEntries(summary.totals)),
          ],
        );
        const id = unit?.id;
        for (const { id: file } of files)
          await tx.query(
            'insert into paydesk.recon_unit_files (unit, file) values ($1, $2) on conflict do nothing',
            [id, file],
          );
        await tx.query('delete from paydesk.recon_lines where unit = $1', [id]);
        for (const { id: file } of files)
          await tx.query('select paydesk.recon_open_lines($1, $2)', [id, file]);
        if (files.length > 0)
          await tx.query(
            `insert into paydesk.recon_lines_${String(id)} (unit, file, line, reference, amount_minor, currency, value_date, type, fee_minor, batch)
             select $1, (r->>'file')::bigint, (r->>'line')::bigint, r->>'reference', (r->>'amountMinor')::bigint, r->>'currency', '1970-01-01'::date + (r->>'day')::int, r->>'type', (r->>'feeMinor')::bigint, r->>'batch'
             from jsonb_array_elements($2::jsonb) r`,
            [id, json(lines.filter((line) => !old.has(line)))],
          );
        await tx.query('select paydesk.recon_close_lines($1)', [id]);
        await tx.query('delete from paydesk.recon_results where unit = $1', [id]);
        await tx.query('delete from paydesk.recon_open where unit = $1 and closed_by is null', [id]);
        let seq = 0;
        const results: unknown[][] = [];
        const opened: unknown[][] = [];
        const identify = (line: StatementLine): string =>
          identityOf(
            json([
              line.reference,
              line.amountMinor,
              line.currency,
              line.type,
              line.feeMinor,
              line.batch,
              line.line,
            ]),
          );
        for (const found of kept) {
          if (
            found.type === 'match' &&
            found.entries.length + found.lines.length <= 2 &&
            found.rule === 'exact' &&
            ![...found.entries, ...found.lines].some((x) => old.has(x))
          )
            continue;
          const keptLines = found.lines.map((line) => ({ ...line, identity: identify(line) }));
          const isAwaited = awaited.has(found);
          const identity =
            found.type === 'break' && !isAwaited
              ? identityOf(
                  json([
                    found.kind,
                    found.entries.map((e) => e.id).sort(),
                    keptLines.map((l) => l.identity).sort(),
                  ]),
                )
              : null;
          const residue = residues.find((each) => each.found === found && found.type === 'break');
          const difference = residue?.difference ?? (found.type === 'break' ? differenceOf(found) : null);
          if (found.type !== 'pending' && !isAwaited)
            results.push([
              id,
              seq++,
              found.type,
              found.type === 'break' ? found.kind : found.rule,
              identity,
              difference?.currency ?? null,
              difference === null ? null : String(difference.minor),
              null,
              json(found.entries),
              json(keptLines),
            ]);
          for (const thing of [...found.entries, ...found.lines]) {
            const before = old.get(thing);
            if (
              before &&
              !isAwaited &&
              found.type !== 'pending' &&
              (found.type === 'match' || before.identity === null || before.identity !== identity)
            )
              await tx.query(
                `update paydesk.recon_open set closed_by = $1, closed_day = $2::date, closed_rule = $3, closed_entries = $4, closed_lines = $5 where partner = $6 and side = $7 and key = $8`,
                [
                  id,
                  isoDay(businessDay),
                  found.type === 'match' ? found.rule : found.kind,
                  json(found.entries),
                  json(keptLines),
                  partner,
                  before.side,
                  before.key,
                ],
              );
          }
          const isOneSided =
            found.type === 'pending' ||
            (found.type === 'break' &&
              (found.kind === 'missing_at_partner' || found.kind === 'missing_in_ledger'));
          if (!isOneSided) continue;
          for (const entry of found.entries)
            opened.push([
              partner,
              'ledger',
              entry.id,
              id,
              isoDay(businessDay),
              found.type === 'pending' ? isoDay(found.dueOn) : null,
              identity,
              entry.reference,
              entry.batch,
              entry.currency,
              String(entry.amountMinor),
              json(entry),
            ]);
          for (const line of keptLines)
            opened.push([
              partner,
              'statement',
              line.identity,
              id,
              isoDay(businessDay),
              null,
              identity,
              line.reference,
              line.batch,
              line.currency,
              String(line.amountMinor),
              json(line),
            ]);
        }
        await tx.query(
          `insert into paydesk.recon_results (unit, seq, type, name, identity, currency, difference_minor, due_on, entries, lines)
           select $1, (r->>1)::int, r->>2, r->>3, r->>4, r->>5, (r->>6)::numeric, null, (r->>8)::jsonb, (r->>9)::jsonb from jsonb_array_elements($2::jsonb) r`,
          [id, json(results.map((r) => [0, ...r.slice(1)]))],
        );
        await tx.query(
          `insert into paydesk.recon_open as o (partner, side, key, unit, business_day, due_on, identity, reference, batch, currency, amount_minor, row)
           select r->>0, r->>1, r->>2, $1, (r->>4)::date, (r->>5)::date, r->>6, r->>7, r->>8, r->>9, (r->>10)::bigint, (r->>11)::jsonb
           from jsonb_array_elements($2::jsonb) r
           on conflict (partner, side, key) do update set unit = $1, business_day = excluded.business_day, due_on = excluded.due_on, identity = excluded.identity where o.closed_by is null`,
          [id, json(opened.map((r) => r.map((v, i) => (i === 3 ? 0 : v))))],
        );
        return { unit: { partner, businessDay } as never, stale: [] };
      });
    },
  };
}

/** Adds the fees of each batch as a line, and the payout where the report has none. */
function withSums(lines: StatementLine[]): StatementLine[] {
  const batches = groupBy(
    lines.filter(({ batch }) => batch !== ''),
    ({ batch, currency }) => `${batch} ${currency}`,
  );
  const sums = [...batches.values()].flatMap((ofBatch): StatementLine[] => {
    const [first] = ofBatch;
    if (first === undefined) return [];
    const payout = ofBatch.find(({ type }) => type === 'payout');
    const fees = feesOf(ofBatch);
    const type = payout ? 'fee' : 'implied_fee';
    const sum = { ...first, reference: payout?.reference ?? first.batch, feeMinor: 0n, order: '' };
    const fee = fees === 0n ? [] : [{ ...sum, amountMinor: -fees, type }];
    return payout ? fee : [...fee, { ...sum, amountMinor: fees - sumOf(ofBatch), type: 'implied_payout' }];
  });
  return [...lines.map((line) => ({ ...line, feeMinor: 0n })), ...sums];
}

interface Residue {
  found: Extract<Finding, { type: 'break' }>;
  difference: { currency: string; minor: bigint };
}

/** Lines that are left out or short are breaks of their own: what they come to is not counted a second time. */
function explainedResidue(
  { found, difference }: Residue,
  findings: readonly Finding[],
  isLate: (entry: LedgerEntry) => boolean,
): Finding {
  const explained = findings.reduce((sum, other) => {
    if (other.type === 'match' && other.entries.some(isLate))
      return other.lines[0]?.currency === difference.currency ? sum + sumOf(other.lines) : sum;
    if (other.type !== 'break' || !['missing_at_partner', 'amount', 'fee'].includes(other.kind)) return sum;
    const { currency, minor } = differenceOf(other);
    return currency === difference.currency ? sum + minor : sum;
  }, 0n);
  return difference.minor + explained === 0n
    ? { type: 'match', rule: 'exact', entries: found.entries, lines: found.lines }
    : found;
}

/** A report pays out what its lines come to; a payout of another amount is short or over by the rest. */
function residuesOf(entries: readonly LedgerEntry[], lines: readonly StatementLine[]): Residue[] {
  const payouts = new Map(
    entries.filter(({ type }) => type === 'payout').map((entry) => [entry.reference, entry]),
  );
  const groups = groupBy(lines, ({ file, batch, currency }) => `${file} ${batch} ${currency}`);
  return [...groups.values()].flatMap((group): Residue[] => {
    const line = group.find(
      ({ reference, type, amountMinor }) =>
        payouts.has(reference) && type !== 'fee' && payouts.get(reference)?.amountMinor === amountMinor,
    );
    const rest = sumOf(group);
    if (line === undefined || rest === 0n || line.type === 'implied_payout') return [];
    const entry = payouts.get(line.reference);
    return [
      {
        found: { type: 'break', kind: 'batch_residue', entries: entry ? [entry] : [], lines: [line] },
        difference: { currency: line.currency, minor: -rest },
      },
    ];
  });
}

/** A line that the books lack beside another one of the same order and amount was captured twice. */
function asDuplicate(found: Finding, lines: readonly StatementLine[]): Finding {
  if (found.type !== 'break' || found.kind !== 'missing_in_ledger') return found;
  const [line] = found.lines;
  if (line === undefined || line.type !== 'payment' || !line.order) return found;
  const twin = lines.some(
    (other) =>
      other !== line &&
      other.order === line.order &&
      other.type === line.type &&
      other.currency === line.currency &&
      other.amountMinor === line.amountMinor,
  );
  return twin ? { ...found, kind: 'duplicate_at_partner' } : found;
}
