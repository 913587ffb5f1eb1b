-- A message that Slack refuses is kept and tried again. `held_since`: since when it is refused. `held_until`: until then
-- the channel goes on without it, because nobody knows whether the message or the channel is the reason. `concerns`: the
-- person who was told to look for the message in the channel.
alter table paydesk.outbox
  add column concerns text collate "C",
  add column held_since timestamptz,
  add column held_until timestamptz;

create index outbox_held on paydesk.outbox (channel, id)
  where held_since is not null and state in ('waiting', 'sending');
