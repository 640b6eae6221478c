-- Who began an attempt: caller, recipient or automatic. Until now it stood among the hashes of the request's fields.
-- Null in what a process of the build before writes while both run: there it is still read from the hashes.

alter table attempt add column initiator text;

update attempt set initiator = case
  when field_prints like '%"asker":"recipient"%' then 'recipient'
  when field_prints like '%"asker":"server"%' then 'automatic'
  else 'caller' end;
