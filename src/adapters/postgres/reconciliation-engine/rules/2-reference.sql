-- Rows that carry the same reference: equal amounts first, then sums.
create temporary table shared as
  select reference from (select distinct reference from e where reference <> '') o
  join (select distinct reference from l) t using (reference);
analyze shared;

-- Equal amounts, by day: two pointers over both sides, all groups at once. Rows without a day fit every day and come last.
create temporary table eo as
  select e.n, e.day, e.due_on, e.reference, e.currency, e.amount,
    row_number() over (partition by e.reference, e.currency, e.amount
      order by e.day nulls last, length(e.id), e.id, e.n) as i
  from e join shared using (reference);
create temporary table lo as
  select l.n, l.day, l.reference, l.currency, l.amount,
    row_number() over (partition by l.reference, l.currency, l.amount order by l.day nulls last, l.line, l.n) as j
  from l join shared using (reference);
create index on eo (reference, currency, amount, i);
create index on lo (reference, currency, amount, j);
analyze eo;
analyze lo;
create temporary table near as
  with recursive step (reference, currency, amount, i, j, en, ln) as (
    select distinct o.reference, o.currency, o.amount, 1::bigint, 1::bigint, null::bigint, null::bigint
    from eo o join lo t using (reference, currency, amount)
    union all
    select s.reference, s.currency, s.amount,
      case when c.fits or o.day < t.day then s.i + 1 else s.i end,
      case when c.fits or not o.day < t.day then s.j + 1 else s.j end,
      case when c.fits then o.n end, case when c.fits then t.n end
    from step s
    join eo o on (o.reference, o.currency, o.amount, o.i) = (s.reference, s.currency, s.amount, s.i)
    join lo t on (t.reference, t.currency, t.amount, t.j) = (s.reference, s.currency, s.amount, s.j)
    cross join lateral (select $near as fits) c
  )
  select en, ln, nextval('finding') as f from step where en is not null;
insert into findings select f, 'match', 'exact', null from near;
update e set f = near.f from near where e.n = near.en;
update l set f = near.f from near where l.n = near.ln;

-- What is left of equal amounts, one by one in order: rows without a day still fit, the others differ in date.
create temporary table late as
  select o.n as en, t.n as ln, $near as fits, nextval('finding') as f
  from (select *, row_number() over (partition by reference, currency, amount order by day nulls first, i) as k
    from eo where n not in (select en from near)) o
  join (select *, row_number() over (partition by reference, currency, amount order by day nulls first, j) as k
    from lo where n not in (select ln from near)) t using (reference, currency, amount, k);
insert into findings
  select f, case when fits then 'match' else 'break' end, case when fits then 'exact' else 'date' end, null from late;
update e set f = late.f from late where e.n = late.en;
update l set f = late.f from late where l.n = late.ln;

-- Unequal amounts of one currency: several that add up, or too many to tell apart.
create temporary table sums as
  select *, nextval('finding') as f from (
    select reference, currency, o.rows as ours, t.rows as theirs,
      o.rows + t.rows > 2 and (t.amount = o.amount or t.amount + t.fee = o.amount) as adds_up
    from (select reference, currency, count(*) as rows, sum(amount) as amount from e join shared using (reference)
      where f is null group by 1, 2) o
    join (select reference, currency, count(*) as rows, sum(amount) as amount, sum(fee) as fee
      from l join shared using (reference) where f is null group by 1, 2) t using (reference, currency)
  ) compared;
insert into findings
  select f, case when adds_up then 'match' else 'break' end, case when adds_up then 'split' else 'ambiguous' end, null
  from sums where adds_up or ours * theirs > $pairs;
update e set f = s.f from sums s where (s.adds_up or s.ours * s.theirs > $pairs)
  and e.f is null and e.reference = s.reference and e.currency = s.currency;
update l set f = s.f from sums s where (s.adds_up or s.ours * s.theirs > $pairs)
  and l.f is null and l.reference = s.reference and l.currency = s.currency;

-- The others by the nearest amounts of one sign: candidates, in one order for both sides.
create temporary table candidates as
  select o.n as en, t.n as ln, o.currency, t.amount - o.amount as difference, t.fee,
    row_number() over (order by case when t.amount - o.amount + t.fee = 0 then 0 else abs(t.amount - o.amount) end,
      o.day nulls first, length(o.id), o.id, t.line, o.n, t.n) as rank
  from e o join l t on t.reference = o.reference and t.currency = o.currency
  join sums s on s.reference = o.reference and s.currency = o.currency
  where o.f is null and t.f is null and (o.amount < 0) = (t.amount < 0);
create index on candidates (en);
create index on candidates (ln);
