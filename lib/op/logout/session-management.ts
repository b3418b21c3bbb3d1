/** OpenID Connect Session Management 1.0, the OP's side: `session_state` in every authentication response, and the OP
 * browser state. */
import { randomBytes } from "node:crypto";
import type { Context, Next, OpenIdProvider } from "../open-id-provider.ts";
import { opBrowserState, showBrowserState } from "./browser-state.ts";
import { sessionState } from "./session-state.ts";

/** The library's endpoints that browsers visit. */
const routes: readonly string[] = ["authorization", "resume", "end_session"];

/** Requests that are answered with an error response to the client. */
const failed = new WeakSet<object>();

/** SM 2: in successful responses, in any response mode. The library's event passes the response before it is sent. */
export function addSessionState(op: OpenIdProvider): void {
  const { provider, keys } = op;
  provider.on("authorization.success", (ctx, response) => {
    if (response) response.session_state = sessionStateFor(ctx, opBrowserState(keys, ctx.oidc.session ?? {}));
  });
  provider.on("authorization.error", (ctx) => failed.add(ctx));
  provider.on("server_error", (ctx) => failed.add(ctx));
  addToSignedErrors(op);
}

/** An authorization response as a JWT, which the library's types do not list. */
interface ResponseToken {
  ctx: Context;
  extra: Record<string, unknown>;
  issue(options: { use: string }): Promise<string>;
}

/** SM 2, JARM 2.1: an error response sent as a JWT contains all parameters, so it is changed before it is signed. */
function addToSignedErrors(op: OpenIdProvider): void {
  const prototype = op.provider.IdToken.prototype as unknown as ResponseToken;
  const issue = prototype.issue;
  prototype.issue = function (options) {
    if (options.use === "authorization" && failed.delete(this.ctx))
      this.extra.session_state = sessionStateOfError(op, this.ctx);
    return issue.call(this, options);
  };
}

/** Runs around the library, which stores the session only when its endpoint has finished. */
export function sessionManagement(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    const session = ctx.oidc?.session;
    if (!session || !routes.includes(ctx.oidc.route)) return;
    showBrowserState(op, ctx, session);
    if (failed.has(ctx)) addToErrorResponse(ctx, sessionStateOfError(op, ctx));
  };
}

/** Reads the stored session, since the error may be that it has just ended. */
function sessionStateOfError(op: OpenIdProvider, ctx: Context): string {
  const stored = op.store.find("Session", ctx.oidc.session?.jti ?? "");
  return sessionStateFor(ctx, stored && opBrowserState(op.keys, stored));
}

/** For the client and origin of the redirect URI, with a new salt each time (SM 3.2). */
function sessionStateFor({ oidc: { params } }: Context, browserState: string | undefined): string {
  const origin = URL.parse(String(params?.redirect_uri))?.origin ?? "";
  return sessionState(String(params?.client_id), origin, browserState, randomBytes(16).toString("base64url"));
}

/** SM 2: in error responses too. The library's event for them lacks the response, so the finished one is changed: a
 * redirect ends in a query or fragment, and a posted response is a form. Error pages for the user are neither. */
function addToErrorResponse(ctx: Context, value: string): void {
  const location = ctx.response.get("Location");
  if (location) ctx.redirect(`${location}&session_state=${value}`);
  else if (typeof ctx.body === "string") {
    ctx.body = ctx.body.replace(
      "<noscript>",
      `<input type="hidden" name="session_state" value="${value}"/>$&`,
    );
  }
}
