/** The outer middleware: one host name, WSO2's discovery paths, headers, and error pages. */
import { discoveryPath } from "#lib/net/discovery-url.ts";
import { documentPolicy, type Html, html } from "#lib/ui/html.ts";
import { type Context, isRead, type Next, type OpenIdProvider } from "./open-id-provider.ts";
import { renderProblem, renderUnavailable } from "./pages/problem.ts";
import { discoveryAliases, endpointPaths, isBrowserPath, isOwnForm, libraryPaths } from "./paths.ts";
import { StoreUnavailable } from "./store/store-unavailable.ts";

/** A problem to show to the user. */
export class PageError extends Error {
  override readonly name = "PageError";
  readonly status: number;
  /** What to do about it. */
  readonly advice: string | Html;

  constructor(status: number, message: string, advice: string | Html) {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

/** Answers only as itself: another host may be a page's own name that now resolves to this machine (DNS rebinding), and
 * its scripts would read everything. The library derives the URLs of the metadata from the Host header, so we always set
 * the same one. Browsers are redirected to it: 127.0.0.1 and localhost are different sites with separate cookies. */
export function canonicalHost(op: OpenIdProvider) {
  const { host } = new URL(op.origin);
  const byAddress = ["127.0.0.1", "[::1]"].map((address) => host.replace("localhost", address));
  return async (ctx: Context, next: Next): Promise<void> => {
    const asked = ctx.req.headers.host ?? "";
    ctx.req.headers.host = host;
    if (byAddress.includes(asked) && isRead(ctx) && isBrowserPath(ctx.path)) {
      ctx.redirect(`${op.origin}${ctx.url}`);
      return;
    }
    if (asked !== host && !byAddress.includes(asked)) {
      const advice = html`This OpenID Provider is at <a href="${op.origin}/">${op.origin}/</a>.`;
      throw new PageError(421, "Unknown host.", advice);
    }
    await next();
  };
}

/** The library ignores case and a trailing slash in its paths; our own middleware compares exact paths. */
export async function oneSpelling(ctx: Context, next: Next): Promise<void> {
  const path = ctx.path.toLowerCase().replace(/\/$/, "");
  if (libraryPaths.includes(path)) ctx.path = path;
  await next();
}

/** Headers for documents; the library's own self-submitting page adds its script's hash to this policy. */
export async function documentHeaders(ctx: Context, next: Next): Promise<void> {
  // A silent login with `form_post` runs in a frame of the Relying Party.
  const framable = ctx.path.startsWith(endpointPaths.authorization);
  ctx.set({
    "Content-Security-Policy": documentPolicy(framable ? "*" : "'none'"),
    // Not `no-referrer`, which would turn the Origin header of our own forms into "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
  });
  if (isBrowserPath(ctx.path)) {
    ctx.set("Cache-Control", "no-store");
    // Errors at these endpoints are shown to users, whatever the Accept header says.
    ctx.req.headers.accept = "text/html";
  }
  await next();
}

/** Serves the discovery document at WSO2's other paths, too. */
export async function answerDiscoveryAliases(ctx: Context, next: Next): Promise<void> {
  if (discoveryAliases.includes(ctx.path)) ctx.path = discoveryPath;
  await next();
}

/** Our forms may only be posted by our own pages. A client that sends no Origin is not a current browser; the form's
 * token must still be valid. */
export function sameOriginForms(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const origin = ctx.get("Origin");
    if (ctx.method === "POST" && isOwnForm(ctx.path) && origin && origin !== op.origin) {
      throw new PageError(
        403,
        "This form was sent from another site.",
        "Open the page at this OpenID Provider and use its buttons.",
      );
    }
    await next();
  };
}

/** RFC 9110 10.2.3: when to try again after a 503, whether the library's or ours. */
export async function retryLater(ctx: Context, next: Next): Promise<void> {
  await next();
  if (ctx.status === 503) ctx.set("Retry-After", retryAfterSeconds);
}

const retryAfterSeconds = "5";

/** Answers errors, and pages that do not exist, with a page; only a `PageError` shows its own message. */
export function problemPages(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        renderUnavailable(op, ctx, error);
        return;
      }
      const known = error instanceof PageError;
      if (known) op.log.warn(`${ctx.path} refused: ${error.message}`);
      else op.log.error({ err: error }, `${ctx.method} ${ctx.path} failed`);
      const message = known ? error.message : "Something went wrong here.";
      const advice = known ? error.advice : "See the log of the OpenID Provider for details.";
      renderProblem(op, ctx, { status: known ? error.status : 500, title: message, advice });
      return;
    }
    if (ctx.status === 404 && !ctx.body && isUnknown(ctx)) {
      const advice = "The home page links to all pages.";
      renderProblem(op, ctx, { status: 404, title: "Page not found.", advice });
    }
  };
}

/** Clients that do not accept HTML get the plain 404. */
const isUnknown = (ctx: Context): boolean => isRead(ctx) && ctx.accepts("json", "html") === "html";
