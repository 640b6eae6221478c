import { type LinkRule, linkRules } from "../../core/link-state.ts";
import { attempt, BINARY, payments, payout } from "./sql.ts";

const columns = (table: string, names: string) =>
  names
    .split(",")
    .map((name) => `${table}.${name.trim()}`)
    .join(", ");

/** What `readLinkRecord` reads. A payout has at most one attempt that is not done. */
const record = `${columns("payout", payout)},
  (select count(*) from attempt where attempt.payout_id = payout.id and attempt.operation in ${payments}) as payments,
  ${columns("open_attempt", attempt).replace("open_attempt.id", "open_attempt.id as attempt_id")}`;

const withOpenAttempt = `left join attempt as open_attempt
  on open_attempt.payout_id = payout.id and open_attempt.state <> 'DONE'`;

/** `linkStateAt` of the core in SQL, at $10. */
const stateNow = `case ${linkRules.map(whenRule).join("\n  ")} else payout.link_state end`;

function whenRule({ statuses, stored, isHosted, isOver, state }: LinkRule): string {
  const conditions = [
    `payout.status in (${statuses.join(", ")})`,
    stored && `payout.link_state in (${stored.map((each) => `'${each}'`).join(", ")})`,
    isHosted && "payout.link_hosted is not null",
    isOver && "payout.link_hosted is null and payout.link_expires_at_ms <= $10",
  ];
  return `when ${conditions.filter(Boolean).join(" and ")} then '${state}'`;
}

/** $7 connector or null, $8 prefix or null, $9 what comes after all that begins so or null, $10 now, $11 to $16 states, $17 limit. */
const filtered = `payout.link_token_hash is not null
  and (payout.connector = $7 or $7 is null)
  and (payout.merchant_payout_id ${BINARY} >= $8 or $8 is null)
  and (payout.merchant_payout_id ${BINARY} < $9 or $9 is null)
  and ${stateNow} in ($11, $12, $13, $14, $15, $16)`;

/** Statements about links, in the subset that SQLite and PostgreSQL share. */
export const linkSql = {
  /** $1 payout, $2 key, $3 tenant, $4 merchant, $5 created. */
  insertMetadataKey: `insert into link_metadata_key (payout_id, key, tenant_id, merchant_id, created_at_ms)
    values ($1, $2, $3, $4, $5)`,

  /** $1 hash. */
  byTokenHash: `select ${record} from payout ${withOpenAttempt} where payout.link_token_hash = $1`,

  /** $1 tenant, $2 merchant, $3 payout. */
  byId: `select ${record} from payout ${withOpenAttempt}
    where payout.tenant_id = $1 and payout.merchant_id = $2 and payout.id = $3 and payout.link_token_hash is not null`,

  /** $1 payout. */
  credentials: "select link_credentials from payout where id = $1",

  /** $1 payout, $2 now. */
  markOpened: `update payout set link_opened_at_ms = $2
    where id = $1 and link_token_hash is not null and link_opened_at_ms is null`,

  /** $1 payout, $2 tries at most, $3 now, $4 until when there is none once all are taken. No row where there is none. */
  takeCodeGuess: `update payout
    set link_locked_until_ms = case when link_code_tries = $2 - 1 then cast($4 as bigint) else 0 end,
      link_code_tries = case when link_code_tries < $2 then link_code_tries + 1 else 1 end
    where id = $1 and link_token_hash is not null and (link_code_tries < $2 or link_locked_until_ms <= $3)
    returning link_locked_until_ms`,

  /** $1 payout. */
  lockedUntil: "select link_locked_until_ms from payout where id = $1",

  /** $1 payout. */
  resetCodeGuesses: "update payout set link_code_tries = 0, link_locked_until_ms = 0 where id = $1",

  /** $1 tenant, $2 merchant, $3 payout, $4 hash, $5 key id, $6 generation, $7 now. */
  replaceToken: `update payout
    set link_token_hash = $4, link_key_id = $5, link_generation = $6, updated_at_ms = $7, version = version + 1
    where tenant_id = $1 and merchant_id = $2 and id = $3 and link_generation = $6 - 1
    returning id`,

  /** Links from newest to oldest: $1 tenant, $2 merchant, $3 and $4 after which, $5 and $6 the last that counts, and the filter. */
  list: `select ${record} from payout ${withOpenAttempt}
    where payout.tenant_id = $1 and payout.merchant_id = $2
      and (payout.created_at_ms, payout.id) < ($3, $4) and (payout.created_at_ms, payout.id) >= ($5, $6)
      and ${filtered}
    order by payout.created_at_ms desc, payout.id desc limit $17`,

  /** As `list`, of links whose metadata has key $18. */
  listByKey: `select ${record}
    from link_metadata_key as named cross join payout ${withOpenAttempt}
    where named.tenant_id = $1 and named.merchant_id = $2 and named.key = $18 and payout.id = named.payout_id
      and (named.created_at_ms, named.payout_id) < ($3, $4) and (named.created_at_ms, named.payout_id) >= ($5, $6)
      and ${filtered}
    order by named.created_at_ms desc, named.payout_id desc limit $17`,

  /** As `list`, for prefixes with which few payouts begin. */
  listByPrefix: `select ${record}
    from (select * from payout where tenant_id = $1 and merchant_id = $2
        and merchant_payout_id ${BINARY} >= $8 and merchant_payout_id ${BINARY} < $9 limit $18) as payout
    ${withOpenAttempt}
    where (payout.created_at_ms, payout.id) < ($3, $4) and (payout.created_at_ms, payout.id) >= ($5, $6)
      and ${filtered}
    order by payout.created_at_ms desc, payout.id desc limit $17`,

  /** How many payouts begin so: $1 tenant, $2 merchant, $3 prefix, $4 what comes after, $5 count no further. */
  countPrefix: `select count(*) as payouts from (select 1 from payout where tenant_id = $1 and merchant_id = $2
    and merchant_payout_id ${BINARY} >= $3 and merchant_payout_id ${BINARY} < $4 limit $5) as named`,

  /** The place of the link that is $7 links older than another: $1 to $6 as in `list`. */
  placeAfter: `select created_at_ms, id as payout_id from payout
    where tenant_id = $1 and merchant_id = $2 and link_token_hash is not null
      and (created_at_ms, id) < ($3, $4) and (created_at_ms, id) >= ($5, $6)
    order by created_at_ms desc, id desc limit 1 offset $7`,

  /** As `placeAfter`, of links whose metadata has key $8. */
  placeAfterByKey: `select created_at_ms, payout_id from link_metadata_key
    where tenant_id = $1 and merchant_id = $2 and key = $8
      and (created_at_ms, payout_id) < ($3, $4) and (created_at_ms, payout_id) >= ($5, $6)
    order by created_at_ms desc, payout_id desc limit 1 offset $7`,
} as const;
