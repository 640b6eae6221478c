import { fromJsonString } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { PayoutServiceCreateLinkRequestSchema } from "../../gen/types/payout_pb.ts";
import { explainJson } from "./json-fault.ts";

test.each<[json: string, field: string | undefined, text: string]>([
  ['{"amout": {}}', "amout", "Did you mean amount? It has merchant_payout_id, "],
  ['{"zzzzzzzz": {}}', "zzzzzzzz", "has no such field. It has "],
  [
    '{"amount": {"minor_amount": "99999999999999999999"}}',
    "amount.minor_amount",
    "a whole number between -9223372036854775808",
  ],
  ['{"amount": {"minor_amount": 1.5}}', "amount.minor_amount", "a whole number"],
  ['{"amount": {"minorAmount": "ten"}}', "amount.minorAmount", "a whole number"],
  ['{"amount": {"currency": "usd"}}', "amount.currency", "Did you mean USD? Write one of AED, AFN, "],
  ['{"amount": 5}', "amount", 'Write an object, such as {"minor_amount": …}'],
  ['{"access_token": "sk_test_canary"}', "access_token", 'Write an object, such as {"value": …}'],
  ['{"merchant_payout_id": 4242424242424242}', "merchant_payout_id", "a text in double quotes"],
  ['{"link_options": {"expires_in": "3600"}}', "link_options.expires_in", '"3600s"'],
  [
    '{"link_options": {"items": [{"name": "a"}, {"nam": "b"}]}}',
    "link_options.items[1].nam",
    "Did you mean name?",
  ],
  ['{"link_options": {"items": {}}}', "link_options.items", "Write a list"],
  [
    '{"link_options": {"allowed_methods": ["CARRIER_PIGEON"]}}',
    "link_options.allowed_methods[0]",
    "Write one of ",
  ],
  ['{"link_options": {"metadata": {"a": 1}}}', "link_options.metadata", "an object of texts"],
  ['{"amount": {"minorAmount": "1", "minor_amount": "2"}}', "amount", "at most once"],
  ['{"merchantPayoutId": "1", "merchant_payout_id": "2"}', undefined, "at most once"],
  ["[]", undefined, "Write an object"],
  ['{"amount": ', undefined, "is not JSON"],
  ['{"access_token": {"value": "sk_test_canary" "x"}}', undefined, "at line 1 column 45"],
  ["", undefined, "is not JSON"],
])("%s: %s: %s", (json, field, text) => {
  expect(() => fromJsonString(PayoutServiceCreateLinkRequestSchema, json)).toThrow();
  const fault = explainJson(PayoutServiceCreateLinkRequestSchema, json);
  expect(fault.reason).toBe("INVALID_DATA_FORMAT");
  expect(fault.field).toBe(field);
  expect(fault.message).toContain(text);
  expect(fault.message).not.toMatch(/sk_test_canary|4242424242424242/);
});
