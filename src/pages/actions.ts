import { createHash, timingSafeEqual } from "node:crypto";
import { asFailure, Failure } from "../core/failure.ts";
import type { LinkStore } from "../ledger/ledger.ts";
import { fill, type Html } from "../web/html.ts";
import { claimForm, readClaim } from "./forms/claim-form.ts";
import { type Faults, type FieldName, readFields } from "./forms/field.ts";
import type { Action, PostedForm } from "./forms/form.ts";
import { href, onlyLanguage, type PageQuery } from "./forms/form.ts";
import { faultMessage } from "./forms/inputs.ts";
import { moment } from "./i18n/format.ts";
import type { PageContext, PageDependencies } from "./page-context.ts";
import { type ClaimPageParts, claimPage } from "./views/claim-page.ts";
import { noticeFor } from "./views/failure-message.ts";
import { contactFields, knownContact, landing } from "./views/landing.ts";
import type { Page } from "./views/layout.ts";
import type { NoticeName } from "./views/notice.ts";
import { readRedirectUrl, redirectPage } from "./views/redirect-page.ts";

/** What an action ends in: a page, or a look at the link again. */
export type ActionResult =
  | { readonly page: Page; readonly status: 200 | 422 | 503 }
  | { readonly page?: undefined; readonly query: PageQuery };

/** What a recipient asks for. */
export interface ActionRequest {
  readonly parts: PageDependencies;
  readonly context: PageContext;
  readonly form: PostedForm;
  /** The link's token, for the provider to send them back. */
  readonly token: string;
}

/** Everything that a form of ours can ask for. Each ends in a look at the link where the link no longer stands so. */
export const actions: Readonly<Record<Action, (request: ActionRequest) => Promise<ActionResult>>> = {
  open,
  page: openPage,
  claim,
  refresh,
};

async function open({ parts, context }: ActionRequest): Promise<ActionResult> {
  const { pageState, flow, record, query } = context;
  if (flow !== "form" || !mayAskForDetails(context)) return { query: onlyLanguage(query) };
  if (pageState === "open") await parts.ledger.markOpened(record.payout.id);
  return { query: { ...onlyLanguage(query), step: "details" } };
}

async function openPage({ parts, context, form, token }: ActionRequest): Promise<ActionResult> {
  const { flow, record, query } = context;
  if (flow !== "provider" || !mayAskForDetails(context)) return { query: onlyLanguage(query) };
  const { values, faults } = readFields(contactFields(context), form);
  const problems = await problemsOf(parts, context, faults, values.claimCode);
  const filling = { values: { ...knownContact(context), ...form }, problems };
  if (Object.keys(problems).length > 0) return { page: landing(context, { filling }), status: 422 };
  await parts.ledger.markOpened(record.payout.id);
  const known = context.options.recipient;
  try {
    const { url } = await parts.links.openPage(record.payout, {
      returnUrl: `${parts.publicUrl()}/l/${token}${query.lang ? href({ lang: query.lang }) : ""}`,
      email: values.email ?? known?.email,
      country: values.country ?? (known?.country?.toUpperCase() || undefined),
    });
    const onward = readRedirectUrl(url, parts.publicUrl());
    if (onward) return { page: redirectPage(context, onward), status: 200 };
    parts.log.error({ payout: record.payout.id }, "the provider's context is not one to send a recipient to");
    return { page: landing(context, { filling, notice: "sender" }), status: 503 };
  } catch (error) {
    const notice = logAndNotice(parts, context, error);
    if (isOver(error)) return { query: onlyLanguage(query) };
    return { page: landing(context, { filling, notice }), status: 503 };
  }
}

async function claim({ parts, context, form: posted }: ActionRequest): Promise<ActionResult> {
  const { flow, record, query } = context;
  const form = flow === "form" && mayGiveDetails(context) ? claimForm(context, posted) : undefined;
  if (!form) return { query: onlyLanguage(query) };
  const show = (status: 422 | 503, more: ClaimPageParts): ActionResult => ({
    page: claimPage(context, form, more),
    status,
  });
  const reading = readClaim(form);
  const problems = reading.claim
    ? await problemsOf(parts, context, {}, reading.code)
    : await problemsOf(parts, context, reading.faults, undefined);
  if (!reading.claim || Object.keys(problems).length > 0) return show(422, { problems });
  const end = await parts.links.claim(record.payout, reading.claim, { isFresh: !record.openAttempt });
  parts.log.info({ payout: record.payout.id, entry: form.entry, end: end.kind }, "a recipient gave details");
  if (end.kind === "different") return show(422, { notice: "different" });
  if (end.kind === "not sent" && !isOver(end.failure))
    return show(503, { notice: logAndNotice(parts, context, end.failure) });
  return { query: { ...onlyLanguage(query), checked: "now" } };
}

async function refresh({ parts, context }: ActionRequest): Promise<ActionResult> {
  const { record, query } = context;
  try {
    await parts.links.refresh(record.payout);
    return { query: { ...onlyLanguage(query), checked: "now" } };
  } catch (error) {
    logAndNotice(parts, context, error);
    return { query: { ...onlyLanguage(query), checked: "later" } };
  }
}

/** Whether the recipient can be asked for details. */
function mayAskForDetails({ pageState }: PageContext): boolean {
  return pageState === "open" || pageState === "failedOpen";
}

/** Whether the recipient can give details: also those that are being confirmed, once more. */
export function mayGiveDetails(context: PageContext): boolean {
  return mayAskForDetails(context) || context.pageState === "confirming";
}

/** Whether the link no longer stands as the recipient's page said: what it says now is the answer. */
function isOver(error: unknown): boolean {
  return error instanceof Failure && error.reason === "PAYOUT_STATE";
}

/** What is wrong with a form, in words. The code is compared only where nothing else is wrong: each time costs a try. */
async function problemsOf(
  parts: PageDependencies,
  context: PageContext,
  faults: Faults,
  code: string | undefined,
): Promise<Partial<Record<FieldName, string | Html>>> {
  const problems: Partial<Record<FieldName, string | Html>> = {};
  for (const [name, fault] of Object.entries(faults))
    problems[name as FieldName] = faultMessage(context, fault);
  const { claimCode } = context.options;
  if (!claimCode || Object.keys(problems).length > 0) return problems;
  const { id } = context.record.payout;
  const end = await checkClaimCode(parts.ledger, id, claimCode, code ?? "");
  if (end.kind === "right") return problems;
  parts.log.warn({ payout: id, end: end.kind }, "a recipient's code was not the right one");
  if (end.kind === "wrong") return { claimCode: faultMessage(context, "claimCode") };
  const time = moment(end.untilMs, context.locale.tag);
  return { claimCode: fill(faultMessage(context, "claimCodeLocked"), { time }) };
}

/** What the recipient is told of a failure. Anything else is ours to mend, and goes on to whoever shows it so. */
function logAndNotice({ log }: PageDependencies, context: PageContext, error: unknown): NoticeName {
  const failure = asFailure(error);
  if (!failure) throw error;
  const facts = { payout: context.record.payout.id, reason: failure.reason, error };
  log.warn(facts, "recipient action failed");
  return noticeFor(failure);
}

/** Whether the code that a recipient entered is the right one. */
type CodeCheck =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  | { readonly kind: "locked"; readonly untilMs: number };

/**
 * Compares a link's code with what the recipient entered. A guess is taken first, so that those who send many at once get no
 * more than the others.
 */
async function checkClaimCode(
  ledger: Pick<LinkStore, "takeCodeGuess" | "resetCodeGuesses">,
  payoutId: string,
  expected: string,
  given: string,
): Promise<CodeCheck> {
  const { isAllowed, lockedUntilMs } = await ledger.takeCodeGuess(payoutId);
  if (!isAllowed) return { kind: "locked", untilMs: lockedUntilMs };
  if (!timingSafeEqual(digest(expected), digest(given))) return { kind: "wrong" };
  await ledger.resetCodeGuesses(payoutId);
  return { kind: "right" };
}

/** Of one length, whatever the code's. */
function digest(code: string): Buffer {
  return createHash("sha256").update(code).digest();
}
