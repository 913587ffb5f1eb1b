-- Lines that name a batch: what came plus what was kept is what the entries of the batch come to.
create temporary table named as
  select distinct b.batch from (select distinct batch from e where f is null and batch <> '') b
  join l on l.reference = b.batch where l.f is null;
create temporary table batches as
  select *, nextval('finding') as f from (
    select batch, currency, o.amount as expected, t.came,
      (select t1.n from l t1 where t1.f is null and t1.reference = o.batch and t1.currency = o.currency
        and t1.amount + t1.fee = o.amount order by t1.day nulls first, t1.line, t1.n limit 1) as alone
    from (select batch, currency, sum(amount) as amount from e join named using (batch) where f is null group by 1, 2) o
    join (select reference as batch, currency, sum(amount + fee) as came from l where f is null
      and reference in (select batch from named) group by 1, 2) t using (batch, currency)
  ) compared;
-- In another currency than any of the batch, and entries whose currency did not come.
create temporary table foreign_batches as
  select batch, nextval('finding') as f from named b
  where exists (select from l where l.f is null and l.reference = b.batch
      and not exists (select from batches s where s.batch = b.batch and s.currency = l.currency))
    and exists (select from e where e.f is null and e.batch = b.batch
      and not exists (select from batches s where s.batch = b.batch and s.currency = e.currency));
insert into findings select f, 'break', 'currency', null from foreign_batches;
update e set f = b.f from foreign_batches b where e.f is null and e.batch = b.batch
  and not exists (select from batches s where s.batch = b.batch and s.currency = e.currency);
update l set f = b.f from foreign_batches b where l.f is null and l.reference = b.batch
  and not exists (select from batches s where s.batch = b.batch and s.currency = l.currency);

insert into findings
  select f, case when came = expected or alone is not null then 'match' else 'break' end,
    case when came = expected or alone is not null then 'batch' else 'batch_residue' end, null from batches;
-- Lines beside the one that pays the batch alone.
create temporary table beside as
  select l.n, nextval('finding') as f,
    case when l.amount = first.amount and l.fee = first.fee then 'duplicate_at_partner' else 'batch_residue' end as name
  from batches b join l first on first.n = b.alone
  join l on l.f is null and l.reference = b.batch and l.currency = b.currency and l.n <> b.alone
  where b.came <> b.expected;
insert into findings select f, 'break', name, null from beside;
update l set f = beside.f from beside where l.n = beside.n;
update e set f = b.f from batches b where e.f is null and e.batch = b.batch and e.currency = b.currency;
update l set f = b.f from batches b where l.f is null and l.reference = b.batch and l.currency = b.currency;

-- Both sides name the batch row by row: all of them together, where $within.
create temporary table groups as
  select batch, currency, nextval('finding') as f from (
    select batch, currency from (select batch, currency, sum(amount) as amount from e where f is null and batch <> ''
      group by 1, 2) o
    join (select batch, currency, sum(amount) as amount, sum(fee) as fee from l where f is null and batch <> ''
      group by 1, 2) t using (batch, currency)
    where $within and (t.amount = o.amount or t.amount + t.fee = o.amount)
  ) whole;
insert into findings select f, 'match', 'batch_group', null from groups;
update e set f = g.f from groups g where e.f is null and e.batch = g.batch and e.currency = g.currency;
update l set f = g.f from groups g where l.f is null and l.batch = g.batch and l.currency = g.currency;
