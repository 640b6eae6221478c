import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { CountryAlpha2 } from "../src/gen/types/address_pb.ts";
import { Currency } from "../src/gen/types/money_pb.ts";
import { PayoutServiceCreateLinkRequestSchema } from "../src/gen/types/payout_pb.ts";
import type { UnaddressedLoad } from "./measured-load.ts";

type Fields = Exclude<
  MessageInitShape<typeof PayoutServiceCreateLinkRequestSchema>,
  { readonly $typeName: string }
>;

/** CreateLink calls to a connector, each with a merchant_payout_id of its own. */
export function createLinkCalls(
  connector: string,
  fields: Fields = {},
): Pick<UnaddressedLoad, "path" | "headers" | "message"> {
  return {
    path: "/types.PayoutService/CreateLink",
    headers: { "x-connector": connector, "x-merchant-id": "merchant_bench" },
    message: numbered((merchantPayoutId) =>
      toBinary(
        PayoutServiceCreateLinkRequestSchema,
        create(PayoutServiceCreateLinkRequestSchema, { ...payout, ...fields, merchantPayoutId }),
      ),
    ),
  };
}

const payout: Fields = {
  amount: { minorAmount: 1000n, currency: Currency.USD },
  destinationCurrency: Currency.USD,
  description: "Winnings of week 47",
};

/** What Stripe needs to make the recipient's account at once. */
export const knownRecipient: Fields = {
  customer: { email: { value: "recipient@example.com" }, firstName: "Jenny", lastName: "Rosen" },
  address: { billingAddress: { countryAlpha2Code: CountryAlpha2.US } },
};

const zeros = "0000000000";

/** Messages that differ in a number alone: encoded once, so that the generator has little to do. */
function numbered(encode: (id: string) => Uint8Array): () => Uint8Array {
  const template = Buffer.from(encode(`bench-${zeros}`));
  const at = template.indexOf(zeros);
  let count = 0;
  return () => {
    const message = Buffer.from(template);
    message.write(String(++count).padStart(zeros.length, "0"), at, "latin1");
    return message;
  };
}
