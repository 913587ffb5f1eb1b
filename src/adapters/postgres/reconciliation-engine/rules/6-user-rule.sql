-- A rule of paydesk.yaml. $ourKey and $theirKey are what both sides share, null where a row lacks a part of it.
create temporary table answers as
  select key, nextval('finding') as f from (
    select key, o.rows as ours, t.rows as theirs, t.amount - o.amount as difference, t.fee,
      greatest(o.last, t.last) - least(o.first, t.first) as apart, o.currency
    from (select $ourKey as key, min(currency) as currency, count(*) as rows, sum(amount) as amount, min(day) as first,
        max(day) as last from e where f is null and $ourKey is not null and $ourTypes group by 1) o
    join (select $theirKey as key, count(*) as rows, sum(amount) as amount, sum(fee) as fee, min(day) as first,
        max(day) as last from l where f is null and $theirKey is not null and $theirTypes group by 1) t using (key)
  ) c
  where ($many or ours + theirs = 2) and (not $byDate or apart <= $window)
    and (difference = 0 or difference + fee = 0
      or exists (select from rule_tolerances t where t.rule = $rule and t.currency = c.currency
        and difference between -t.short and t.over));
insert into findings select f, 'match', 'rule:' || $rule, null from answers;
update e set f = a.f from answers a where e.f is null and $ourTypes and $ourKey = a.key;
update l set f = a.f from answers a where l.f is null and $theirTypes and $theirKey = a.key;
drop table answers;
