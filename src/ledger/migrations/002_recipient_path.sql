-- What the recipient does with a link. {binary} compares text byte by byte, whatever the database's language.

alter table payout add column link_entry integer not null default 1;
alter table payout add column link_opened_at_ms bigint;
alter table payout add column link_claimed_at_ms bigint;
alter table payout add column link_completed_at_ms bigint;

-- Tries at the claim code. They are no change of the payout, and leave its version as it is.
alter table payout add column link_code_tries integer not null default 0;
alter table payout add column link_locked_until_ms bigint not null default 0;

-- Sealed. Null once the link has ended, and for links made before they were kept.
alter table payout add column link_credentials bytea;

-- What the provider says of a link whose page is its own. Sealed. Null where the page is ours.
alter table payout add column link_hosted bytea;

update payout set
  link_claimed_at_ms = (select max(at_ms) from event
    where event.payout_id = payout.id and to_status in (7, 12)),
  link_completed_at_ms = (select max(at_ms) from event
    where event.payout_id = payout.id and to_status = 1)
  where link_state in ('CLAIMED', 'COMPLETED');

-- How the recipient is paid, and what a try to pay (create, transfer) has led to.
alter table attempt add column method_kind integer;
alter table attempt add column payout_status integer;
alter table attempt add column reason text;
alter table attempt add column connector_payout_id text;
alter table attempt add column updated_at_ms bigint not null default 0;

update attempt set updated_at_ms = started_at_ms;

-- Until now a payout that had failed was never paid again, so that what it came to is what its one payment came to.
update attempt set
  payout_status = (select status from payout where payout.id = attempt.payout_id),
  connector_payout_id = (select connector_payout_id from payout where payout.id = attempt.payout_id)
  where operation in ('create', 'transfer') and state = 'DONE' and payout_id is not null;

-- Names in the caller's metadata, to find links by.
create table link_metadata_key (
  payout_id text not null references payout (id) on delete cascade,
  key text not null,
  tenant_id text not null,
  merchant_id text not null,
  created_at_ms bigint not null,
  primary key (payout_id, key)
);

create index link_metadata_key_list on link_metadata_key
  (tenant_id, merchant_id, key, created_at_ms, payout_id);

create index payout_link_list on payout (tenant_id, merchant_id, created_at_ms, id)
  where link_token_hash is not null;

-- As before, and now in an order in which all that begins alike stands together.
drop index payout_merchant_payout_id;

create unique index payout_merchant_payout_id on payout (tenant_id, merchant_id, merchant_payout_id {binary})
  where merchant_payout_id is not null;
