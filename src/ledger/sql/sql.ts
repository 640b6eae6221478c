import { endStates } from "../../core/link-state.ts";
import { operationsWhere } from "../../core/operations.ts";
import { hasMovedMoney, payoutStatus, statusesWhere } from "../../core/status.ts";

/** Columns that `readPayout` reads. */
export const payout = `id, tenant_id, merchant_id, merchant_payout_id, connector, connector_payout_id, status, amount_minor,
  currency, destination_currency, link_state, link_token_hash, link_key_id, link_generation, link_expires_at_ms,
  link_options, link_entry, link_opened_at_ms, link_claimed_at_ms, link_completed_at_ms, created_at_ms, updated_at_ms,
  version, link_hosted`;

/** Columns that `readAttempt` reads. */
export const attempt = `id, payout_id, operation, identity, fingerprint, field_prints, state, tries, payout_status_before,
  started_at_ms, lease_owner, lease_until_ms, reply, initiator`;

/** Operations that pay, as `in` takes them. */
export const payments = inList(operationsWhere(({ pays }) => pays === true));

const ends = inList([...endStates]);

// A payment that failed is done with, unless its money moved after all.
const afterFailure = [payoutStatus.FAILED, ...statusesWhere(hasMovedMoney)].join(", ");

function inList(names: readonly string[]): string {
  return `(${names.map((name) => `'${name}'`).join(", ")})`;
}

/** Stands at the end of a query that must hold its row until the commit. Engines with one writer leave it out. */
export const LOCK = "{lock}";

/** Follows {@link LOCK} where rows that others hold are left to them. */
export const SKIP_LOCKED = "{skip locked}";

/** Follows text that is compared byte by byte. SQLite compares so by itself. */
export const BINARY = "{binary}";

/** Every statement but those of `link-sql.ts`, in the subset that SQLite and PostgreSQL share. An insert fails where its row is there already. */
export const sql = {
  /** $1 id, $2 tenant, $3 merchant, $4 merchant_payout_id, $5 connector, $6 connector_payout_id, $7 status, $8 amount, $9 currency, $10 destination currency, $11 to $18 link, $19 created, $20 updated, $21 credentials, $22 what the provider says of it. */
  insertPayout: `insert into payout (${payout}, link_credentials)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, null, $17, $18, $19, $20, 1, $22, $21)`,

  /** $1 tenant, $2 merchant, $3 id. */
  payoutInScope: `select ${payout} from payout where tenant_id = $1 and merchant_id = $2 and id = $3`,

  /** $1 tenant, $2 merchant, $3 id. */
  lockPayoutInScope: `select ${payout} from payout where tenant_id = $1 and merchant_id = $2 and id = $3 ${LOCK}`,

  /** $1 tenant, $2 merchant, $3 merchant_payout_id. */
  payoutByMerchantPayoutId: `select ${payout} from payout
    where tenant_id = $1 and merchant_id = $2 and merchant_payout_id ${BINARY} = $3`,

  /** $1 tenant, $2 merchant, $3 connector, $4 connector_payout_id. The newest, where the provider used an id twice. */
  payoutByConnectorPayoutId: `select ${payout} from payout
    where tenant_id = $1 and merchant_id = $2 and connector = $3 and connector_payout_id = $4
    order by created_at_ms desc, id desc limit 1`,

  /** $1 tenant, $2 merchant, $3 connector, $4 connector_payout_id. The newest of those that once had the id. */
  payoutByFormerId: `select ${payout} from payout
    where tenant_id = $1 and merchant_id = $2 and connector = $3
      and id in (select payout_id from payout_former_id where connector_payout_id = $4)
    order by created_at_ms desc, id desc limit 1`,

  /** $1 id. */
  lockPayout: `select ${payout} from payout where id = $1 ${LOCK}`,

  /** $1 attempt. */
  lockPayoutOfAttempt: `select ${payout} from payout
    where id = (select payout_id from attempt where id = $1) ${LOCK}`,

  /** $1 id, $2 status, $3 connector_payout_id, $4 amount, $5 currency, $6 destination currency, $7 link state, $8 link expiry, $9 now, $10 version, $11 entry, $12 claimed, $13 completed, $14 what the provider says of the link. Erases the credentials of a link that ends. */
  changePayout: `update payout
    set status = $2, connector_payout_id = $3, amount_minor = $4, currency = $5, destination_currency = $6,
      link_state = $7, link_expires_at_ms = $8, updated_at_ms = $9, version = $10, link_entry = $11,
      link_claimed_at_ms = $12, link_completed_at_ms = $13, link_hosted = $14,
      link_credentials = case when $7 in ${ends} then null else link_credentials end
    where id = $1`,

  /** $1 payout, $2 connector_payout_id. */
  rememberFormerId: `insert into payout_former_id (payout_id, connector_payout_id) values ($1, $2)
    on conflict do nothing`,

  /** $1 id. Only while it is as it was made, and has no attempt. */
  deleteUntouchedPayout: `delete from payout
    where id = $1 and version = 1 and not exists (select 1 from attempt where payout_id = $1)`,

  /** $1 id, $2 payout, $3 payout version, $4 from, $5 to, $6 now. */
  insertEvent: `insert into event (id, payout_id, payout_version, from_status, to_status, at_ms)
    values ($1, $2, $3, $4, $5, $6)`,

  /** $1 id, $2 payout, $3 operation, $4 dedupe key, $5 request hash, $6 field hashes, $7 state, $8 payout status before, $9 started, $10 owner, $11 lease, $12 reply, $13 initiator, $14 tenant, $15 merchant, $16 method kind, $17 now. */
  insertAttempt: `insert into attempt (${attempt}, tenant_id, merchant_id, method_kind, updated_at_ms)
    values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,

  /**
   * $1 payout, $2 status, $3 reason, $4 connector_payout_id, $5 now, $6 attempt, or null for the last payment. One that failed is
   * done with, and what follows is about another, unless its money moved after all.
   */
  updatePaymentAttempt: `update attempt
    set reason = case when payout_status = $2 then coalesce($3, reason) else $3 end, payout_status = $2,
      connector_payout_id = coalesce($4, connector_payout_id), updated_at_ms = $5
    where id = coalesce($6, (select id from attempt where payout_id = $1 and operation in ${payments}
        order by started_at_ms desc, id desc limit 1))
      and (payout_status is null or payout_status <> ${payoutStatus.FAILED}
        or $2 in (${afterFailure}))`,

  /** $1 tenant, $2 merchant, $3 payout. */
  paymentAttempts: `select ${attempt}, method_kind, payout_status, reason, connector_payout_id, updated_at_ms from attempt
    where tenant_id = $1 and merchant_id = $2 and payout_id = $3 and operation in ${payments}
    order by started_at_ms, id`,

  /** $1 tenant, $2 merchant, $3 operation, $4 key, $5 now, $6 dedupe key. */
  attemptByKeys: `select 'key' as via, ${attempt} from attempt
    where id = (select attempt_id from idempotency_key
      where tenant_id = $1 and merchant_id = $2 and operation = $3 and key = $4 and expires_at_ms > $5)
    union all
    select 'identity' as via, ${attempt} from attempt
    where tenant_id = $1 and merchant_id = $2 and operation = $3 and identity = $6`,

  /** $1 id. */
  attemptById: `select ${attempt} from attempt where id = $1`,

  /** $1 payout. */
  openAttempt: `select ${attempt} from attempt where payout_id = $1 and state <> 'DONE' limit 1`,

  /** $1 id, $2 state, $3 reply, $4 now, $5 the send count this is the outcome of, or null. No row when it is DONE. */
  completeAttempt: `update attempt
    set state = $2, reply = $3, lease_until_ms = case when lease_until_ms < $4 then lease_until_ms else $4 end,
      updated_at_ms = $4
    where id = $1 and state <> 'DONE' and tries = coalesce($5, tries)
    returning ${attempt}`,

  /** $1 id. An attempt that was taken over may have changed something in its first try. */
  deleteFirstSend: `delete from attempt where id = $1 and state = 'SENDING' and tries = 1 returning payout_id`,

  /** $1 id, $2 owner, $3 lease, $4 now, $5 method kind, or null where it stays. */
  takeOver: `update attempt
    set state = 'SENDING', tries = tries + 1, lease_owner = $2, lease_until_ms = $3, updated_at_ms = $4,
      method_kind = coalesce($5, method_kind)
    where id = $1 and state <> 'DONE' and lease_until_ms <= $4
    returning ${attempt}`,

  /** $1 owner, $2 lease. The first condition lets the partial index serve. */
  renew: `update attempt set lease_until_ms = $2
    where state <> 'DONE' and state = 'SENDING' and lease_owner = $1 and lease_until_ms < $2`,

  /** $1 tenant, $2 merchant, $3 operation, $4 key, $5 now. */
  forgetExpiredKey: `delete from idempotency_key
    where tenant_id = $1 and merchant_id = $2 and operation = $3 and key = $4 and expires_at_ms <= $5`,

  /** $1 tenant, $2 merchant, $3 operation, $4 key, $5 attempt, $6 expiry. */
  insertKey: `insert into idempotency_key (tenant_id, merchant_id, operation, key, attempt_id, expires_at_ms)
    values ($1, $2, $3, $4, $5, $6)`,

  /** $1 now, $2 how many at most. */
  pruneKeys: `delete from idempotency_key where (tenant_id, merchant_id, operation, key) in
    (select tenant_id, merchant_id, operation, key from idempotency_key
      where expires_at_ms <= $1 order by expires_at_ms limit $2 ${LOCK} ${SKIP_LOCKED})`,

  ping: "select 1 as alive",
} as const;
