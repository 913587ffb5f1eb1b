-- One round: pairs that are the first choice of both their rows. Repeated until there are none, which gives the pairs
-- that taking the nearest one after the other gives.
with best as (
  select en, ln, currency, difference, fee, nextval('finding') as f from (
    select *, min(rank) over (partition by en) as of_entry, min(rank) over (partition by ln) as of_line from candidates
  ) ranked where rank = of_entry and rank = of_line
), named as (
  insert into findings
  select f, case when tolerated then 'match' else 'break' end,
    case when tolerated then 'tolerance' when fee <> 0 and difference + fee = 0 then 'fee' else 'amount' end, null
  from (
    select best.*, exists (select from tolerances t where t.currency = best.currency
      and difference between -t.short and t.over) as tolerated from best
  ) judged
), ours as (update e set f = best.f from best where e.n = best.en),
theirs as (update l set f = best.f from best where l.n = best.ln),
gone as (delete from candidates c using best where c.en = best.en or c.ln = best.ln)
select count(*) as found from best;
