-- title: Customers whose payments failed at a partner
-- about: For the support desk during an outage; addresses are masked unless revealed
-- who: operators, leads
-- personal: card_last4
-- $1 partner text: partner's id
-- $2 since date: from this day on (UTC)
-- $3 limit integer = 1000: at most this many
select created_at, order_id, customer_email, card_last4, country, currency, amount_minor, decline_code
from payment_attempts
where partner = $1::text and status = 'failed' and created_at >= $2::date
order by created_at desc
limit $3::int
