/** Builds, remembers and sends the logout request (RIL 2). */
import { randomState } from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { buildLogoutRequest, type LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { EventData } from "../events.ts";
import { seeOther, selfSubmittingForm } from "../http.ts";
import type { LoginAtProvider, RpSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { usualHint } from "./id-token-hint.ts";
import { type LogoutChoice, parseLogoutChoice, usualChoice } from "./logout-choice.ts";

/** Sends the browser to the OP with a logout request. */
export function sendLogoutRequest(
  { method, url, fields }: LogoutRequest,
  base: string,
  rp: RelyingParty,
): Response {
  if (method === "GET") return seeOther(url);
  return selfSubmittingForm(rp, base, { action: url, fields, title: "Logging out …" });
}

/** Builds a logout request and remembers its `state`, and the request itself if it is to be sent later.
 * @param fields of the panel; none for the default request
 * @throws {ProtocolError} when the OP cannot be reached, or the fields cannot be used */
export async function requestLogout(
  { sessionId, login: live }: RpSession,
  login: LoginAtProvider,
  fields: URLSearchParams,
  base: string,
  rp: RelyingParty,
  when: "now" | "later" = "now",
): Promise<LogoutRequest> {
  const record = (data: EventData["logout_request"]) =>
    rp.record({ type: "logout_request", sessionId, data });
  try {
    const provider = rp.trustedProvider(login.iss);
    if (!provider) throw new ProtocolError("endpoint_not_allowed", `${login.iss} is no longer trusted.`);
    provider.assertEndpoints({ end_session_endpoint: login.endSessionEndpoint });
    // If the OP is down, the browser would show its own error page and the user would be stuck: check first.
    await provider.reach();
    const { method, parameters } = await chosen(fields, login, provider, base, rp);
    const request = buildLogoutRequest(login.endSessionEndpoint, parameters, method);
    const { state } = parameters;
    const pending = { state: state ?? "", sessionId };
    if (when === "later") await rp.store.savePendingLogout({ ...pending, request }, rp.now());
    else if (state) await rp.store.savePendingLogout(pending, rp.now());
    const names = Object.entries(parameters).flatMap(([name, value]) => (value ? [name] : []));
    await record({ method: request.method, parameters: names, length: request.length });
    return request;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await record({ error: error.message });
    throw new ProtocolError(
      error.code,
      `${live ? "You are still logged in." : "You may still be logged in at the OpenID Provider."} ${error.message}`,
      {
        help:
          error.help ??
          `Try again when the OpenID Provider answers.${live ? " Reset Session ends the session in this app only." : ""}`,
        detail: error,
      },
    );
  }
}

/** The choice of the panel, or the default of the button. */
async function chosen(
  fields: URLSearchParams,
  login: LoginAtProvider,
  provider: OpenIdProvider,
  base: string,
  rp: RelyingParty,
): Promise<LogoutChoice> {
  if (fields.has("chosen")) return parseLogoutChoice(fields);
  const choice = usualChoice(login, await usualHint(login, rp), base, randomState());
  if (fields.get("scope") !== "everywhere") return choice;
  if (!(await endsEverywhere(provider))) {
    throw new ProtocolError(
      "invalid_request",
      `${provider.issuer} does not declare that it can end all sessions of a user.`,
      {
        help: "Log out in each browser, or ask an administrator of the OpenID Provider.",
      },
    );
  }
  return { ...choice, parameters: { ...choice.parameters, everywhere: "true" } };
}

/** Whether the OP supports `everywhere=true`, an extension: no specification has such a request. */
export const endsEverywhere = async (provider: OpenIdProvider): Promise<boolean> =>
  (await provider.metadata()).end_session_everywhere_supported === true;
