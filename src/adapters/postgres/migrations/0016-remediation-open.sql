-- Before a request is entered, the open ones about the same things are looked for: some contradict it.
create index remediations_open on paydesk.remediations using gin (contends)
  where state in ('pending', 'approved', 'executing', 'unknown');
