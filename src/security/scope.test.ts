import { describe, expect, it } from "vitest";
import { RawMetadata } from "../edge/dispatch/incoming-call.ts";
import { ANY } from "./caller.ts";
import { scopeOf } from "./scope.ts";

const read = (headers: readonly string[], tenantId: unknown = ANY, merchantId: unknown = ANY) =>
  scopeOf(new RawMetadata(headers), { name: "test", tenantId, merchantId });

/** What a call is refused with. */
function refusal(...input: Parameters<typeof read>) {
  try {
    read(...input);
  } catch (error) {
    return error as { reason: string; field: string; message: string };
  }
  throw new Error("It was not refused.");
}

describe("where the caller may act for any tenant", () => {
  it("is Prism's where nothing is said, and the caller's otherwise", () => {
    expect(read([])).toEqual({ tenantId: "public", merchantId: "DefaultMerchantId" });
    const headers = ["x-merchant-id", "m", "X-Tenant-Id", "t"];
    expect(read(headers)).toEqual({ tenantId: "t", merchantId: "m" });
  });

  it.each(["x-merchant-id", "x-tenant-id"])("is not read from headers %s that are unclear", (name) => {
    const unclear = [
      [name, "a", name, "b"],
      [name, "a", name, "a"],
      [name, ""],
      [name, "a b"],
    ];
    for (const headers of [...unclear, [name, "a".repeat(129)], [name, "é"]]) {
      expect(refusal(headers)).toMatchObject({
        reason: "INVALID_DATA_FORMAT",
        field: name.slice(2).replace("-", "_"),
      });
    }
  });
});

describe("where the identity names a tenant or a merchant", () => {
  it("is the identity's, whether the headers say the same or nothing", () => {
    expect(read([], "t", "m")).toEqual({ tenantId: "t", merchantId: "m" });
    expect(read(["x-tenant-id", "t"], "t", "m")).toEqual({ tenantId: "t", merchantId: "m" });
  });

  it("leaves the other to the headers", () => {
    expect(read(["x-merchant-id", "m"], "t")).toEqual({ tenantId: "t", merchantId: "m" });
    expect(read([], "t")).toEqual({ tenantId: "t", merchantId: "DefaultMerchantId" });
    expect(read(["x-tenant-id", "t"], ANY, "m")).toEqual({ tenantId: "t", merchantId: "m" });
  });

  it.each([
    [["x-tenant-id", "other"], "tenant t", "tenant_id"],
    [["x-tenant-id", "T"], "tenant t", "tenant_id"],
    [["x-tenant-id", "*"], "tenant t", "tenant_id"],
    [["x-merchant-id", "other"], "merchant m", "merchant_id"],
    [["x-tenant-id", "t", "x-merchant-id", "DefaultMerchantId"], "merchant m", "merchant_id"],
  ])("refuses %j, naming the one that is allowed", (headers, text, field) => {
    const told = refusal(headers, "t", "m");
    expect(told).toMatchObject({ reason: "CALLER_NOT_ALLOWED", field });
    expect(told.message).toContain(text);
  });

  it.each([undefined, null, "", "a b", ["t", "u"], 7, { t: 1 }, "t".repeat(129)])(
    "allows nothing where that is %j, whatever the headers say",
    (named) => {
      // Read directly: a default would stand in for undefined.
      const scope = (headers: readonly string[]) =>
        scopeOf(new RawMetadata(headers), { name: "test", tenantId: named, merchantId: ANY });
      const refused = expect.objectContaining({ reason: "CALLER_NOT_ALLOWED", field: "tenant_id" });
      expect(() => scope([])).toThrow(refused);
      expect(() => scope(["x-tenant-id", "t"])).toThrow(refused);
    },
  );
});
