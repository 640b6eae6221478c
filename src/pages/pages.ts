import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { SecureHeadersVariables } from "hono/secure-headers";
import { isFormToken } from "../web/form-token.ts";
import { pageHeaders, sameOrigin } from "../web/guard.ts";
import { createGate, defaultPageLimits } from "../web/limits.ts";
import { actions, isGiving } from "./actions.ts";
import { claimForm } from "./forms/claim-form.ts";
import { href } from "./forms/page-query.ts";
import { type Action, hiddenFields } from "./forms/post-form.ts";
import { type PostedForm, readPostedForm } from "./forms/posted-form.ts";
import type { PageParts } from "./page-parts.ts";
import { plainLook, receive } from "./reception.ts";
import { claimPage } from "./views/claim-page.ts";
import { type ErrorName, errorPage } from "./views/error-page.ts";
import { landing } from "./views/landing.ts";
import { layout, type Page } from "./views/layout.ts";
import type { NoticeName } from "./views/notice.ts";
import { statusPage } from "./views/status-page.ts";
import type { Visit } from "./visit.ts";

/** The largest form that is read, in bytes. */
const MAX_FORM_BYTES = 16 * 1024;

type Env = { Variables: SecureHeadersVariables };

/**
 * The pages behind `/l/{token}`: where a link stands, and what its recipient can do. GET changes nothing, here or at the
 * provider; what acts is a POST of a form of ours.
 */
export function createPages(parts: PageParts): Hono {
  const gate = createGate({ ...defaultPageLimits, ...parts.limits });
  const pages = new Hono<Env>();
  pages.use("/l/*", ...pageHeaders(parts.publicUrl));
  pages.onError((error, context) => {
    if (error instanceof HTTPException) return fail(context, 403, "refused");
    parts.log.error({ error }, "a recipient's page broke");
    return fail(context, 503, "broken");
  });

  pages.get("/l/:token", async (context) => {
    const seconds = await gate.look(parts.clientAddress(context));
    if (seconds) return fail(context, 429, "busy", seconds);
    const visit = await receive(parts, plainLook(context), context.req.param("token"));
    return visit ? send(context, visit, shownPage(visit)) : fail(context, 404, "notFound");
  });

  pages.post("/l/:token", sameOrigin(parts.publicUrl), async (context) => {
    const seconds = await gate.act(parts.clientAddress(context));
    if (seconds) return fail(context, 429, "busy", seconds);
    // The port has read all of it, within limits of its own.
    const body = await context.req.text();
    if (Buffer.byteLength(body) > MAX_FORM_BYTES) return fail(context, 413, "refused");
    const token = context.req.param("token");
    const visit = await receive(parts, plainLook(context), token);
    if (!visit) return fail(context, 404, "notFound");
    const secondsOfLink = await gate.actOnLink(visit.record.payout.id);
    if (secondsOfLink) return fail(context, 429, "busy", secondsOfLink);
    const form = isForm(context) ? readPostedForm(body) : undefined;
    const action = form?.[hiddenFields.action];
    if (!form || !isAction(action)) return fail(context, 400, "refused");
    if (!isOurs(parts, visit, form)) return send(context, visit, stalePage(visit, action, form), 403);
    const end = await actions[action]({ parts, visit, form, token });
    return end.page ? send(context, visit, end.page, end.status) : context.redirect(href(end.query), 303);
  });

  pages.all("/l/*", (context) => fail(context, 404, "notFound"));
  return pages as unknown as Hono;
}

/** The page of a link as it stands. */
function shownPage(visit: Visit, notice?: NoticeName): Page {
  const { standing, query, flow } = visit;
  const isAsked = flow === "form" && isGiving(visit);
  const form =
    isAsked && (query.step === "details" || standing === "failedOpen") ? claimForm(visit) : undefined;
  if (form) return claimPage(visit, form, { notice: standing === "confirming" ? "same" : notice });
  if (standing === "open" || standing === "failedOpen") return landing(visit, { notice });
  return statusPage(visit, standing, query.checked === "later" ? "later" : notice);
}

/** The page of a form that was open for too long, with what was written in it. */
function stalePage(visit: Visit, action: Action, posted: PostedForm): Page {
  const form =
    action === "claim" && visit.flow === "form" && isGiving(visit) ? claimForm(visit, posted) : undefined;
  return form ? claimPage(visit, form, { notice: "stale" }) : shownPage(visit, "stale");
}

function isOurs({ keys, now }: PageParts, { record }: Visit, form: PostedForm): boolean {
  const { id, link } = record.payout;
  const owner = { payoutId: id, generation: link.generation };
  return isFormToken(keys, owner, now(), form[hiddenFields.token]);
}

function isAction(name: string | undefined): name is Action {
  return name !== undefined && Object.hasOwn(actions, name);
}

function isForm(context: Context): boolean {
  const type = context.req.header("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
}

function send(context: Context, visit: Visit, page: Page, status: 200 | 403 | 422 | 503 = 200): Response {
  return context.html(layout(visit, page), status);
}

/** A page that says what is wrong, and nothing about the link. */
function fail(
  context: Context,
  status: 400 | 403 | 404 | 413 | 429 | 503,
  name: ErrorName,
  seconds?: number,
): Response {
  const look = plainLook(context);
  if (seconds) context.header("retry-after", String(seconds));
  return context.html(layout(look, errorPage(look, name, seconds)), status);
}
