import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("what was measured can be scraped", async () => {
  const metrics = createMetrics();
  metrics.rpcStarted();
  metrics.rpc({ method: "a.B/C", code: "ok", connector: "acme", protocol: "grpc" }, 0.004);
  metrics.provider({ connector: "acme", outcome: "2xx" }, 0.2);
  const text = await metrics.text();
  expect(text).toContain("sluice_rpcs_in_flight 1");
  expect(text).toContain(
    'sluice_rpc_duration_seconds_bucket{le="0.005",method="a.B/C",code="ok",connector="acme",protocol="grpc"} 1',
  );
  expect(text).toContain('sluice_provider_call_duration_seconds_count{connector="acme",outcome="2xx"} 1');
  expect(text).toContain("process_cpu_seconds_total");
});

test("two servers in one process do not share numbers", async () => {
  createMetrics().rpcStarted();
  expect(await createMetrics().text()).toContain("sluice_rpcs_in_flight 0");
});
