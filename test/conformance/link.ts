import { expect } from "vitest";
import type { Connector } from "../../src/connector/contract.ts";
import { linkOf, type Told } from "../support/clients/clients.ts";
import type { LinkInHand } from "../support/stages/link-ways.ts";
import type { FakeLink } from "../support/stages/provider-fake.ts";
import type { ConformanceStage, Subject } from "./stage.ts";

/** A link of a test. Its amount is unique, and identifies it at the provider. */
export interface TestLink {
  readonly id: string;
  /** CreateLink of it, the same every time. */
  create(): Promise<Told>;
  /** Repeats {@link TestLink.create} until the outcome is known. */
  createAtLast(): Promise<Told>;
  get(): Promise<Told>;
  void(): Promise<Told>;
  voidAtLast(): Promise<Told>;
  /** Transfer of it, the same every time. */
  transfer(): Promise<Told>;
  transferAtLast(): Promise<Told>;
  /** The recipient claims the link, as the connector's links are claimed; the steps below follow. */
  claim(): Promise<void>;
  pay(): Promise<void>;
  fail(): Promise<void>;
  claimAgain(): Promise<void>;
  expire(): Promise<void>;
  /** Whether a recipient could still claim it. */
  isLive(): Promise<boolean>;
  /** Its URL. @throws Error if no reply had one. */
  url(): string;
  /** The links of its amount at the provider. */
  there(): readonly FakeLink[];
  /** The only one. @throws Error if there is none, or more than one. */
  one(): FakeLink;
}

/** Above every magic amount of four digits. */
let lastAmount = 10_000;
let lastId = 0;

/** A link to create, of a unique amount or the given one, in minor units. */
export function newTestLink(stage: ConformanceStage, subject: Subject, minorAmount = ++lastAmount): TestLink {
  const { connector, way } = subject;
  const id = `conformance-${++lastId}`;
  const { calls, url } = callsOf(stage, subject, linkRequest(connector, id, minorAmount));
  const records = atProvider(stage, subject, minorAmount);
  const inHand: LinkInHand = {
    get url() {
      return url();
    },
    fake: () => stage.fake(subject.name),
    one: records.one,
    outlive: () => stage.outlive(id),
    async transfer() {
      const told = await calls.transfer();
      if (told.reply?.payout_status !== "PENDING")
        throw new Error(`Transfer was told ${JSON.stringify(told)}`);
    },
  };
  // Only a lookup has to wait; a request that is sent again under a key would differ by its time.
  const passTime = async () => {
    if ("lookup" in connector.idempotency) await stage.age(id);
  };
  return {
    id,
    url,
    ...calls,
    ...records,
    createAtLast: () => untilAnswered(calls.create, passTime),
    voidAtLast: () => untilAnswered(calls.void, passTime),
    transferAtLast: () => untilAnswered(calls.transfer, passTime),
    claim: () => way.claim(inHand),
    pay: () => way.pay(inHand),
    fail: () => way.fail(inHand),
    claimAgain: () => way.claimAgain(inHand),
    expire: () => way.expire(inHand),
    isLive: () => way.isLive(inHand),
  };
}

/** The calls of a link, and its URL in the last reply. */
function callsOf(stage: ConformanceStage, subject: Subject, { link, payment }: LinkRequest) {
  const named = { merchant_payout_id: payment.merchant_payout_id };
  let url: string | undefined;
  return {
    url() {
      if (url === undefined) throw new Error(`No reply had a URL of ${named.merchant_payout_id}.`);
      return url;
    },
    calls: {
      async create() {
        const told = await stage.call(subject, "createLink", link);
        if (told.reply?.payout_link) url = linkOf(told).url;
        return told;
      },
      get: () => stage.call(subject, "get", named),
      void: () => stage.call(subject, "void", named),
      transfer: () => stage.call(subject, "transfer", payment),
    },
  };
}

/** A link at its provider, identified by its amount. */
function atProvider(stage: ConformanceStage, { name }: Subject, minorAmount: number) {
  const there = () => {
    const links = stage.fake(name).links();
    return links.filter((link) => link.amountMinor === BigInt(minorAmount));
  };
  return {
    there,
    one() {
      const [link, ...others] = there();
      if (!link || others.length > 0) throw new Error(`There are ${there().length} links of ${minorAmount}.`);
      return link;
    },
  };
}

/** The requests of a link and of its payment. */
interface LinkRequest {
  readonly link: object;
  readonly payment: Readonly<Record<"merchant_payout_id", string>>;
}

function linkRequest(
  { linkOptions = [], openLink }: Connector,
  id: string,
  minorAmount: number,
): LinkRequest {
  const terms = linkOptions.includes("terms_url") && { terms_url: "https://shop.example/terms" };
  // A page that is made for its recipient needs their details beforehand, or asks for them.
  const recipient = openLink && {
    customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
    address: { billing_address: { country_alpha2_code: "US" } },
  };
  const payment = {
    merchant_payout_id: id,
    amount: { minor_amount: String(minorAmount), currency: "USD" },
    destination_currency: "USD",
  };
  return { link: { ...payment, ...recipient, ...(terms && { link_options: terms }) }, payment };
}

/** Codes that say to call again. */
const again: ReadonlySet<string | undefined> = new Set([
  "UNAVAILABLE",
  "ABORTED",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

/** Repeats a call as a caller would. Lets time pass if the outcome cannot be looked up yet. */
async function untilAnswered(call: () => Promise<Told>, passTime: () => Promise<void>): Promise<Told> {
  for (let round = 1; ; round++) {
    const told = await call();
    if (!again.has(told.code) || round === 40) return told;
    if (told.reason === "OUTCOME_UNKNOWN") await passTime();
    await new Promise((resolve) => setTimeout(resolve, 25 * Math.min(round, 8)));
  }
}

/** The payout status of a reply, or else the error as text, which equals no status. */
export function statusOf({ reply, code, message }: Told): unknown {
  return reply ? reply.payout_status : `${code}: ${message}`;
}

/** Expects that a fault is not reported as a failed payout: the outcome is unknown, or the call can be repeated. */
export function notFailed(told: Told): void {
  if (told.reply) expect(told.reply).not.toMatchObject({ payout_status: "FAILED" });
  else expect(told.code).toMatch(/^(UNAVAILABLE|ABORTED|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED)$/);
}
