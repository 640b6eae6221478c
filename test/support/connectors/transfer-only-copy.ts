import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { TemplateCopy } from "./template-copy.ts";

/** The key that its fixtures have, and its provider takes. */
export const key = "payer_test_canary_1234";

/** Takes out of a copy of the template what needs a provider with links. `methods` is the line that takes the place of `linkOptions`. */
export function keepTransferOnly(
  { path }: TemplateCopy,
  methods = "methods: [PayoutMethodKind.US_BANK],",
): void {
  const index = readFileSync(path("index.ts"), "utf8");
  writeFileSync(path("index.ts"), transferOnly(index).replace(/ {2}linkOptions: .*\n/, `  ${methods}\n`));
  rmSync(path("webhook.ts"));
  for (const file of readdirSync(path("fixtures"))) rmSync(path(`fixtures/${file}`));
  for (const [file, fixture] of Object.entries(fixtures))
    writeFileSync(path(`fixtures/${file}`), JSON.stringify(fixture));
}

function transferOnly(index: string): string {
  const without = ["createLink", "get", "transfer", "void"].reduce(
    (text, operation) => text.replace(new RegExp(`\\n {2}async ${operation}\\([\\s\\S]*?\\n {2}},\\n`), ""),
    index,
  );
  return without
    .replace('import { webhook } from "./webhook.ts";\n', "")
    .replace("  webhook,\n", "")
    .replace(/import \{ linkBody.*\n/, 'import { reasons, replies, statuses } from "./map.ts";\n')
    .replace(/import \{.*contract\.ts";\n/, contractImports)
    .replace(/\}\);\n$/, `${transfer}});\n`);
}

const contractImports = `import {
  defineConnector, invalidField, PayoutMethodKind, currencyCode, missingField, readReply, readStatus, safeMinorAmount, secret, z,
} from "../../src/connector/contract.ts";
`;

const transfer = `
  async transfer({ amount, payoutMethodData }, context) {
    if (!amount) throw missingField("amount", "Write what the recipient gets.");
    const method = payoutMethodData?.payoutMethodData;
    if (method?.case !== "ach") throw invalidField("payout_method_data", "Write ach.");
    const reply = await context.http.send({
      method: "POST",
      path: "/v1/payments",
      headers: { "idempotency-key": context.idempotencyKey },
      json: {
        amount: safeMinorAmount(amount.minorAmount),
        currency: currencyCode(amount.currency),
        account: method.value.bankAccountNumber?.value,
      },
      effect: "keyed",
    });
    const payment = readReply(reply, replies.payment.extend({ id: z.string() }));
    return { connectorPayoutId: payment.id, payoutStatus: readStatus(statuses, payment.status ?? "", context) };
  },
`;

const asked = {
  credentials: { api_key: key },
  request: {
    merchant_payout_id: "order-1",
    amount: { minor_amount: "1000", currency: "USD" },
    destination_currency: "USD",
    payout_method_data: { ach: { bank_account_number: { value: "000123456789" } } },
  },
};
const sent = {
  method: "POST",
  path: "/v1/payments",
  headers: { "idempotency-key": "0123456789abcdef".repeat(4) },
  json: { amount: 1000, currency: "USD", account: "000123456789" },
};
const error = { code: "recipient_account_closed", message: "The account is closed." };
/** Every status that the template knows is one of its payments' too. */
const fixtures: Readonly<Record<string, object>> = {
  "transfer.success.json": {
    about: "The recipient is paid.",
    ...asked,
    calls: [{ request: sent, reply: { status: 201, json: { id: "pay_1", status: "paid" } } }],
    reply: { connector_payout_id: "pay_1", payout_status: "SUCCESS" },
  },
  "transfer.refused.json": {
    about: "The recipient's account is closed.",
    ...asked,
    credentials: { api_key: key, environment: "test" },
    calls: [{ request: sent, reply: { status: 422, json: { error } } }],
    refusal: { reason: "RECIPIENT_ACCOUNT_CLOSED", status: 422, code: error.code },
  },
};
