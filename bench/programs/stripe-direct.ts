import { create } from "@bufbuild/protobuf";
import Stripe from "stripe";
import { accountParameters } from "../../connectors/stripe/global-payouts/map.ts";
import { isKnown, type KnownRecipient, readRecipient } from "../../connectors/stripe/recipient.ts";
import { PayoutServiceCreateLinkRequestSchema } from "../../src/gen/types/payout_pb.ts";
import { percentiles } from "../grpc-load.ts";
import { knownRecipient } from "../requests.ts";

/** What the bench asks of this program. */
export interface DirectLoad {
  readonly calls: number;
  readonly inFlight: number;
}

/** What it answers. */
export interface DirectLoaded {
  readonly seconds: number;
  readonly p50Ms: number;
}

// What somebody would write who calls Stripe without Sluice: the SDK, in a loop.
const url = process.env.STRIPE_URL ?? "";
const { hostname, port } = new URL(url);
const stripe = new Stripe("sk_test_canary_bench", {
  host: hostname,
  port: Number(port),
  protocol: "http",
  telemetry: false,
  maxNetworkRetries: 0,
});
const recipient = readKnownRecipient();
let count = 0;

process.on("message", (question) => {
  if (typeof question === "object") void run(question as DirectLoad).then((loaded) => process.send?.(loaded));
});
// Nothing else keeps this process alive between questions.
process.channel?.ref();
console.error(url);
process.once("SIGTERM", () => process.exit());

async function run({ calls, inFlight }: DirectLoad): Promise<DirectLoaded> {
  const durationsMs = new Float64Array(calls);
  const startedAt = performance.now();
  let begun = 0;
  const chain = async () => {
    while (begun < calls) {
      const index = begun++;
      const beganAt = performance.now();
      await createAccount(`bench-${String(++count).padStart(10, "0")}`);
      durationsMs[index] = performance.now() - beganAt;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, chain));
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, p50Ms: percentiles(durationsMs).p50Ms };
}

/** The account that the connector makes for the bench's recipient, body and all. */
function createAccount(merchantPayoutId: string): Promise<unknown> {
  const metadata = {
    pl_v: "1",
    pl_id: "019a0000-0000-7000-8000-000000000000",
    merchant_payout_id: merchantPayoutId,
    pl_amt: "1000",
    pl_cur: "usd",
    pl_dst: "usd",
    pl_exp: "1790604800",
  };
  const idempotencyKey = `direct-${merchantPayoutId}`;
  return stripe.v2.core.accounts.create(accountParameters(recipient, metadata), { idempotencyKey });
}

function readKnownRecipient(): KnownRecipient {
  const read = readRecipient(create(PayoutServiceCreateLinkRequestSchema, knownRecipient));
  if (!isKnown(read)) throw new Error("The bench's recipient has an e-mail address and a country.");
  return read;
}
