import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Currency } from "../../src/gen/types/money_pb.ts";
import { PayoutService } from "../../src/gen/types/payout_pb.ts";
import {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
} from "../support/service/certificates.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";
import { tool } from "../support/tools.ts";

describe.runIf(tool("openssl"))("a client certificate", () => {
  let authority: TestAuthority;
  let server: TestCertificate;
  let guarded: RunningService;
  let apart: ReturnType<typeof temporaryFolder>;
  beforeAll(async () => {
    authority = createTestAuthority();
    server = authority.issue("/CN=localhost");
    apart = temporaryFolder();
    guarded = await startService({
      environment: {
        SLUICE_DATABASE_URL: `sqlite:${apart.path}/sluice.db`,
        SLUICE_TLS_CERT: server.certFile,
        SLUICE_TLS_KEY: server.keyFile,
        SLUICE_TLS_CLIENT_CA: authority.ca,
        SLUICE_PUBLIC_LISTEN: "127.0.0.1:0",
      },
    });
  });
  afterAll(async () => {
    await guarded.stop();
    authority.remove();
    apart.remove();
  });

  const client = (subject?: string) => {
    const certificate = subject ? authority.issue(subject) : undefined;
    const nodeOptions = {
      ca: readFileSync(authority.ca),
      ...(certificate && { cert: certificate.cert, key: certificate.key }),
    };
    return createClient(
      PayoutService,
      createGrpcTransport({ baseUrl: guarded.url.replace("127.0.0.1", "localhost"), nodeOptions }),
    );
  };
  const link = {
    merchantPayoutId: "m1",
    amount: { minorAmount: 1000n, currency: Currency.USD },
    destinationCurrency: Currency.USD,
  };
  const headers = { "x-connector": "sandbox" };

  it("says whose a payout is: the other's does not find it", async () => {
    const acme = client("/O=acme/OU=shop/CN=acme");
    const globex = client("/O=globex/OU=shop/CN=globex");
    const { payoutLink } = await acme.createLink(link, { headers });
    expect((await acme.get({ merchantPayoutId: "m1" }, { headers })).payoutLink?.id).toBe(payoutLink?.id);
    const asOther = globex.get({ merchantPayoutId: "m1" }, { headers });
    await expect(asOther).rejects.toMatchObject({ code: Code.NotFound });
    const asAcme = globex.get({ merchantPayoutId: "m1" }, { headers: { ...headers, "x-tenant-id": "acme" } });
    await expect(asAcme).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect(guarded.output()).toContain('"caller":"certificate of acme, acme, shop"');
    expect(new URL(payoutLink?.url ?? "").origin).not.toBe(guarded.url);
  });

  it("is needed by callers, and by no recipient", async () => {
    await expect(client().get({ merchantPayoutId: "m1" }, { headers })).rejects.toThrow(ConnectError);
    const { payoutLink } = await client("/CN=any").createLink(
      { ...link, merchantPayoutId: "m2" },
      { headers },
    );
    const page = new URL(payoutLink?.url ?? "");
    const status = (path: string) => statusOf(new URL(path, page).href, readFileSync(authority.ca));
    expect(await status(page.pathname)).toBe(200);
    expect(await status("/metrics")).toBe(404);
    expect(await status("/types.PayoutService/CreateLink")).toBe(404);
  });
});

/** What a page in TLS is answered with, to a browser that trusts the authority. */
function statusOf(url: string, ca: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(url, { ca });
    session.on("error", reject);
    const stream = session.request({ ":path": new URL(url).pathname });
    stream.on("response", (reply) => {
      resolve(Number(reply[":status"]));
      session.destroy();
    });
  });
}
