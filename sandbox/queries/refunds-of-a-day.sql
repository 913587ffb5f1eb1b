-- title: Refunds booked on a business day
-- about: Largest first, with the partner's reference
-- who: members
-- $1 day date: business day
-- $2 partner text = all: partner's id, or all
select partner, payment_id, reference, currency, amount_minor, booked_at
from ledger_entries
where kind = 'refund' and direction = 'debit' and business_day = $1::date and ($2::text = 'all' or partner = $2::text)
order by amount_minor desc
