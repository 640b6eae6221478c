import type { FakeLink, ProviderFake } from "../../support/stages/provider-fake.ts";
import { actions } from "./hosted-page.ts";
import {
  isLive,
  type Link,
  type LinkStatus,
  newestPayment,
  type State,
  type TransferStatus,
} from "./state.ts";

/** Lets a test change links. */
export interface Control extends Pick<ProviderFake, "links" | "claim" | "pay" | "fail" | "expire"> {
  /** Sets a link's status, as delivery or Dots's own staff would. */
  setStatus(linkId: string, status: LinkStatus): void;
  /** Sets the status of a link's newest payment. */
  setPaymentStatus(linkId: string, status: TransferStatus): void;
}

/** The control of a fake. Throws RangeError for what cannot happen. */
export function newControl(state: State): Control {
  const linkOf = (id: string): Link => {
    const link = state.links.get(id);
    if (!link) throw new RangeError(`the fake knows no link ${id}`);
    return link;
  };
  return {
    links: () => [...state.links.values()].map((link) => shown(state, link)),
    claim: (id: string) => actions.claim(state, linkOf(id)),
    pay: (id: string) => actions.pay(state, linkOf(id)),
    fail: (id: string) => actions.fail(state, linkOf(id)),
    expire: (id: string) => {
      linkOf(id).status = "expired";
    },
    setStatus: (id: string, status: LinkStatus) => {
      linkOf(id).status = status;
    },
    setPaymentStatus: (id: string, status: TransferStatus) => {
      const payment = newestPayment(state, linkOf(id));
      if (!payment) throw new RangeError(`link ${id} has no payment`);
      payment.status = status;
    },
  };
}

function shown(state: State, link: Link): FakeLink {
  const payments = state.transfers.filter(({ linkId, type }) => linkId === link.id && type === "payout");
  return {
    id: link.id,
    isLive: isLive(link),
    isPaid: payments.some(({ status }) => status === "completed"),
    amountMinor: BigInt(link.body.amount),
  };
}
