-- Lines without a reference: groups that share no candidate end where no row before is near a row behind.
create temporary table islands as
  with wanted as (
    select distinct currency, amount from l where f is null and reference = '' and day is not null
  ), both_sides as (
    select 0 as side, n, day, currency, amount, length(id) as width, id, 0::bigint as line
    from e join wanted using (currency, amount) where f is null and day is not null
    union all
    select 1, n, day, currency, amount, 0, '', line from l where f is null and reference = '' and day is not null
  ), seen as (
    select *,
      max(day) filter (where side = 0) over before as entry_before,
      max(day) filter (where side = 1) over before as line_before,
      min(day) filter (where side = 0) over behind as entry_next,
      min(day) filter (where side = 1) over behind as line_next
    from both_sides
    window before as (partition by currency, amount order by day, side, width, id, line, n
        rows between unbounded preceding and 1 preceding),
      behind as (partition by currency, amount order by day, side, width, id, line, n
        rows between current row and unbounded following)
  ), numbered as (
    select side, n, currency, amount, sum(case when coalesce(line_next - entry_before <= $window, false)
        or coalesce(entry_next - line_before <= $window, false) then 0 else 1 end)
      over (partition by currency, amount order by day, side, width, id, line, n) as island
    from seen
  )
  select side, n, currency, amount, island from numbered;
create temporary table judged as
  select currency, amount, island, ours, theirs, nextval('finding') as f from (
    select currency, amount, island, count(*) filter (where side = 0) as ours, count(*) filter (where side = 1) as theirs
    from islands group by 1, 2, 3
  ) counted where ours > 0 and theirs > 0;
insert into findings
  select f, case when ours = 1 and theirs = 1 then 'match' else 'break' end,
    case when ours = 1 and theirs = 1 then 'amount_date' else 'ambiguous' end, null from judged;
update e set f = j.f from islands i join judged j using (currency, amount, island) where i.side = 0 and e.n = i.n;
update l set f = j.f from islands i join judged j using (currency, amount, island) where i.side = 1 and l.n = i.n;
