/** GET /rpiframe/silent: leads a hidden frame through the OP with `prompt=none` (SM 3.1, Core 3.1.2.1). */
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Endpoint } from "../http.ts";
import { requestConfirmation } from "../login/authorization-request.ts";
import { FormError } from "../login/authorize-form.ts";
import { assertSwitchedOn } from "../mechanisms.ts";
import { baseUrlFor } from "../relying-party.ts";
import { answerFrame } from "../session/confirm-session.ts";
import { watchedSession } from "../session/watched-session.ts";

/** The callback reports the outcome to the frame; if the request cannot be made, this endpoint does. */
export const silentRequest: Endpoint = async (request, rp) => {
  await assertSwitchedOn("session-management", rp);
  const base = baseUrlFor(request.headers, rp);
  const cookies = request.headers.get("cookie");
  const { login, sessionId } = await watchedSession(request, rp);
  const provider = rp.trustedProvider(login.iss);
  if (!provider) throw new ProtocolError("endpoint_not_allowed", `${login.iss} is no longer trusted.`);
  try {
    return await requestConfirmation(login, provider, { sessionId, returning: true, base, cookies }, rp);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return answerFrame({ confirmation: "failed", reason }, sessionId, base, rp);
  }
};

function reasonOf(error: unknown): string | undefined {
  if (error instanceof FormError) return Object.values(error.errors).join(" ");
  return error instanceof ProtocolError ? error.message : undefined;
}
