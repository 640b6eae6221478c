import type { Connector } from "../../src/connector/contract.ts";
import { linkOf, type Told } from "../support/clients/clients.ts";
import type { LinkInHand } from "../support/stages/link-ways.ts";
import type { FakeLink } from "../support/stages/provider-fake.ts";
import type { ConformanceStage, Subject } from "./stage.ts";

/** A link of a test: its amount is no other's, so that it is known at the provider. */
export interface TestLink {
  readonly id: string;
  /** CreateLink of it, the same every time. */
  create(): Promise<Told>;
  /** As {@link TestLink.create}, until somebody can say what happened. */
  createAtLast(): Promise<Told>;
  get(): Promise<Told>;
  void(): Promise<Told>;
  voidAtLast(): Promise<Told>;
  /** Transfer of it, the same every time. */
  transfer(): Promise<Told>;
  transferAtLast(): Promise<Told>;
  /** The recipient does their part, in the way of the connector's links; so do those who follow. */
  claim(): Promise<void>;
  pay(): Promise<void>;
  fail(): Promise<void>;
  claimAgain(): Promise<void>;
  expire(): Promise<void>;
  /** Whether a recipient could still claim it. */
  isLive(): Promise<boolean>;
  /** Its URL. @throws Error if no caller was told it. */
  url(): string;
  /** What the provider has of it. */
  there(): readonly FakeLink[];
  /** The one that there must be. */
  one(): FakeLink;
}

/** Above every magic amount of four digits. */
let lastAmount = 10_000;
let lastId = 0;

/** A link that nobody has made yet, of an amount of its own or the given one, in minor units. */
export function newTestLink(stage: ConformanceStage, subject: Subject, minorAmount = ++lastAmount): TestLink {
  const { connector, way } = subject;
  const id = `conformance-${++lastId}`;
  const { calls, url } = callsOf(stage, subject, linkRequest(connector, id, minorAmount));
  const shelf = shelfOf(stage, subject, minorAmount);
  const inHand: LinkInHand = {
    get url() {
      return url();
    },
    fake: () => stage.fake(subject.name),
    one: shelf.one,
    outlive: () => stage.outlive(id),
    async transfer() {
      const told = await calls.transfer();
      if (told.reply?.payout_status !== "PENDING")
        throw new Error(`Transfer was told ${JSON.stringify(told)}`);
    },
  };
  // Only what looks for an earlier link has to wait; what is sent again under a key would differ by its time.
  const passTime = async () => {
    if ("lookup" in connector.idempotency) await stage.age(id);
  };
  return {
    id,
    url,
    ...calls,
    ...shelf,
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

/** The calls that a caller makes of a link, and the URL that they were told last. */
function callsOf(stage: ConformanceStage, subject: Subject, { link, payment }: LinkRequest) {
  const named = { merchant_payout_id: payment.merchant_payout_id };
  let url: string | undefined;
  return {
    url() {
      if (url === undefined) throw new Error(`Nobody was told a URL of ${named.merchant_payout_id}.`);
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

/** What the provider has of a link, which is known there by its amount. */
function shelfOf(stage: ConformanceStage, { name }: Subject, minorAmount: number) {
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

/** What is asked of a link, and of its payment. */
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
  // Whose page is made for the recipient who comes has to know them beforehand, or ask.
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

/** Calls again as a caller would. Where a provider cannot be asked yet what it did, time is made to pass. */
async function untilAnswered(call: () => Promise<Told>, passTime: () => Promise<void>): Promise<Told> {
  for (let round = 1; ; round++) {
    const told = await call();
    if (!again.has(told.code) || round === 40) return told;
    if (told.reason === "OUTCOME_UNKNOWN") await passTime();
    await new Promise((resolve) => setTimeout(resolve, 25 * Math.min(round, 8)));
  }
}
