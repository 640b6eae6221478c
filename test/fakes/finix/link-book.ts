import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { FinixError, notFound } from "./finix-error.ts";
import type { linkUpdate, newLink as newLinkBody } from "./link-request.ts";

/** The state of a link. */
export type LinkState = "ACTIVE" | "AWAITING_PAYOUT" | "COMPLETED" | "EXPIRED" | "DEACTIVATED";

/** A link as the fake keeps it. */
export interface StoredLink {
  readonly id: string;
  /** The last part of its URL. */
  readonly code: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  updatedAtMs: number;
  state: LinkState;
  readonly body: z.output<typeof newLinkBody>;
}

/** The links of an account. */
export interface LinkBook {
  /** Oldest first. */
  all(): readonly StoredLink[];
  /** @throws FinixError 404 */
  find(id: string): StoredLink;
  byCode(code: string): StoredLink | undefined;
  make(body: StoredLink["body"], createdAtMs?: number): StoredLink;
  /** Handles PUT. @throws FinixError 422 if the state of the link does not allow the change. */
  update(id: string, changes: z.output<typeof linkUpdate>): StoredLink;
  /** Moves a link on. @throws FinixError 422 where it is in another state. */
  move(link: StoredLink, from: readonly LinkState[], to: LinkState): void;
}

/** Finix's documentation names no default. */
const DEFAULT_MINUTES = 10_080;

/** An account without links. */
export function newLinkBook(): LinkBook {
  const links = new Map<string, StoredLink>();
  const find = (id: string) => {
    const link = links.get(id);
    if (!link) throw notFound(`payout link ${id}`);
    return lapse(link);
  };
  return {
    all: () => [...links.values()].map(lapse),
    find,
    byCode: (code) => [...links.values()].map(lapse).find((link) => link.code === code),
    make(body, createdAtMs = Date.now()) {
      const link = newLink(body, createdAtMs);
      links.set(link.id, link);
      return link;
    },
    update(id, { state, ...changes }) {
      const link = find(id);
      const needsActive = changes.allowed_payout_operations ?? changes.recipient_details;
      if (needsActive && link.state !== "ACTIVE")
        throw unprocessable(`The link is ${link.state}: only an ACTIVE one takes this.`);
      Object.assign(link.body, changes);
      // What else state can be set to is not documented, nor from where: this fake takes the least.
      if (state) move(link, state === "DEACTIVATED" ? ["ACTIVE", "DEACTIVATED"] : [state], state);
      return link;
    },
    move,
  };
}

function newLink(body: StoredLink["body"], createdAtMs: number): StoredLink {
  const minutes = body.additional_details.expiration_in_minutes ?? DEFAULT_MINUTES;
  return {
    id: `payout_link_${randomBytes(11).toString("hex")}`,
    code: randomBytes(4).toString("hex"),
    createdAtMs,
    updatedAtMs: createdAtMs,
    expiresAtMs: createdAtMs + minutes * 60_000,
    state: "ACTIVE",
    body,
  };
}

function move(link: StoredLink, from: readonly LinkState[], to: LinkState): void {
  if (!from.includes(link.state)) throw unprocessable(`The link is ${link.state} and cannot become ${to}.`);
  link.state = to;
  link.updatedAtMs = Date.now();
}

function lapse(link: StoredLink): StoredLink {
  if (link.state === "ACTIVE" && Date.now() >= link.expiresAtMs) link.state = "EXPIRED";
  return link;
}

function unprocessable(message: string): FinixError {
  return new FinixError(422, { code: "UNPROCESSABLE_ENTITY", message, field: "state" });
}

/** A link as Finix shows it. */
export function shownLink(link: StoredLink, url: string): object {
  const { additional_details, branding, items, nickname, recipient_details, tags, ...rest } = link.body;
  return {
    id: link.id,
    ...rest,
    additional_details: {
      success_return_url: null,
      unsuccessful_return_url: null,
      expired_session_url: null,
      ...additional_details,
    },
    application_id: "AP_canary",
    branding: branding ?? null,
    created_at: new Date(link.createdAtMs).toISOString(),
    updated_at: new Date(link.updatedAtMs).toISOString(),
    items: items ?? [],
    link_expires_at: new Date(link.expiresAtMs).toISOString(),
    link_url: `${url}/pay/${link.code}`,
    nickname: nickname ?? null,
    recipient_details: recipient_details ?? null,
    state: link.state,
    tags: tags ?? {},
    _links: { self: { href: `${url}/payout_links/${link.id}` } },
  };
}
