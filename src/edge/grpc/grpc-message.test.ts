import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeGrpcMessage } from "./grpc-message.ts";

test("printable ASCII travels as it is, the percent sign and everything else encoded", () => {
  expect(encodeGrpcMessage("Missing required field: x-connector, 50% off")).toBe(
    "Missing required field: x-connector, 50%25 off",
  );
  expect(encodeGrpcMessage("café\r\n\x7f")).toBe("caf%C3%A9%0D%0A%7F");
});

test("halves of surrogate pairs become the replacement character instead of an exception", () => {
  expect(encodeGrpcMessage("a\ud800b")).toBe("a%EF%BF%BDb");
});

test("any text arrives, and only printable ASCII is sent", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const encoded = encodeGrpcMessage(text);
      expect(encoded).toMatch(/^[\x20-\x7e]*$/);
      expect(decodeURIComponent(encoded)).toBe(text.toWellFormed());
    }),
  );
});
