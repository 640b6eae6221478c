import { describe, expect, it } from "vitest";
import { canary, post, read, reasonOf, setUp } from "../../../test/support/stages/acme-client.ts";
import { Refusal } from "../../core/failure.ts";

describe("answers", () => {
  it("turns the provider's no into a Refusal with its words", async () => {
    const { http } = await setUp([
      { status: 402, body: '{"error":{"code":"too_poor","message":"Add money."}}' },
    ]);
    const refusal = await http.send(post).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      reason: "INSUFFICIENT_FUNDS",
      status: 402,
      code: "too_poor",
      message: "Add money.",
    });
  });

  it("gives exchange every reply that came, and fails only for lost ones", async () => {
    const { http } = await setUp([
      { status: 402, body: '{"a":1}' },
      { status: 500, body: "<p>" },
      { fault: "reset" },
    ]);
    expect(await http.exchange(post)).toMatchObject({ status: 402, body: { a: 1 } });
    expect(await http.exchange(post)).toMatchObject({ status: 500, body: "<p>" });
    expect(await reasonOf(http.exchange(post))).toBe("OUTCOME_UNKNOWN");
  });

  it("takes a secret out of a reply that repeats it", async () => {
    const { http, lines } = await setUp([
      { status: 401, body: `{"error":{"code":"bad_key","message":"No such key: ${canary}"}}` },
    ]);
    const refusal = (await http.send(read).catch((error: unknown) => error)) as Refusal;
    expect(refusal.message).toBe("No such key: [masked]");
    expect(lines.join()).not.toContain(canary);
  });
});
