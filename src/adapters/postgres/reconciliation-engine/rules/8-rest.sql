-- What no rule accounts for: entries whose money is not due yet, by due day, and rows that the other side lacks.
create temporary table dues as
  select due, nextval('finding') as f from (select distinct due from e where f is null and due is not null) d;
insert into findings select f, 'pending', '', due from dues;
update e set f = d.f from dues d where e.f is null and e.due = d.due;
update e set f = nextval('finding') where f is null and due is null;
insert into findings select f, 'break', 'missing_at_partner', null from e
  where not exists (select from findings known where known.f = e.f);
update l set f = nextval('finding') where f is null;
insert into findings select f, 'break', 'missing_in_ledger', null from l
  where not exists (select from findings known where known.f = l.f);
