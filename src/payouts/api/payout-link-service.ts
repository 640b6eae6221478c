import { create, type Message, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Call, Handler, Handlers } from "../../core/call.ts";
import { Failure, invalidField, missingField } from "../../core/failure.ts";
import type { LinkRecord, PaymentAttempt, Scope } from "../../core/payout.ts";
import { type Reason, reasons } from "../../core/reasons.ts";
import { statusFacts } from "../../core/status.ts";
import type { PayoutMethodKind } from "../../gen/sluice/v1/link_pb.ts";
import {
  type Attempt,
  AttemptSchema,
  AttemptState,
  PayoutLinkService,
} from "../../gen/sluice/v1/payout_link_service_pb.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { LinkOperations } from "../links/link-operations.ts";
import { type LinkContext, newToken, presentLink } from "../payout-link.ts";
import { readListRequest, writePageToken } from "./list-request.ts";

/** What serving links takes. */
export interface LinkServiceParts extends LinkContext {
  readonly ledger: Pick<Ledger, "findLinkById" | "listLinks" | "listPaymentAttempts" | "replaceToken">;
  readonly links: Pick<LinkOperations, "cancel">;
}

/** The unary methods of `sluice.v1.PayoutLinkService` that are served. */
export function linkHandlers(parts: LinkServiceParts): Handlers {
  const handlers = new Map<string, Handler>(
    served.map((name) => [PayoutLinkService.method[name].name, handlerOf(parts, name)]),
  );
  return (method) =>
    method.parent.typeName === PayoutLinkService.typeName ? handlers.get(method.name) : undefined;
}

type Methods = typeof PayoutLinkService.method;
type Served = "get" | "list" | "cancel" | "replaceUrl" | "listAttempts";
type Answer<M extends Served> = (
  parts: LinkServiceParts,
  request: MessageShape<Methods[M]["input"]>,
  scope: Scope,
) => Promise<MessageInitShape<Methods[M]["output"]>>;

const answers: { readonly [M in Served]: Answer<M> } = {
  get: async (parts, { id }, scope) => ({ link: presentLink(parts, await findLink(parts, scope, id)) }),

  async list(parts, request, scope) {
    const wanted = readListRequest(parts, request, scope);
    const { links, next } = await parts.ledger.listLinks(wanted.query);
    return {
      links: links.map((link) => presentLink(parts, link)),
      nextPageToken: next ? writePageToken(parts.keys, next, wanted.filterHash) : "",
    };
  },

  async cancel(parts, { id }, scope) {
    // What is no link of the merchant's is refused here, in the same words as everywhere.
    await findLink(parts, scope, id);
    await parts.links.cancel(scope, id);
    return { link: presentLink(parts, await findLink(parts, scope, id)) };
  },

  async replaceUrl(parts, { id }, scope) {
    for (let round = 1; round <= ROUNDS; round++) {
      const { payout } = await findLink(parts, scope, id);
      if (payout.link.hosted) throw notOurs(payout.connector);
      const token = newToken(parts.keys, id, payout.link.generation + 1);
      const replaced = await parts.ledger.replaceToken(scope, id, token);
      if (replaced) return { link: presentLink(parts, replaced) };
    }
    throw new Failure("SERVER_BUSY", "Others replace this URL at the same time. Repeat the call.", {
      retryAfterMs: 1000,
    });
  },

  async listAttempts(parts, { id }, scope) {
    await findLink(parts, scope, id);
    return { attempts: (await parts.ledger.listPaymentAttempts(scope, id)).map(presentAttempt) };
  },
};

function notOurs(connector: string): Failure {
  const message = `The page of this link is ${connector}'s own, and so is its URL. Cancel the link and make another one.`;
  return new Failure("PAYOUT_STATE", message, { field: "id" });
}

const served = Object.keys(answers) as Served[];

/** How often others may be quicker. */
const ROUNDS = 5;

function handlerOf(parts: LinkServiceParts, name: Served): Handler {
  // Request and answer are of one method; the compiler cannot follow that.
  const answer = answers[name] as (parts: LinkServiceParts, request: Message, scope: Scope) => Promise<never>;
  return async (request: Message, { scope }: Call) =>
    create(PayoutLinkService.method[name].output, await answer(parts, request, scope));
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function findLink({ ledger }: LinkServiceParts, scope: Scope, id: string): Promise<LinkRecord> {
  if (id === "") throw missingField("id", "Write payout_link.id of the CreateLink reply.");
  if (!ID.test(id)) {
    throw invalidField("id", "Write payout_link.id as the CreateLink reply has it: a UUID in lower case.");
  }
  const found = await ledger.findLinkById(scope, id);
  if (found) return found;
  const message = `There is no link ${id} of this merchant. Check the id, x-merchant-id and x-tenant-id.`;
  throw new Failure("PAYOUT_NOT_FOUND", message, { field: "id" });
}

/** A payment attempt, as its caller sees it. `index` counts from 0. */
function presentAttempt(payment: PaymentAttempt, index: number): Attempt {
  const { attempt, methodKind, payoutStatus, reason, connectorPayoutId, updatedAtMs } = payment;
  return create(AttemptSchema, {
    number: index + 1,
    state: AttemptState[statusFacts(payoutStatus ?? 0).attemptState],
    ...(reason !== undefined && { reason, message: reasons[reason as Reason]?.advice ?? reason }),
    createTime: timestampFromMs(attempt.startedAtMs),
    updateTime: timestampFromMs(updatedAtMs),
    ...(connectorPayoutId !== undefined && { connectorTransactionId: connectorPayoutId }),
    method: (methodKind ?? 0) as PayoutMethodKind,
  });
}
