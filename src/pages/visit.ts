import type { Connector } from "../connector/contract.ts";
import type { LinkRecord, PaymentAttempt } from "../core/payout.ts";
import type { LinkOptions } from "../gen/sluice/v1/link_pb.ts";
import type { Method } from "./forms/methods.ts";
import type { PageQuery } from "./forms/page-query.ts";
import type { Tongue } from "./i18n/language.ts";
import type { Flow, Standing } from "./standing.ts";
import type { Brand } from "./views/brand.ts";

/** How a page looks, whatever it says. */
export interface Look {
  readonly tongue: Tongue;
  readonly query: PageQuery;
  readonly brand: Brand;
  /** Lets the page's own style and script be used, and no others. */
  readonly nonce: string;
  /** Whether no money can move. */
  readonly isTest: boolean;
}

/** A recipient at a link: everything that its pages are made from. */
export interface Visit extends Look {
  readonly record: LinkRecord;
  readonly options: LinkOptions;
  readonly connector: Connector;
  readonly flow: Flow;
  readonly standing: Standing;
  /** Ways of being paid that the form offers. */
  readonly offered: readonly Method[];
  /** The last try to pay. */
  readonly lastPayment: PaymentAttempt | undefined;
  /** For the page's forms. */
  readonly formToken: string;
  readonly nowMs: number;
}
