/** What became of a logout request, when the OP sends the browser back (RIL 3). */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Html, html } from "#lib/ui/html.ts";
import type { LogoutOutcome, RpSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { endSession } from "./end-session.ts";

/** Checks `state`: it must be of a logout that this very browser asked for, and it works once. */
export async function outcomeOf(
  parameters: URLSearchParams,
  session: RpSession | undefined,
  rp: RelyingParty,
): Promise<LogoutOutcome> {
  const state = parameters.get("state") ?? "";
  const taken =
    session && (await rp.store.takePendingLogout({ state, sessionId: session.sessionId }, rp.now()));
  // A reload shows the outcome once more; a state that is asked for anew is answered anew.
  if (!taken && session?.logout?.state === state) return session.logout;
  if (!taken) {
    throw new ProtocolError(
      "unknown_state",
      "This is not the answer to a logout that this browser asked for.",
      {
        help: state
          ? "Its state is unknown here, was used already, or belongs to another browser. Your session was left as it was."
          : "It carries no state, so it may come from anywhere. Your session was left as it was.",
      },
    );
  }
  const error = parameters.get("error") ?? undefined;
  const outcome: LogoutOutcome = {
    state,
    result: resultOf(error),
    at: rp.now(),
    ...(error ? { error } : {}),
  };
  if (outcome.result === "logged_out") await endSession(session, "rp-initiated", rp);
  await rp.store.saveLogoutOutcome(session.sessionId, outcome);
  const { result } = outcome;
  await rp.record({ type: "post_logout", sessionId: session.sessionId, data: { result, error } });
  return outcome;
}

function resultOf(error: string | undefined): LogoutOutcome["result"] {
  if (!error) return "logged_out";
  return error === "access_denied" ? "declined" : "failed";
}

/** Sign-out has ended the session here before the OP was asked. */
export function titleOf({ result }: LogoutOutcome, session: RpSession | undefined): string {
  if (result === "logged_out") return "You are logged out";
  return session?.login ? "You are still logged in" : "You are logged out of this app only";
}

const texts: Record<
  LogoutOutcome["result"],
  (outcome: LogoutOutcome, session: RpSession | undefined) => string
> = {
  logged_out: (_, session) =>
    session?.ended?.by === "back-channel"
      ? "The OpenID Provider told this app by back-channel before it sent your browser back."
      : "The OpenID Provider sent your browser back; until then this app had accepted no back-channel logout.",
  declined: (_, session) =>
    session?.login
      ? "You answered No at the OpenID Provider, so every session lives on."
      : "You answered No at the OpenID Provider, so its session lives on. The one in this app has ended.",
  failed: ({ error }, session) =>
    `The OpenID Provider answered ${error}. The session in this app ${session?.login ? "lives on" : "has ended"}.`,
};

export function outcomeBody(
  title: string,
  outcome: LogoutOutcome,
  session: RpSession | undefined,
  base: string,
): Html {
  return html`<section class="card">
<h1>${title}</h1>
<p>${texts[outcome.result](outcome, session)}</p>
<p class="muted">The <code>state</code> that came back is the one that was sent.</p>
</section>
<p class="who">Logged in user : <b id="logged-in-user">${session?.login?.sub ?? "null"}</b></p>
<p class="row"><a class="btn btn-primary" href="${base}/">Start page</a></p>`;
}
