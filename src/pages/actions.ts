import { asFailure, Failure } from "../core/failure.ts";
import { fill, type Html } from "../web/html.ts";
import { checkClaimCode } from "./claim-code.ts";
import { claimForm, readClaim } from "./forms/claim-form.ts";
import { type Faults, type FieldName, readFields } from "./forms/field.ts";
import { faultWords } from "./forms/inputs.ts";
import { href, onlyLanguage, type PageQuery } from "./forms/page-query.ts";
import type { Action } from "./forms/post-form.ts";
import type { PostedForm } from "./forms/posted-form.ts";
import { moment } from "./i18n/moment.ts";
import type { PageParts } from "./page-parts.ts";
import { type ClaimPageParts, claimPage } from "./views/claim-page.ts";
import { noticeFor } from "./views/failure-words.ts";
import { contactFields, knownContact, landing } from "./views/landing.ts";
import type { Page } from "./views/layout.ts";
import type { NoticeName } from "./views/notice.ts";
import { onwardPage, readOnwardUrl } from "./views/onward-page.ts";
import type { Visit } from "./visit.ts";

/** What an action ends in: a page, or a look at the link again. */
export type ActionEnd =
  | { readonly page: Page; readonly status: 200 | 422 | 503 }
  | { readonly page?: undefined; readonly query: PageQuery };

/** What a recipient asks for. */
export interface ActionRequest {
  readonly parts: PageParts;
  readonly visit: Visit;
  readonly form: PostedForm;
  /** The link's token, for the provider to send them back. */
  readonly token: string;
}

/** Everything that a form of ours can ask for. Each ends in a look at the link where the link no longer stands so. */
export const actions: Readonly<Record<Action, (request: ActionRequest) => Promise<ActionEnd>>> = {
  open,
  page: openPage,
  claim,
  refresh,
};

async function open({ parts, visit }: ActionRequest): Promise<ActionEnd> {
  const { standing, flow, record, query } = visit;
  if (flow !== "form" || !isAsking(visit)) return { query: onlyLanguage(query) };
  if (standing === "open") await parts.ledger.markOpened(record.payout.id);
  return { query: { ...onlyLanguage(query), step: "details" } };
}

async function openPage({ parts, visit, form, token }: ActionRequest): Promise<ActionEnd> {
  const { flow, record, query } = visit;
  if (flow !== "provider" || !isAsking(visit)) return { query: onlyLanguage(query) };
  const { values, faults } = readFields(contactFields(visit), form);
  const problems = await problemsOf(parts, visit, faults, values.claimCode);
  const filling = { values: { ...knownContact(visit), ...form }, problems };
  if (Object.keys(problems).length > 0) return { page: landing(visit, { filling }), status: 422 };
  await parts.ledger.markOpened(record.payout.id);
  const known = visit.options.recipient;
  try {
    const { url } = await parts.links.openPage(record.payout, {
      returnUrl: `${parts.publicUrl()}/l/${token}${query.lang ? href({ lang: query.lang }) : ""}`,
      email: values.email ?? known?.email,
      country: values.country ?? (known?.country?.toUpperCase() || undefined),
    });
    const onward = readOnwardUrl(url, parts.publicUrl());
    if (onward) return { page: onwardPage(visit, onward), status: 200 };
    parts.log.error({ payout: record.payout.id }, "the provider's page is not one to send a recipient to");
    return { page: landing(visit, { filling, notice: "sender" }), status: 503 };
  } catch (error) {
    const notice = noticeOf(parts, visit, error);
    if (isOver(error)) return { query: onlyLanguage(query) };
    return { page: landing(visit, { filling, notice }), status: 503 };
  }
}

async function claim({ parts, visit, form: posted }: ActionRequest): Promise<ActionEnd> {
  const { flow, record, query } = visit;
  const form = flow === "form" && isGiving(visit) ? claimForm(visit, posted) : undefined;
  if (!form) return { query: onlyLanguage(query) };
  const show = (status: 422 | 503, more: ClaimPageParts): ActionEnd => ({
    page: claimPage(visit, form, more),
    status,
  });
  const reading = readClaim(form);
  const problems = reading.claim
    ? await problemsOf(parts, visit, {}, reading.code)
    : await problemsOf(parts, visit, reading.faults, undefined);
  if (!reading.claim || Object.keys(problems).length > 0) return show(422, { problems });
  const end = await parts.links.claim(record.payout, reading.claim, { isFresh: !record.openAttempt });
  parts.log.info({ payout: record.payout.id, entry: form.entry, end: end.kind }, "a recipient gave details");
  if (end.kind === "different") return show(422, { notice: "different" });
  if (end.kind === "not sent" && !isOver(end.failure))
    return show(503, { notice: noticeOf(parts, visit, end.failure) });
  return { query: { ...onlyLanguage(query), checked: "now" } };
}

async function refresh({ parts, visit }: ActionRequest): Promise<ActionEnd> {
  const { record, query } = visit;
  try {
    await parts.links.refresh(record.payout);
    return { query: { ...onlyLanguage(query), checked: "now" } };
  } catch (error) {
    noticeOf(parts, visit, error);
    return { query: { ...onlyLanguage(query), checked: "later" } };
  }
}

/** Whether the recipient can be asked for details. */
function isAsking({ standing }: Visit): boolean {
  return standing === "open" || standing === "failedOpen";
}

/** Whether the recipient can give details: also those that are being confirmed, once more. */
export function isGiving(visit: Visit): boolean {
  return isAsking(visit) || visit.standing === "confirming";
}

/** Whether the link no longer stands as the recipient's page said: what it says now is the answer. */
function isOver(error: unknown): boolean {
  return error instanceof Failure && error.reason === "PAYOUT_STATE";
}

/** What is wrong with a form, in words. The code is compared only where nothing else is wrong: each time costs a try. */
async function problemsOf(
  parts: PageParts,
  visit: Visit,
  faults: Faults,
  code: string | undefined,
): Promise<Partial<Record<FieldName, string | Html>>> {
  const problems: Partial<Record<FieldName, string | Html>> = {};
  for (const [name, fault] of Object.entries(faults)) problems[name as FieldName] = faultWords(visit, fault);
  const { claimCode } = visit.options;
  if (!claimCode || Object.keys(problems).length > 0) return problems;
  const { id } = visit.record.payout;
  const end = await checkClaimCode(parts.ledger, id, claimCode, code ?? "");
  if (end.kind === "right") return problems;
  parts.log.warn({ payout: id, end: end.kind }, "a recipient's code was not the right one");
  if (end.kind === "wrong") return { claimCode: faultWords(visit, "claimCode") };
  const time = moment(end.untilMs, visit.tongue.locale);
  return { claimCode: fill(faultWords(visit, "claimCodeLocked"), { time }) };
}

/** What the recipient is told of a failure. Anything else is ours to mend, and goes on to whoever shows it so. */
function noticeOf({ log }: PageParts, visit: Visit, error: unknown): NoticeName {
  const failure = asFailure(error);
  if (!failure) throw error;
  const facts = { payout: visit.record.payout.id, reason: failure.reason, error };
  log.warn(facts, "nothing could be done for a recipient");
  return noticeFor(failure);
}
