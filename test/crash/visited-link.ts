import { callJson } from "../support/clients/json-call.ts";
import { callLinksInJson } from "../support/clients/link-calls.ts";
import { askPage, hiddenFields, type PageReply } from "../support/clients/page-request.ts";
import { type LinkWish, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import type { RunningService } from "../support/service/service.ts";

/** What a page that was asked for says of the link: `paid`, `confirming`, … and `details` with the form. */
export interface Look {
  readonly standing: string | undefined;
  readonly status: number;
}

/** What the caller is told of a link, by every way of asking. */
export interface CallerView {
  /** `types.PayoutService/Get`: `SUCCESS`. */
  readonly payoutStatus: unknown;
  /** `sluice.v1.PayoutLinkService/Get`: `LINK_STATE_COMPLETED`. */
  readonly state: unknown;
  /** `sluice.v1.PayoutLinkService/ListAttempts`. */
  readonly attempts: readonly Readonly<Record<string, unknown>>[];
}

/** A link whose recipient uses its pages as a browser would, at whichever process is up. */
export interface VisitedLink {
  readonly id: string;
  /** Reloads the link's page. */
  look(service: RunningService): Promise<Look>;
  /** Goes on to the form. */
  begin(service: RunningService): Promise<PageReply>;
  /** Fills in the form that is there now, and sends it. */
  give(service: RunningService, accountNumber: string): Promise<PageReply>;
  /** Sends the form that asks for something else, with what is written in it. */
  send(service: RunningService, action: "page" | "refresh", values?: Values): Promise<PageReply>;
  /** Pays it, as its caller. Returns the reply. */
  transfer(service: RunningService): Promise<Readonly<Record<string, unknown>>>;
  callerView(service: RunningService): Promise<CallerView>;
}

type Values = Readonly<Record<string, string>>;

/** The code that every link of these tests asks its recipient for, where they give details on our page. */
export const CLAIM_CODE = "right-code";

/** Has a caller make a link. */
export async function makeVisitedLink(service: RunningService, wish: LinkWish): Promise<VisitedLink> {
  const { url, merchantPayoutId } = await makeLink(service, wish);
  const headers = { "x-connector": wish.connector ?? "sandbox", ...wish.headers };
  const call = async (at: RunningService, rpc: string, more: object = {}) => {
    const body = { merchant_payout_id: merchantPayoutId, ...more };
    return (await callJson(at, `types.PayoutService/${rpc}`, headers, body)).json;
  };
  const { id } = (await call(service, "Get")).payout_link as { id: string };
  const page = ({ url: base }: RunningService, query = "") => `${base}${new URL(url).pathname}${query}`;
  const post = async (at: RunningService, query: string, values: Values) => {
    const fields = hiddenFields((await askPage(page(at, query))).text);
    return askPage(page(at, query), { body: { ...fields, ...values } });
  };
  return {
    id,
    look: async (at) => readLook(await askPage(page(at))),
    begin: (at) => post(at, "", { do: "open" }),
    give: (at, account) =>
      post(at, "?step=details", { ...personWithAccount(account), claimCode: CLAIM_CODE, do: "claim" }),
    send: (at, action, values = {}) => post(at, "", { ...values, do: action }),
    transfer: (at) =>
      call(at, "Transfer", {
        amount: { minor_amount: String(wish.amount), currency: "USD" },
        destination_currency: "USD",
      }),
    async callerView(at) {
      const { reply: link } = await callLinksInJson(at, "Get", { id });
      const { reply: list } = await callLinksInJson(at, "ListAttempts", { id });
      return {
        payoutStatus: (await call(at, "Get")).payout_status,
        state: (link.link as { state: string }).state,
        attempts: (list.attempts ?? []) as CallerView["attempts"],
      };
    },
  };
}

/** What a page says. */
export function readLook({ status, text }: PageReply): Look {
  return { status, standing: /data-standing="([^"]*)"/.exec(text)?.[1] };
}
