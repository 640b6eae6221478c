import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { LinkOptionsSchema } from "../../gen/sluice/v1/link_pb.ts";
import { lifetimeMs } from "./plan.ts";

it("gives a link a week where the caller names no lifetime", () => {
  expect(lifetimeMs(undefined)).toBe(604_800_000);
  expect(lifetimeMs(create(LinkOptionsSchema, { expiresIn: { seconds: 90n } }))).toBe(90_000);
});
