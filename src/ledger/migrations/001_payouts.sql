-- Written in the subset that SQLite and PostgreSQL share. Times are milliseconds since 1970; amounts are minor units.

create table payout (
  id text not null primary key,
  tenant_id text not null,
  merchant_id text not null,
  merchant_payout_id text,
  connector text not null,
  connector_payout_id text,
  status integer not null,
  amount_minor bigint,
  currency text,
  destination_currency text,
  link_state text,
  link_token_hash text,
  link_key_id text,
  link_generation integer,
  link_expires_at_ms bigint,
  link_options bytea,
  created_at_ms bigint not null,
  updated_at_ms bigint not null,
  version integer not null
);

create unique index payout_merchant_payout_id on payout (tenant_id, merchant_id, merchant_payout_id)
  where merchant_payout_id is not null;

-- Not unique: a provider may use one id for two payouts, such as a batch.
create index payout_connector_payout_id on payout (tenant_id, merchant_id, connector, connector_payout_id)
  where connector_payout_id is not null;

-- Ids that the connector had for a payout before the current one: callers may still know it by them.
create table payout_former_id (
  payout_id text not null references payout (id) on delete cascade,
  connector_payout_id text not null,
  primary key (payout_id, connector_payout_id)
);

create index payout_former_id_connector_payout_id on payout_former_id (connector_payout_id);

create unique index payout_link_token_hash on payout (link_token_hash)
  where link_token_hash is not null;

create table attempt (
  id text not null primary key,
  tenant_id text not null,
  merchant_id text not null,
  payout_id text references payout (id),
  operation text not null,
  identity text not null,
  fingerprint text not null,
  field_prints text not null,
  state text not null check (state in ('SENDING', 'UNKNOWN', 'DONE')),
  tries integer not null,
  -- The payout's status when the attempt began: only an attempt begun after a failure may undo it.
  payout_status_before integer,
  started_at_ms bigint not null,
  lease_owner text not null,
  lease_until_ms bigint not null,
  reply bytea
);

create unique index attempt_identity on attempt (tenant_id, merchant_id, operation, identity);

create index attempt_payout on attempt (payout_id)
  where payout_id is not null;

create index attempt_unsettled on attempt (lease_until_ms)
  where state <> 'DONE';

create table event (
  id text not null,
  payout_id text not null references payout (id) on delete cascade,
  payout_version integer not null,
  from_status integer not null,
  to_status integer not null,
  at_ms bigint not null,
  primary key (payout_id, payout_version)
);

create table idempotency_key (
  tenant_id text not null,
  merchant_id text not null,
  operation text not null,
  key text not null,
  attempt_id text not null references attempt (id) on delete cascade,
  expires_at_ms bigint not null,
  primary key (tenant_id, merchant_id, operation, key)
);

create index idempotency_key_attempt on idempotency_key (attempt_id);

create index idempotency_key_expiry on idempotency_key (expires_at_ms);
