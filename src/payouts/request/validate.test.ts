import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { PayoutMethodKind } from "../../gen/sluice/v1/link_pb.ts";
import { Currency } from "../../gen/types/money_pb.ts";
import { PayoutServiceCreateLinkRequestSchema } from "../../gen/types/payout_pb.ts";
import { checkEnums } from "./validate.ts";

type Init = MessageInitShape<typeof PayoutServiceCreateLinkRequestSchema>;
const check = (init: Init) =>
  checkEnums(
    PayoutServiceCreateLinkRequestSchema,
    create(PayoutServiceCreateLinkRequestSchema, {
      amount: { minorAmount: 1n, currency: Currency.USD },
      ...init,
    } as Init),
  );

it("lets values of the schema through, and zeros that nobody wrote", () => {
  expect(() => check({})).not.toThrow();
  expect(() => check({ linkOptions: { allowedMethods: [PayoutMethodKind.IBAN] } })).not.toThrow();
});

it.each<[string, Init]>([
  ["amount.currency", { amount: { minorAmount: 1n, currency: 9999 as Currency } }],
  ["destination_currency", { destinationCurrency: -1 as Currency }],
  ["priority", { priority: 0 }],
  ["priority", { priority: 77 as never }],
  ["link_options.allowed_methods", { linkOptions: { allowedMethods: [PayoutMethodKind.IBAN, 99 as never] } }],
  ["link_options.allowed_methods", { linkOptions: { allowedMethods: [0] } }],
])("refuses a number that %s does not have, by its path", (path, init) => {
  expect(() => check(init)).toThrow(expect.objectContaining({ reason: "INVALID_DATA_FORMAT", field: path }));
});
