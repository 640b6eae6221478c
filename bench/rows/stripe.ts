import { type MeasuredLoad, measureLoad } from "../measured-load.ts";
import type { MeasuredProcess } from "../measured-process.ts";
import type { DirectLoad, DirectLoaded } from "../programs/stripe-direct.ts";
import { createLinkCalls, knownRecipient } from "../requests.ts";
import { interleave, medianOf } from "../rounds.ts";
import type { Row, RowFinding } from "../row.ts";

const config = JSON.stringify({ config: { Stripe: { api_key: "sk_test_canary_bench" } } });

/** What Sluice adds to a call of Stripe: the same account, made through it and by Stripe's SDK alone. */
export const stripe: Row = async (workshop) => {
  await using fake = await workshop.startProgram("stripe-fake");
  await using sluice = await workshop.startSluice({ SLUICE_STRIPE_URL: fake.url });
  await using sdk = await workshop.startProgram("stripe-direct", { STRIPE_URL: fake.url });
  const { path, message, headers } = createLinkCalls("stripe", knownRecipient);
  const load = { path, message, headers: { ...headers, "x-connector-config": config }, connections: 1 };
  await measureLoad(sluice, { ...load, calls: 2_000, inFlight: 4 });
  await measureDirect(sdk, { calls: 2_000, inFlight: 4 });

  const findings: RowFinding[] = [];
  for (const { inFlight, calls } of [
    { inFlight: 1, calls: 400 },
    { inFlight: 4, calls: 1_500 },
  ]) {
    const results = await interleave(5, {
      sluice: () => measureLoad(sluice, { ...load, calls, inFlight }),
      sdk: () => measureDirect(sdk, { calls, inFlight }),
    });
    findings.push(...describe(results.sluice, results.sdk, inFlight));
  }
  return findings;
};

function describe(
  through: readonly MeasuredLoad[],
  direct: readonly MeasuredLoad[],
  inFlight: number,
): RowFinding[] {
  const compare = (number: (measured: MeasuredLoad) => number) => ({
    ours: medianOf(through, number),
    reference: medianOf(direct, number),
  });
  return [
    {
      what: `CreateLink, Stripe, ${inFlight} in flight, p50 (Stripe's SDK alone)`,
      unit: "ms",
      ...compare((each) => each.p50Ms),
      target: { of: "difference", atMost: 1 },
    },
    {
      what: `CreateLink, Stripe, ${inFlight} in flight, CPU a call`,
      unit: "µs",
      ...compare((each) => each.cpuMicrosecondsPerCall),
      target: { of: "ratio", atMost: 1.8 },
    },
  ];
}

async function measureDirect(sdk: MeasuredProcess, load: DirectLoad): Promise<MeasuredLoad> {
  const before = await sdk.usage();
  const { seconds, p50Ms } = (await sdk.ask(load)) as DirectLoaded;
  const after = await sdk.usage();
  return {
    callsPerSecond: load.calls / seconds,
    p50Ms,
    cpuMicrosecondsPerCall: (after.cpuMicroseconds - before.cpuMicroseconds) / load.calls,
  };
}
