import type { MiddlewareHandler } from "hono";
import { csrf } from "hono/csrf";
import { NONCE, secureHeaders } from "hono/secure-headers";

/** Headers of every page: nothing of others' runs or is sent there, nobody frames or keeps it, and no other site learns the link. */
export function pageHeaders(publicUrl: () => string): readonly MiddlewareHandler[] {
  return [
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: [NONCE],
        styleSrc: [NONCE],
        imgSrc: ["https:", "data:"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      referrerPolicy: "no-referrer",
      xFrameOptions: "DENY",
      strictTransportSecurity: false,
      permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [] },
    }),
    async (context, next) => {
      await next();
      const { headers } = context.res;
      headers.set("cache-control", "no-store");
      headers.set("x-robots-tag", "noindex, nofollow");
      if (publicUrl().startsWith("https:")) headers.set("strict-transport-security", "max-age=31536000");
    },
  ];
}

/**
 * Lets a form pass that a page of ours sent, as far as the browser says. A page without referrers sends `Origin: null`, which
 * says nothing; then `Sec-Fetch-Site` must. Browsers send that only over TLS or on the same machine: elsewhere the form's own
 * token has to do.
 */
export function sameOrigin(publicUrl: () => string): MiddlewareHandler {
  return csrf({
    // `none` is the person reloading or restoring the page.
    secFetchSite: ["same-origin", "none"],
    origin: (origin, context) =>
      context.req.header("sec-fetch-site") === undefined &&
      (origin === "null" || origin === new URL(publicUrl()).origin),
  });
}
