-- A claim moves `outbox_channels.next_at` to the end of its lease, so a claim no longer needs a time of its own.
alter table paydesk.outbox drop column claimed_at;

-- A newer state of a live card is merged into a message that nobody tried to send yet. One that was tried may be in the
-- channel already: it keeps its place, and takes up the newer state when it is tried again.
drop index paydesk.outbox_waiting_live_card;
create unique index outbox_fresh_live_card on paydesk.outbox (live_card)
  where state = 'waiting' and attempts = 0 and live_card is not null;
