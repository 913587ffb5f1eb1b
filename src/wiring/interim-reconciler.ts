import { createHash } from 'node:crypto';
import type { Database } from '../adapters/postgres/database.js';
import { isoDay, parseDay, type Day } from '../kernel/calendar-day.js';
import type { BusinessCalendar } from '../ports/calendars.js';
import type { LedgerEntry, Reconciler, StatementLine } from '../ports/reconciliation.js';
import type { StatementArrivals } from '../ports/statement-inbox.js';
import { differenceOf } from '../reconciliation/findings.js';
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
  partnerOf(id: string): { account: string; settleDays: number; calendar: BusinessCalendar };
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_k, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
const identityOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

export function interimReconciler(deps: InterimDeps): Reconciler {
  const { database, books } = deps;
  return {
    run: async ({ partner, businessDay, asOf, files }) => {
      const { account, settleDays, calendar } = deps.partnerOf(partner);
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
        const table = statementLines(items);
        const own: StatementLine[] = [];
        for (const row of table.rows) {
          if (row.type === 'return' || row.type === 'notification_of_change') continue;
          own.push({ ...row, file: id });
        }
        lines.push(...withSums(own, found.id));
        problems.push(
          ...table.problems.map(({ line, code, message }) => ({ file: id, line, code, message })),
        );
      }
      const [prev] = await database.query<{ day: string | null }>(
        `select max(business_day)::text as day from paydesk.recon_units where partner = $1 and business_day < $2::date`,
        [partner, isoDay(businessDay)],
      );
      const prevDay = prev?.day ? parseDay(prev.day) : null;
      const afterDay = prevDay ?? businessDay - 12;
      const rows = await books.query<Record<string, string>>(
        `select entry_id, direction, amount_minor::text as amount, currency, kind, reference, coalesce(batch_id, '') as batch,
           to_char(business_day, 'YYYY-MM-DD') as day
         from ledger_entries where account = $1 and business_day > $2::date and business_day <= $3::date`,
        [account, isoDay(afterDay), isoDay(businessDay)],
      );
      const dues = new Map<string, Day>();
      const dueOf = ({ day, type }: LedgerEntry): Day => {
        const days = type === 'payout' || type === 'fee' ? 0 : settleDays;
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
      const pool = { entries, lines };
      const findings = reconcile(pool, {
        windowDays: 7,
        dueLater: (entry) => (dueOf(entry) > asOf ? dueOf(entry) : null),
      });
      const kept = findings.filter(
        (f) =>
          !(
            f.type === 'break' &&
            [...f.entries, ...f.lines].every((x) => old.has(x) && old.get(x)?.identity !== null)
          ),
      );
      const summary = summarise(pool, kept, problems.length);
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
          const identity =
            found.type === 'break'
              ? identityOf(
                  json([
                    found.kind,
                    found.entries.map((e) => e.id).sort(),
                    keptLines.map((l) => l.identity).sort(),
                  ]),
                )
              : null;
          const difference = found.type === 'break' ? differenceOf(found) : null;
          if (found.type !== 'pending')
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

/** Adds fee per batch, and a payout where the report has none. */
function withSums(lines: StatementLine[], format: string): StatementLine[] {
  const fees = new Map<string, StatementLine>();
  const payouts = new Map<string, StatementLine>();
  const payoutRef = new Map<string, string>();
  for (const line of lines)
    if (line.type === 'payout') payoutRef.set(`${line.batch} ${line.currency}`, line.reference);
  for (const line of lines) {
    if (line.batch === '') continue;
    const key = `${line.batch} ${line.currency}`;
    const reference = payoutRef.get(key) ?? line.batch;
    if (line.feeMinor !== 0n) {
      const sum = fees.get(key) ?? { ...line, reference, amountMinor: 0n, type: 'fee', feeMinor: 0n };
      fees.set(key, { ...sum, amountMinor: sum.amountMinor - line.feeMinor });
    }
    if (format === 'stripe-payouts') {
      const sum = payouts.get(key) ?? {
        ...line,
        reference: line.batch,
        amountMinor: 0n,
        type: 'payout',
        feeMinor: 0n,
      };
      payouts.set(key, { ...sum, amountMinor: sum.amountMinor - line.amountMinor + line.feeMinor });
    }
  }
  return [...lines.map((line) => ({ ...line, feeMinor: 0n })), ...fees.values(), ...payouts.values()];
}
