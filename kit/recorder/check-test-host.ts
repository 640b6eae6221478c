import type { Connector, Operation } from "../../src/connector/contract.ts";
import { type Fixture, readFixtures } from "../fixture.ts";
import { type Drift, driftOf } from "./drift.ts";
import { callLive, type LiveCall } from "./live-call.ts";
import type { TestHost } from "./test-host.ts";

/** The changes at a provider since its fixtures were written. */
export interface TestHostCheck {
  readonly drift: readonly (Drift & { readonly file: string; readonly call: string })[];
  /** Fixtures whose requests were sent. */
  readonly sent: readonly string[];
  /** Fixtures whose requests were not sent, and why. */
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
}

/**
 * Sends the requests of a connector's fixtures to the provider's test host, and compares the shapes of the replies. Only what
 * makes links, recipients and quotes, and what reads: nothing is paid and nothing is cancelled.
 */
export async function checkTestHost(
  connector: Connector,
  folder: URL | string,
  testHost: TestHost,
): Promise<TestHostCheck> {
  const { fixtures } = await readFixtures(folder);
  const check = { drift: [] as TestHostCheck["drift"][number][], sent: [] as string[] };
  const leftOut: TestHostCheck["leftOut"][number][] = [];
  const made: Made[] = [];
  const inOrder = fixtures.toSorted((a, b) => rank(a) - rank(b));
  for (const fixture of inOrder) {
    const request = requestFor(fixture, made);
    if ("why" in request) {
      leftOut.push({ file: fixture.file, why: request.why });
      continue;
    }
    const live = await callLive(connector, request.fixture, testHost);
    check.sent.push(fixture.file);
    check.drift.push(...callDrift(fixture, live));
    made.push(...madeBy(fixture, live));
  }
  return { ...check, leftOut };
}

/** Operations that create come first, because the others read the results. */
function rank({ operation }: Fixture): number {
  return makes.has(operation) ? 0 : 1;
}

const makes: ReadonlySet<string> = new Set<Operation>(["createLink", "createRecipient", "stage"]);
const reads: ReadonlySet<string> = new Set<Operation>(["get", "eligibility"]);

/** Something that a fixture has made at the test host, and the status in which it then is. */
interface Made {
  readonly id: string;
  readonly status: unknown;
}

function requestFor(
  fixture: Fixture,
  made: readonly Made[],
): { readonly fixture: Fixture } | { readonly why: string } {
  const { operation, request, context, reply, calls, lookup } = fixture;
  if (!makes.has(operation) && !reads.has(operation))
    return { why: `${operation} pays, cancels or changes something` };
  if (!reply || lookup || context.attempt > 1 || calls.length === 0 || calls.some((call) => call.fault))
    return { why: "it is not about an ordinary answer" };
  if (makes.has(operation)) return { fixture: { ...fixture, request: withNewName(request) } };
  const id = request.connector_payout_id;
  if (id === undefined) return context.payout ? { why: "it is about a payout of its own" } : { fixture };
  const same = made.find(({ status }) => status === reply.payout_status);
  if (!same) return { why: "nothing was made here that is in its status" };
  const payout = context.payout && { ...context.payout, connectorPayoutId: same.id };
  return {
    fixture: {
      ...fixture,
      request: { ...request, connector_payout_id: same.id },
      context: payout ? { ...context, payout } : context,
    },
  };
}

/** Sandboxes keep earlier payouts, and a merchant_payout_id is used once. */
function withNewName(request: Fixture["request"]): Fixture["request"] {
  const { merchant_payout_id: name } = request;
  return typeof name === "string"
    ? { ...request, merchant_payout_id: `${name}-${Date.now().toString(36)}` }
    : request;
}

function madeBy({ operation, reply }: Fixture, { outcome }: LiveCall): readonly Made[] {
  if (!makes.has(operation) || outcome.kind !== "reply") return [];
  const { connector_payout_id: id } = (outcome.reply ?? {}) as { connector_payout_id?: string };
  return id ? [{ id, status: reply?.payout_status }] : [];
}

function callDrift(fixture: Fixture, { exchanges, warnings, outcome }: LiveCall): TestHostCheck["drift"] {
  const { file, calls } = fixture;
  const found = calls.flatMap((expected, index) => {
    const call = `${expected.request.method} ${expected.request.path}`;
    const reply = exchanges[index]?.reply;
    const status = expected.reply?.status ?? 200;
    if (!reply) return [{ file, call, path: "the call", was: "made", is: "not made" }];
    if (reply.status !== status)
      return [{ file, call, path: "status", was: String(status), is: `${reply.status}${codeOf(outcome)}` }];
    return driftOf(expected.reply?.json ?? null, jsonOf(reply.text)).map((drift) => ({
      file,
      call,
      ...drift,
    }));
  });
  return [
    ...found,
    ...warnings.map((warning) => ({ file, call: "", path: "warning", was: "none", is: warning })),
  ];
}

function codeOf(outcome: LiveCall["outcome"]): string {
  return outcome.kind === "refusal" ? ` ${outcome.refusal.code}` : "";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
