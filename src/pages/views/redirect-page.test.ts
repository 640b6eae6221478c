import { expect, it } from "vitest";
import { readRedirectUrl } from "./redirect-page.ts";

it.each<[string, string | undefined]>([
  ["https://pay.example/r/1?a=1#b", "https://pay.example/r/1?a=1#b"],
  [" https://pay.example/a b\n", "https://pay.example/a%20b"],
  // On a page that is itself https, a browser would take this for a path of that page's.
  ["https:pay.example/r", "https://pay.example/r"],
  ["https:\\\\pay.example\\r", "https://pay.example/r"],
  ['https://pay.example/"><script>', "https://pay.example/%22%3E%3Cscript%3E"],
  ["https://pay.example@evil.example/", "https://pay.example@evil.example/"],
  ["http://pay.example/", undefined],
  ["javascript:alert(1)//https://pay.example", undefined],
  ["java\tscript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["//pay.example/", undefined],
  ["/r/1", undefined],
  ["", undefined],
])("a provider's page %j is gone to as %j", (text, href) => {
  expect(readRedirectUrl(text, "https://sluice.example")?.href).toBe(href);
});

it("may be without TLS where our own pages are", () => {
  expect(readRedirectUrl("http://127.0.0.1:1/r", "http://127.0.0.1:2")?.host).toBe("127.0.0.1:1");
  expect(readRedirectUrl("javascript:alert(1)", "http://127.0.0.1:2")).toBeUndefined();
});
