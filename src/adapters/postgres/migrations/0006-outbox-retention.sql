-- Finds the messages that were sent long ago.
create index outbox_sent on paydesk.outbox (finished_at) where state = 'sent';
