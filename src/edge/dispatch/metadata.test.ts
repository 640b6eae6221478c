import { expect, test } from "vitest";
import { RawMetadata, sizeOfMetadata } from "./metadata.ts";

const metadata = new RawMetadata([
  ":path",
  "/a.B/C",
  "X-Connector",
  "acme",
  "x-connector-config",
  '{"config":{"Acme":{"a":1,"b":2}}}',
  "x-connector",
  "other",
  "trace-bin",
  "AQI=, AwQ",
  "trace-bin",
  "BQ",
]);

test("the first value, whatever the case of the name, and commas within it kept", () => {
  expect(metadata.get("x-connector")).toBe("acme");
  expect(metadata.get("x-connector-config")).toBe('{"config":{"Acme":{"a":1,"b":2}}}');
  expect(metadata.get("x-absent")).toBeUndefined();
});

test("every value, in order; several binary ones may share a header", () => {
  expect(metadata.all("x-connector")).toEqual(["acme", "other"]);
  expect(metadata.all("trace-bin")).toEqual(["AQI=", "AwQ", "BQ"]);
  expect(metadata.get("trace-bin")).toBe("AQI=");
  expect(metadata.all("x-absent")).toEqual([]);
});

test("size counts names and values", () => {
  expect(sizeOfMetadata(["a", "bc", "def", ""])).toBe(6);
});
