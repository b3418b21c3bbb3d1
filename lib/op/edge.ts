/** What every request passes first: one host name, WSO2's discovery paths, headers, and errors as pages. */
import { documentPolicy } from "#lib/ui/html.ts";
import { type Context, isRead, type Next, type OpenIdProvider } from "./open-id-provider.ts";
import { renderProblem } from "./pages/problem.ts";
import { DISCOVERY, DISCOVERY_ALIASES, ENDPOINTS, isBrowserPath, isOwnForm, LIBRARY_PATHS } from "./paths.ts";

/** A problem that the person at the browser is told about. */
export class PageError extends Error {
  override readonly name = "PageError";
  readonly status: number;
  /** What to do about it. */
  readonly advice: string;

  constructor(status: number, message: string, advice: string) {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

/** The library derives the URLs of the metadata from the Host header, so it gets to see one only. Browsers are sent
 * there: 127.0.0.1 and localhost are different sites to them, and cookies of the one are missing at the other. */
export function canonicalHost(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const { hostname } = ctx;
    ctx.req.headers.host = new URL(op.origin).host;
    if (hostname === "127.0.0.1" && isRead(ctx) && isBrowserPath(ctx.path)) {
      ctx.redirect(`${op.origin}${ctx.url}`);
      return;
    }
    await next();
  };
}

/** The library also answers at its paths in capitals and with a slash at the end; what we check and answer in front
 * of it goes by one spelling. */
export async function oneSpelling(ctx: Context, next: Next): Promise<void> {
  const path = ctx.path.toLowerCase().replace(/\/$/, "");
  if (LIBRARY_PATHS.includes(path)) ctx.path = path;
  await next();
}

/** Headers for documents; the library's own self-submitting page adds its script's hash to this policy. */
export async function documentHeaders(ctx: Context, next: Next): Promise<void> {
  // A silent login with `form_post` happens in a frame of the Relying Party.
  const framable = ctx.path.startsWith(ENDPOINTS.authorization);
  ctx.set({
    "Content-Security-Policy": documentPolicy(framable ? "*" : "'none'"),
    // Not `no-referrer`, which would turn the Origin header of our own forms into "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
  });
  if (isBrowserPath(ctx.path)) {
    ctx.set("Cache-Control", "no-store");
    // Errors of these endpoints are for people, whatever the Accept header says.
    ctx.req.headers.accept = "text/html";
  }
  await next();
}

export async function discoveryAliases(ctx: Context, next: Next): Promise<void> {
  if (DISCOVERY_ALIASES.includes(ctx.path)) ctx.path = DISCOVERY;
  await next();
}

/** The forms of our pages are posted by our pages. A client that sends no Origin at all is no browser of today; the
 * form's token still has to be right. */
export function sameOriginForms(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const origin = ctx.get("Origin");
    if (ctx.method === "POST" && isOwnForm(ctx.path) && origin && origin !== op.origin) {
      throw new PageError(
        403,
        "This form was sent from another site.",
        "Open the page here and use its buttons.",
      );
    }
    await next();
  };
}

export function problemPages(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      const known = error instanceof PageError;
      if (known) op.log.warn(`${ctx.path} refused: ${error.message}`);
      else op.log.error({ err: error }, `${ctx.method} ${ctx.path} failed`);
      const message = known ? error.message : "Something went wrong here.";
      const advice = known ? error.advice : "The log of the OpenID Provider says more.";
      renderProblem(op, ctx, { status: known ? error.status : 500, title: message, advice });
      return;
    }
    if (ctx.status === 404 && !ctx.body && isUnknown(ctx)) {
      const advice = "The front page lists what is here.";
      renderProblem(op, ctx, { status: 404, title: "There is nothing at this address.", advice });
    }
  };
}

/** Servers that ask at a wrong address are better off with the plain 404. */
const isUnknown = (ctx: Context): boolean => isRead(ctx) && ctx.accepts("json", "html") === "html";
