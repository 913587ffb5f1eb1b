-- References that one row of either side has, with the same amount and a near date: counted and taken out, because no
-- other rule can touch them. $window: days. $apart: a type of entries that stays for the rules, or null.
create temporary table pairs as
  select o.n as en, t.n as ln, o.currency, o.day, o.amount
  from (select *, count(*) over (partition by reference) as twins from e where reference <> '') o
  join (select *, count(*) over (partition by reference) as twins from l where reference <> '') t
    on t.reference = o.reference and t.currency = o.currency and t.amount = o.amount
  where o.twins = 1 and t.twins = 1 and coalesce(abs(o.day - t.day) <= $window, true)
    and o.type is distinct from $apart;
insert into exact select currency, day, count(*), sum(amount) from pairs group by currency, day;
delete from e using pairs where e.n = pairs.en;
delete from l using pairs where l.n = pairs.ln;
drop table pairs;
create index on e (reference);
create index on l (reference);
analyze e;
analyze l;
