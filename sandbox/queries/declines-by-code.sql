-- title: Why payments fail at a partner
-- about: Failed attempts of the last hours by decline code, most frequent first
-- who: members
-- $1 partner text: partner's id
-- $2 hours integer = 24: how far back
select coalesce(decline_code, 'none given') as decline_code, coalesce(error_origin, 'unknown') as caused_by, method,
  count(*) as failed, round(100.0 * count(*) / sum(count(*)) over (), 1)::float8 as percent
from payment_attempts
where partner = $1::text and status = 'failed' and created_at >= now() - make_interval(hours => $2::int)
group by 1, 2, 3
order by failed desc
