import { expect, it } from "vitest";
import { hasClaimForm, hasLinksOfOurs, linkOptionsOf, pageOptions, supports } from "./capability.ts";
import { type Connector, PayoutMethodKind } from "./contract.ts";

const run = async () => ({});
const connector = (facts: object) => ({ name: "acme", ...facts }) as unknown as Connector;
const methods = [PayoutMethodKind.US_BANK];
const payer = connector({ transfer: run, methods });

it.each<[string, Connector, boolean, boolean]>([
  ["that can only pay", payer, true, true],
  ["that can only pay, without methods", connector({ transfer: run }), false, false],
  ["that can only pay, and has a page", connector({ transfer: run, openLink: run }), true, false],
  ["that cannot pay", connector({ methods }), false, false],
  ["that makes links", connector({ createLink: run, transfer: run, methods }), false, false],
  [
    "whose links open on our page",
    connector({ createLink: run, transfer: run, linkOptions: pageOptions }),
    false,
    true,
  ],
  [
    "whose links open on its page",
    connector({ createLink: run, transfer: run, openLink: run, linkOptions: pageOptions }),
    false,
    false,
  ],
])("for a connector %s", (_what, each, ofOurs, form) => {
  expect(hasLinksOfOurs(each)).toBe(ofOurs);
  expect(hasClaimForm(each)).toBe(form);
});

it("counts what the core does for a connector's links", () => {
  for (const operation of ["createLink", "get", "void", "transfer"] as const)
    expect(supports(payer, operation)).toBe(true);
  expect(supports(payer, "stage")).toBe(false);
  expect(linkOptionsOf(payer)).toEqual(pageOptions);
  expect(linkOptionsOf(connector({ createLink: run, linkOptions: ["memo"] }))).toEqual(["memo"]);
  expect(supports(connector({ createLink: run, transfer: run, methods }), "get")).toBe(false);
});
