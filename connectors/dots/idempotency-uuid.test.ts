import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { z } from "zod";
import { idempotencyUuid } from "./idempotency-uuid.ts";

const keys = Array.from({ length: 1000 }, (_, index) =>
  createHash("sha256").update(`${index}`).digest("hex"),
);

it("is a UUID of version 5, whatever the key", () => {
  for (const key of keys)
    expect(z.uuid({ version: "v5" }).safeParse(idempotencyUuid(key)).success, key).toBe(true);
});

it("is the same for the same key, and another for another", () => {
  expect(new Set([...keys, ...keys].map(idempotencyUuid)).size).toBe(keys.length);
});
