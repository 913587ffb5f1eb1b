-- Before a request begins, those about the same thing that were ordered are looked for.
create index remediations_rivals on paydesk.remediations ((subjects[1])) where calls > 0;
