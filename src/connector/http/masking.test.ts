import { expect, it } from "vitest";
import { Secret } from "../../security/secret.ts";
import { maskBody, maskPath, removeSecrets, secretValues, wrappedSecrets } from "./masking.ts";

it("masks every value but those of visible fields", () => {
  const body = {
    status: "open",
    amount: 5,
    ok: true,
    none: null,
    to: { iban: "DE00", status: { deep: "x" } },
    list: ["a"],
  };
  expect(maskBody(body, ["status"])).toEqual({
    status: "open",
    amount: "[masked]",
    ok: "[masked]",
    none: null,
    to: { iban: "[masked]", status: { deep: "[masked]" } },
    list: ["[masked]"],
  });
  expect(maskBody("a=1&b=2")).toBe("[masked]");
  expect(maskBody(undefined)).toBeUndefined();
});

it("bears bodies that are very deep", () => {
  const body: unknown = JSON.parse(`${"[".repeat(200_000)}"secret"${"]".repeat(200_000)}`);
  expect(JSON.stringify(maskBody(body))).toMatch(/^\[{13}"\[masked]"\]{13}$/);
});

it.each([
  ["/v1/links/lnk_7Hq2/cancel", "/v1/links/:id/cancel"],
  ["/v2/core/accounts/acct_1?include=x", "/v2/core/accounts/:id"],
  ["/payout_links/ada@example.com", "/payout_links/:id"],
  ["/v1/links/01890000-0000-7000-8000-000000000001", "/v1/links/:id"],
  ["/V1/x%20y/", "/:id/:id/"],
])("masks the path %s", (path, masked) => {
  expect(maskPath(path)).toBe(masked);
});

it("masks what is a secret, also where it looks like a word", () => {
  expect(maskPath("/links/canary/links", ["canary"])).toBe("/links/:id/links");
  expect(maskPath("/links/a%20b/x", ["a b"])).toBe("/links/:id/x");
});

it("finds secrets at any depth, and takes them out of text", () => {
  const credentials = {
    key: new Secret("canary-key-1"),
    nested: { more: [new Secret("canary-key-2")] },
    short: new Secret("abc"),
    plain: "x",
  };
  const secrets = secretValues(credentials);
  expect(secrets).toEqual(["canary-key-1", "canary-key-2"]);
  expect(removeSecrets("no canary-key-2, nor canary-key-2 or canary-key-1; abc", secrets)).toBe(
    "no [masked], nor [masked] or [masked]; abc",
  );
});

it.each([
  String.raw`{"m":"wrong key ab\"c\\d/e=f&g"}`,
  String.raw`{"m":"wrong key ab\"c\\d\/e\u003df\u0026g"}`,
  String.raw`{"m":"wrong key \u0061b\"c\\d/e\u003Df&g"}`,
])("takes a secret out of JSON that has escaped it: %s", (text) => {
  const secret = 'ab"c\\d/e=f&g';
  expect((JSON.parse(text) as { m: string }).m).toContain(secret);
  expect(removeSecrets(text, [secret])).toBe('{"m":"wrong key [masked]"}');
});

it("knows a password inside a header", () => {
  const word = Buffer.from("user:canary-password").toString("base64");
  const headers = { authorization: `Basic ${word}`, accept: "application/json", "x-key": "canary-password" };
  expect(wrappedSecrets(headers, ["canary-password"])).toEqual([word]);
  expect(wrappedSecrets(headers, [])).toEqual([]);
});
