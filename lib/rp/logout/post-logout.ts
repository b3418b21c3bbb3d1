/** The outcome of a logout request, when the OP sends the browser back (RIL 3). */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Html, html } from "#lib/ui/html.ts";
import { endings } from "../endings.ts";
import type { LogoutOutcome, RpSession } from "../model.ts";
import type { OtherApp } from "../other-apps.ts";
import type { RelyingParty } from "../relying-party.ts";
import { whoRow } from "../session/who-row.ts";
import { endSession } from "./end-session.ts";

/** Checks `state`: it must belong to a logout request of this browser, and works once. */
export async function outcomeOf(
  parameters: URLSearchParams,
  session: RpSession | undefined,
  rp: RelyingParty,
): Promise<LogoutOutcome> {
  const state = parameters.get("state") ?? "";
  const taken =
    session && (await rp.store.takePendingLogout({ state, sessionId: session.sessionId }, rp.now()));
  // A reload shows the same outcome again.
  if (!taken && session?.logout?.state === state) return session.logout;
  if (!taken) {
    throw new ProtocolError(
      "unknown_state",
      "This response does not belong to a logout request of this browser.",
      {
        help: state
          ? "Its state is unknown, already used, or belongs to another browser. Your session is unchanged."
          : "It has no state, so anyone may have sent it. Your session is unchanged.",
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
  const { result } = outcome;
  await rp.record({ type: "post_logout", sessionId: session.sessionId, data: { result, error } });
  if (result === "logged_out") await endSession(session, "rp-initiated", rp);
  await rp.store.saveLogoutOutcome(session.sessionId, outcome);
  return outcome;
}

function resultOf(error: string | undefined): LogoutOutcome["result"] {
  if (!error) return "logged_out";
  return error === "access_denied" ? "declined" : "failed";
}

/** Sign-out ends the session here before the request reaches the OP. */
export function titleOf({ result }: LogoutOutcome, session: RpSession | undefined): string {
  if (result === "logged_out") return "You are logged out";
  return session?.login ? "You are still logged in" : "You are logged out of this app only";
}

const texts: Record<
  LogoutOutcome["result"],
  (outcome: LogoutOutcome, session: RpSession | undefined) => string
> = {
  logged_out: (_, session) => {
    const by = session?.ended?.by ?? "rp-initiated";
    return by === "rp-initiated"
      ? "The OpenID Provider sent your browser back; until then, nothing had ended the session in this app."
      : `The session in this app had ended by ${endings[by].by} before the OpenID Provider sent your browser back.`;
  },
  declined: (_, session) =>
    session?.login
      ? "You answered No at the OpenID Provider, so all sessions continue."
      : "You answered No at the OpenID Provider, so its session continues. The one in this app has ended.",
  failed: ({ error }, session) =>
    `The OpenID Provider answered ${error}. The session in this app ${session?.login ? "continues" : "has ended"}.`,
};

/** The body of the page that shows a logout's outcome. */
export function outcomeBody(
  title: string,
  outcome: LogoutOutcome,
  session: RpSession | undefined,
  base: string,
  others: readonly OtherApp[],
): Html {
  const { result } = outcome;
  const leadOn = result === "logged_out" ? others : [];
  return html`<section class="card">
<h1>${title}</h1>
<p>${texts[result](outcome, session)}</p>
<p class="muted">The returned <code>state</code> matches the one that was sent.</p>
</section>
${whoRow(session, base)}
${leadOn.map(({ name }) => html`<p>Now look at <b>${name}</b>: the session there should have ended too.</p>`)}
<p class="row">${leadOn.map(({ name, home }) => html`<a class="btn btn-primary" href="${home}oauth2">Go to ${name}</a>`)}<a class="btn" href="${base}/#logout-requests">Logout requests received</a><a class="btn" href="${base}/">Start page</a></p>`;
}
