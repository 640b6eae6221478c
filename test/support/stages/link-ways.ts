import type { Connector } from "../../../src/connector/contract.ts";
import { askPage, hiddenFields, openForm } from "../clients/page-request.ts";
import { personWithAccount } from "../clients/recipient.ts";
import type { FakeLink, ProviderFake } from "./provider-fake.ts";

/** A link, and what its recipient and its provider can lay hands on. */
export interface LinkInHand {
  /** What the recipient was sent. */
  readonly url: string;
  /** @throws Error where the connector calls nobody. */
  fake(): ProviderFake;
  /** The link as its provider has it. @throws Error as {@link LinkInHand.fake}, or if there is not exactly one. */
  one(): FakeLink;
  /** Pays it as its caller. @throws Error where that was not done. */
  transfer(): Promise<void>;
  /** Lets its time pass, by this server's clock. */
  outlive(): Promise<void>;
}

/** How a link of a connector comes to be paid, and ends: what differs between connectors that keep the same promises. */
export interface LinkWay {
  /** What Get may say once the recipient has done their part, and the payment has not ended. */
  readonly claimed: readonly string[];
  /** What Get says of a link whose payment failed, while its recipient can try again. */
  readonly failed: { readonly payout_status: string; readonly payout_link: { readonly state: string } };
  /** Whose clock ends it: the provider's, or this server's. */
  readonly clock: "provider" | "ours";
  /** Whether Transfer is what begins the payment once the recipient has done their part. */
  readonly isPaidByTransfer: boolean;
  /** The recipient does their part. */
  claim(link: LinkInHand): Promise<void>;
  /** The money arrives at the recipient who has done their part. */
  pay(link: LinkInHand): Promise<void>;
  /** The money does not arrive. */
  fail(link: LinkInHand): Promise<void>;
  /** The recipient comes again after that, and does their part. */
  claimAgain(link: LinkInHand): Promise<void>;
  expire(link: LinkInHand): Promise<void>;
  /** Whether a recipient could still claim it. */
  isLive(link: LinkInHand): Promise<boolean>;
}

/** Who shows the page: the provider, the provider to whoever comes by ours, or only we, where there is no provider. */
type PageOwner = "provider" | "provider by ours" | "ours";

/** How links go, by whose page it is. */
const ways: Readonly<Record<PageOwner, LinkWay>> = {
  provider: {
    claimed: ["PENDING", "REQUIRES_FULFILLMENT", "SUCCESS"],
    failed: standing("REQUIRES_PAYOUT_METHOD_DATA", "ACTIVE"),
    clock: "provider",
    isPaidByTransfer: false,
    claim: async (link) => link.fake().claim(link.one().id),
    pay: async (link) => link.fake().pay(link.one().id),
    fail: async (link) => link.fake().fail(link.one().id),
    claimAgain: async (link) => link.fake().claim(link.one().id),
    expire: async (link) => link.fake().expire(link.one().id),
    isLive: async (link) => link.one().isLive,
  },
  "provider by ours": {
    claimed: ["REQUIRES_FULFILLMENT"],
    // It is claimed until the recipient comes back to it.
    failed: standing("FAILED", "CLAIMED"),
    clock: "ours",
    isPaidByTransfer: true,
    claim: goThere,
    async pay(link) {
      await link.transfer();
      link.fake().pay(link.one().id);
    },
    async fail(link) {
      await link.transfer();
      link.fake().fail(link.one().id);
    },
    claimAgain: goThere,
    expire: (link) => link.outlive(),
    isLive: async (link) => link.one().isLive,
  },
  // The account, given on our page, decides at once what becomes of the payment: opening the form is all that goes before.
  ours: {
    claimed: ["REQUIRES_PAYOUT_METHOD_DATA"],
    failed: standing("FAILED", "ACTIVE"),
    clock: "ours",
    isPaidByTransfer: false,
    claim: async (link) => void (await openForm({ ...link, merchantPayoutId: "" })),
    pay: (link) => give(link.url, goodAccount),
    fail: (link) => give(link.url, closedAccount),
    claimAgain: async (link) => void (await openForm({ ...link, merchantPayoutId: "" })),
    expire: (link) => link.outlive(),
    isLive: async ({ url }) => /data-standing="(open|failedOpen)[ "]/.test((await askPage(url)).text),
  },
};

function standing(payout_status: string, state: string): LinkWay["failed"] {
  return { payout_status, payout_link: { state: `LINK_STATE_${state}` } };
}

const goodAccount = "000123456789";
/** A magic value of the sandbox's. */
const closedAccount = "000000004002";

/** How the links of a connector go. */
export function linkWayOf({ hosts, openLink }: Connector): LinkWay {
  if (!hosts) return ways.ours;
  return openLink ? ways["provider by ours"] : ways.provider;
}

/** Goes by our page to the provider's, and gives everything there. */
async function goThere(link: LinkInHand): Promise<void> {
  await send(link.url, "page", 200);
  link.fake().claim(link.one().id);
}

/** Gives an account on the form, as a browser sends it. */
async function give(url: string, account: string): Promise<void> {
  await send(`${url}?step=details`, "claim", 303, personWithAccount(account));
}

/**
 * Sends a form of a page of ours, and has to be answered with the status.
 *
 * @throws Error where the page has no form that asks for this.
 */
export async function send(
  url: string,
  action: "page" | "claim" | "refresh",
  status: number,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { text } = await askPage(url);
  const form = text.match(/<form [\s\S]*?<\/form>/g)?.find((each) => each.includes(`value="${action}"`));
  if (!form) throw new Error(`The page has no form to ${action}: ${text}`);
  const reply = await askPage(url, { body: { ...hiddenFields(form), ...values } });
  if (reply.status !== status)
    throw new Error(`The page answered ${reply.status} to ${action}: ${reply.text}`);
}
