/** The error page: the problem, and what to do about it. */

import type { Configuration } from "oidc-provider";
import { type Html, html } from "#lib/ui/html.ts";
import type { Context, OpenIdProvider, Surroundings } from "../open-id-provider.ts";
import { endpointPaths, pagePaths } from "../paths.ts";
import { StoreUnavailable } from "../store/store-unavailable.ts";
import { sendPage } from "./page.ts";

interface Problem {
  status: number;
  title: string;
  advice: string | Html;
  /** The OAuth error code. */
  error?: string;
  description?: string | undefined;
}

/** Answers with the error page. */
export function renderProblem(op: Pick<OpenIdProvider, "config">, ctx: Context, problem: Problem): void {
  const { status, title, advice, error, description } = problem;
  const body = html`
<section class="card">
  <h1>${title}</h1>
  ${error ? html`<div class="note note-bad"><p><code>${error}</code></p>${description ? html`<p class="break-words">${description}</p>` : ""}</div>` : ""}
  <p>${advice}</p>
  <div class="row">
    <a class="btn" href="${op.config.OP_FRONT_DOOR}/">Back to the apps</a>
    <a class="btn" href="${pagePaths.sessions}">Sessions</a>
  </div>
</section>`;
  sendPage(ctx, { title: "Error", body, status });
}

/** Answers 503 while the store cannot be used. */
export function renderUnavailable(
  op: Pick<OpenIdProvider, "config">,
  ctx: Context,
  { error, error_description: description, fault, status }: StoreUnavailable,
): void {
  const title = "This OpenID Provider cannot work at the moment";
  renderProblem(op, ctx, { status, title, advice: fault.help, error, description });
}

/** The library's errors that cannot or must not be returned to the client. */
export function renderLibraryError(op: Surroundings): NonNullable<Configuration["renderError"]> {
  return (ctx, out, cause) => {
    if (cause instanceof StoreUnavailable) return renderUnavailable(op, ctx, cause);
    const logout = ctx.path.startsWith(endpointPaths.end_session);
    const title = logout ? "This logout request is not valid" : "This request cannot be processed";
    const { error, error_description: description } = out;
    renderProblem(op, ctx, {
      status: ctx.status,
      title,
      advice: adviceFor(description, logout),
      error,
      description,
    });
  };
}

const knownProblems: readonly [RegExp, string][] = [
  [
    /post_logout_redirect_uri not registered/,
    "Register exactly this post_logout_redirect_uri for the client, or omit it. No session was ended.",
  ],
  [/redirect_uri/, "Register exactly this callback URL for the client, or correct it in the app."],
  [
    /id_token_hint/,
    "Send an ID Token of this OpenID Provider as id_token_hint, exactly as issued, or omit it and send client_id. No session was ended.",
  ],
  [
    /client is invalid|client not found|unrecognized/,
    "Check the Client ID: no such client is registered here.",
  ],
  [/more than once/, "Send each parameter once."],
  [/session was ended/, "The session has ended in the meantime. Go back to the app and start again."],
  [
    /interaction|authorization request has expired|session/,
    "This sign-in has expired or was started in another browser. Go back to the app and start again.",
  ],
  [/logout details|xsrf/, "This page is out of date. Start the logout again from the app."],
];

function adviceFor(description: string | undefined, logout: boolean): string {
  const known = knownProblems.find(([pattern]) => pattern.test(description ?? ""))?.[1];
  if (known) return known;
  return logout
    ? "Go back to the app and log out from there. No session was ended."
    : "Go back to the app and start again.";
}
