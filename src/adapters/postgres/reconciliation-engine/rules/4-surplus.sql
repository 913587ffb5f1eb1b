-- Two currencies under one reference, one row of each side at a time.
create temporary table crossed as
  select o.n as en, t.n as ln, nextval('finding') as f
  from (select n, reference, currency, row_number() over (partition by reference
      order by day nulls first, length(id), id, n) as k from e join shared using (reference) where f is null) o
  join (select n, reference, currency, row_number() over (partition by reference
      order by day nulls first, line, n) as k from l join shared using (reference) where f is null) t
    using (reference, k)
  where o.currency <> t.currency;
insert into findings select f, 'break', 'currency', null from crossed;
update e set f = crossed.f from crossed where e.n = crossed.en;
update l set f = crossed.f from crossed where l.n = crossed.ln;

-- A surplus beside a twin of the same amount is a duplicate, unless its own money is still to come.
create temporary table doubled as
  select n, nextval('finding') as f from (
    select n, due, f, count(*) over twins as twins, count(*) filter (where f is null) over twins as left_over
    from e join shared using (reference) window twins as (partition by reference, currency, amount)
  ) counted where f is null and due is null and twins > left_over;
insert into findings select f, 'break', 'duplicate_in_ledger', null from doubled;
update e set f = doubled.f from doubled where e.n = doubled.n;
drop table doubled;
create temporary table doubled as
  select n, nextval('finding') as f from (
    select n, f, count(*) over twins as twins, count(*) filter (where f is null) over twins as left_over
    from l join shared using (reference) window twins as (partition by reference, currency, amount)
  ) counted where f is null and twins > left_over;
insert into findings select f, 'break', 'duplicate_at_partner', null from doubled;
update l set f = doubled.f from doubled where l.n = doubled.n;
drop table doubled;
