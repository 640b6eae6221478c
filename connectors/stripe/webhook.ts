import { z } from "zod";
import { hmacSha256, isSameSignature, type Webhook } from "../../src/connector/contract.ts";

/**
 * Stripe signs `<seconds>.<body>` by HMAC-SHA256: `Stripe-Signature: t=<seconds>,v1=<hex>`, with several v1 while a secret is
 * being replaced. Event destinations send thin events of v2, webhook endpoints snapshots of v1; both are read.
 */
export const webhook: Webhook = {
  verify(request, secrets) {
    const [header = "", ...others] = request.header("stripe-signature");
    const { seconds, signatures } = readSignature(header);
    const isStale = !(Math.abs(request.receivedAtMs - Number(seconds) * 1000) <= toleranceMs);
    if (others.length > 0 || seconds === undefined || isStale) return false;
    return secrets.some((secret) => {
      const expected = hmacSha256(secret.reveal(), `${seconds}.`, request.body);
      return signatures.some((signature) => isSameSignature(expected, signature));
    });
  },

  read(request) {
    const event = shape.parse(JSON.parse(new TextDecoder().decode(request.body)));
    // Event destinations send events of v1 too, under this prefix.
    const type = event.type.replace(/^v1\./, "");
    const topic = topics.find(({ types }) => types.test(type));
    const ids = topic?.ids(event).filter((id) => id !== undefined) ?? [];
    return ids.length > 0
      ? { id: event.id, type: event.type, connectorPayoutIds: [...new Set(ids)] }
      : undefined;
  },
};

/** Stripe's own libraries take as long for granted. */
const toleranceMs = 300 * 1000;

function readSignature(header: string) {
  const parts = header.split(",").map((part) => part.trim().split("=", 2));
  const valuesOf = (name: string) => parts.flatMap(([key, value = ""]) => (key === name ? [value] : []));
  const [seconds, ...more] = valuesOf("t").filter((value) => /^\d{1,12}$/.test(value));
  return {
    seconds: more.length === 0 ? seconds : undefined,
    signatures: valuesOf("v1")
      .filter((value) => /^[0-9a-f]{64}$/.test(value))
      .map((value) => Buffer.from(value, "hex")),
  };
}

const text = z.string().nullish().catch(undefined);

const shape = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  /** Of a thin event: its object. */
  related_object: z.object({ id: text }).nullish().catch(undefined),
  /** Of a thin event: the account that it happened in. */
  context: text,
  /** Of a snapshot: the connected account that it happened in. */
  account: text,
  data: z
    .object({
      account_id: text,
      object: z.object({ id: text, account: text, destination: text }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

type Event = z.output<typeof shape>;
type Ids = readonly (string | undefined)[];

/** The objects of events, by type without version. The first row that fits counts; other events are not about payouts. */
const topics: readonly { readonly types: RegExp; ids(event: Event): Ids }[] = [
  {
    types: /^v2\.core\.account_link\.returned$/,
    ids: (event) => [accountId(event.data?.account_id), inAccount(event)],
  },
  { types: /^v2\.core\.account[.[]/, ids: (event) => [accountId(subject(event))] },
  {
    types: /^v2\.money_management\.(outbound_payment|payout_intent)\./,
    ids: (event) => [idOf(/^(obp|poi)_\w+$/, subject(event))],
  },
  { types: /^v2\.money_management\.payout_method\./, ids: (event) => [inAccount(event)] },
  {
    types: /^transfer\./,
    ids: (event) => [idOf(/^tr_\w+$/, subject(event)), accountId(event.data?.object?.destination)],
  },
  { types: /^payout\./, ids: payoutIds },
  { types: /^account\.updated$/, ids: (event) => [accountId(subject(event))] },
  {
    types: /^(account\.external_account|capability)\./,
    ids: (event) => [accountId(event.data?.object?.account) ?? inAccount(event)],
  },
];

/** A payout without an account goes to the platform's own bank. */
function payoutIds(event: Event): Ids {
  const [account, payout] = [inAccount(event), idOf(/^po_\w+$/, subject(event))];
  return account && payout ? [`${account}/${payout}`, account] : [];
}

function subject({ related_object, data }: Event): string | null | undefined {
  return related_object?.id ?? data?.object?.id;
}

/** A context can be a path of accounts: the last is where it happened. */
function inAccount({ context, account }: Event): string | undefined {
  return accountId((context ?? account)?.split("/").at(-1));
}

function accountId(text: string | null | undefined): string | undefined {
  return idOf(/^acct_\w+$/, text);
}

function idOf(form: RegExp, text: string | null | undefined): string | undefined {
  return text && form.test(text) ? text : undefined;
}
