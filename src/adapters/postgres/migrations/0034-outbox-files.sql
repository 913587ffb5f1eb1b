-- A file that a message brings: its name and its text. Senders of an older version post the card alone.
alter table paydesk.outbox add column file jsonb;
