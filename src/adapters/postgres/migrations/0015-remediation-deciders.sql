-- Who rejected, cancelled or decided about a request, and who closed its review with which words.
alter table paydesk.remediations
  add column decided_by text collate "C",
  add column reviewed_by text collate "C",
  add column review_findings text;
