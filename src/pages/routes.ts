import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { SecureHeadersVariables } from "hono/secure-headers";
import { isCsrfToken } from "../web/csrf.ts";
import { pageHeaders, sameOrigin } from "../web/headers.ts";
import { createRateLimiter, defaultPageLimits } from "../web/rate-limit.ts";
import { actions, mayGiveDetails } from "./actions.ts";
import { claimForm } from "./forms/claim-form.ts";
import { type Action, hiddenFields, href, type PostedForm, readPostedForm } from "./forms/form.ts";
import type { PageContext, PageDependencies } from "./page-context.ts";
import { loadPageContext, renderContextOf } from "./page-context.ts";
import { claimPage } from "./views/claim-page.ts";
import { landing } from "./views/landing.ts";
import { type ErrorName, errorPage, layout, type Page } from "./views/layout.ts";
import type { NoticeName } from "./views/notice.ts";
import { statusPage } from "./views/status-page.ts";

/** The largest form that is read, in bytes. */
const MAX_FORM_BYTES = 16 * 1024;

type Env = { Variables: SecureHeadersVariables };

/**
 * The pages behind `/l/{token}`: where a link stands, and what its recipient can do. GET changes nothing, here or at the
 * provider; what acts is a POST of a form of ours.
 */
export function createPages(parts: PageDependencies): Hono {
  const limiter = createRateLimiter({ ...defaultPageLimits, ...parts.limits });
  const pages = new Hono<Env>();
  pages.use("/l/*", ...pageHeaders(parts.publicUrl));
  pages.onError((error, context) => {
    if (error instanceof HTTPException) return fail(context, 403, "refused");
    parts.log.error({ error }, "unhandled error in page");
    return fail(context, 503, "broken");
  });

  pages.get("/l/:token", async (context) => {
    const seconds = await limiter.view(parts.clientAddress(context));
    if (seconds) return fail(context, 429, "busy", seconds);
    const pageContext = await loadPageContext(parts, renderContextOf(context), context.req.param("token"));
    return pageContext ? send(context, pageContext, shownPage(pageContext)) : fail(context, 404, "notFound");
  });

  pages.post("/l/:token", sameOrigin(parts.publicUrl), async (context) => {
    const seconds = await limiter.submit(parts.clientAddress(context));
    if (seconds) return fail(context, 429, "busy", seconds);
    // The port has read all of it, within limits of its own.
    const body = await context.req.text();
    if (Buffer.byteLength(body) > MAX_FORM_BYTES) return fail(context, 413, "refused");
    const token = context.req.param("token");
    const pageContext = await loadPageContext(parts, renderContextOf(context), token);
    if (!pageContext) return fail(context, 404, "notFound");
    const secondsOfLink = await limiter.submitPerLink(pageContext.record.payout.id);
    if (secondsOfLink) return fail(context, 429, "busy", secondsOfLink);
    const form = isForm(context) ? readPostedForm(body) : undefined;
    const action = form?.[hiddenFields.action];
    if (!form || !isAction(action)) return fail(context, 400, "refused");
    if (!isOurs(parts, pageContext, form))
      return send(context, pageContext, stalePage(pageContext, action, form), 403);
    const result = await actions[action]({ parts, context: pageContext, form, token });
    return result.page
      ? send(context, pageContext, result.page, result.status)
      : context.redirect(href(result.query), 303);
  });

  pages.all("/l/*", (context) => fail(context, 404, "notFound"));
  return pages as unknown as Hono;
}

/** The page of a link as it stands. */
function shownPage(pageContext: PageContext, notice?: NoticeName): Page {
  const { pageState, query, flow } = pageContext;
  const isAsked = flow === "form" && mayGiveDetails(pageContext);
  const form =
    isAsked && (query.step === "details" || pageState === "failedOpen") ? claimForm(pageContext) : undefined;
  if (form) return claimPage(pageContext, form, { notice: pageState === "confirming" ? "same" : notice });
  if (pageState === "open" || pageState === "failedOpen") return landing(pageContext, { notice });
  return statusPage(pageContext, pageState, query.checked === "later" ? "later" : notice);
}

/** The page of a form that was open for too long, with what was written in it. */
function stalePage(pageContext: PageContext, action: Action, posted: PostedForm): Page {
  const form =
    action === "claim" && pageContext.flow === "form" && mayGiveDetails(pageContext)
      ? claimForm(pageContext, posted)
      : undefined;
  return form ? claimPage(pageContext, form, { notice: "stale" }) : shownPage(pageContext, "stale");
}

function isOurs({ keys, now }: PageDependencies, { record }: PageContext, form: PostedForm): boolean {
  const { id, link } = record.payout;
  const owner = { payoutId: id, generation: link.generation };
  return isCsrfToken(keys, owner, now(), form[hiddenFields.token]);
}

function isAction(name: string | undefined): name is Action {
  return name !== undefined && Object.hasOwn(actions, name);
}

function isForm(context: Context): boolean {
  const type = context.req.header("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
}

function send(
  context: Context,
  pageContext: PageContext,
  page: Page,
  status: 200 | 403 | 422 | 503 = 200,
): Response {
  return context.html(layout(pageContext, page), status);
}

/** A page that says what is wrong, and nothing about the link. */
function fail(
  context: Context,
  status: 400 | 403 | 404 | 413 | 429 | 503,
  name: ErrorName,
  seconds?: number,
): Response {
  const look = renderContextOf(context);
  if (seconds) context.header("retry-after", String(seconds));
  return context.html(layout(look, errorPage(look, name, seconds)), status);
}
