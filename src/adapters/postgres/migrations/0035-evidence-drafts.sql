-- How ready the draft answer to a dispute is. It is assembled again when it is due; what it says is not kept.
alter table paydesk.disputes add column draft jsonb;
select paydesk.give_life('paydesk.disputes');
