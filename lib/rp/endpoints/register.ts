/** POST /register: registers this app at its OpenID Provider (RFC 7591), or forgets that registration (RFC 7592). */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "../http.ts";
import { FormError } from "../login/authorize-form.ts";
import type { RegistrationForm } from "../model.ts";
import { forget, registerAt } from "../registration/registration.ts";
import { keptChoices, parseRegistrationForm } from "../registration/registration-form.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";
import { newSessionId, readSession, sessionCookie } from "../session/session-cookie.ts";

export const register: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const fields = await readForm(request);
  const session = await readSession(request.headers.get("cookie"), rp);
  const registration = fields.get("action") === "forget" ? await forget(rp) : await submit(fields, rp);
  const { values = {}, errors = {} } = session?.form ?? {};
  const kept = { values: { ...values }, errors, registration };
  // The authorize form must offer the client that this app now is.
  if (Object.keys(registration.errors).length === 0) delete kept.values.client_id;
  const sessionId = session?.sessionId ?? newSessionId();
  await rp.store.saveForm(sessionId, kept, rp.now());
  return seeOther(`${base}/registration`, [await sessionCookie(sessionId, base, rp)]);
};

/** A failure loses nothing: the choices stay, with the errors. */
async function submit(fields: URLSearchParams, rp: RelyingParty): Promise<RegistrationForm> {
  const values = keptChoices(fields);
  try {
    await registerAt(await rp.provider.metadata(), parseRegistrationForm(fields), rp);
    return { values, errors: {} };
  } catch (error) {
    if (error instanceof FormError) return { values, errors: error.errors };
    if (!(error instanceof ProtocolError) || error.code === "store_unavailable") throw error;
    await rp.record({
      type: "client_registered",
      data: { issuer: rp.provider.issuer, error: error.message },
    });
    return { values, errors: { "": [error.message, error.help].filter(Boolean).join(" ") } };
  }
}
