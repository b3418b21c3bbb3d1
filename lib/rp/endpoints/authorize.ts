/** POST /authorize: reads the form and starts the flow (Core 3.1.2.1, RFC 6749 4.3 and 4.4). */
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "../http.ts";
import { requestAuthorization } from "../login/authorization-request.ts";
import { type AuthorizeForm, FormError, keptValues, parseAuthorizeForm } from "../login/authorize-form.ts";
import { requestDirectGrant } from "../login/direct-grant.ts";
import { assertAtProvider, setDiscovered } from "../login/endpoint-origins.ts";
import type { Requester } from "../model.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";
import { newSessionId, readSession, sessionCookie } from "../session/session-cookie.ts";

export const authorize: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const fields = await readForm(request);
  const cookies = request.headers.get("cookie");
  const known = await readSession(cookies, rp);
  const sessionId = known?.sessionId ?? newSessionId();
  let values = keptValues(fields);
  try {
    if (fields.get("endpoints") === "discovered") {
      await setDiscovered(fields, rp.provider);
      values = keptValues(fields);
    }
    const form = parseAuthorizeForm(fields);
    await rp.store.saveForm(sessionId, { values, errors: {} }, rp.now());
    const provider = await providerOf(form, rp);
    if (fields.get("endpoints") !== "entered") await assertAtProvider(form, provider);
    const requester = { sessionId, returning: known !== undefined, base, cookies };
    return await start(form, provider, requester, rp);
  } catch (error) {
    const errors = formErrors(error);
    if (!errors) throw error;
    await rp.store.saveForm(sessionId, { values, errors }, rp.now());
    return seeOther(`${base}/oauth2`, [await sessionCookie(sessionId, base, rp)]);
  }
};

/** Which field an error belongs to; the empty name stands for the form as a whole. */
function formErrors(error: unknown): Record<string, string> | undefined {
  if (error instanceof FormError) return error.errors;
  if (!(error instanceof ProtocolError) || error.code === "store_unavailable") return undefined;
  return { "": [error.message, error.help].filter(Boolean).join(" ") };
}

async function start(
  form: AuthorizeForm,
  provider: OpenIdProvider,
  requester: Requester,
  rp: RelyingParty,
): Promise<Response> {
  if ("token_endpoint" in form) assertTokenEndpoint(form.token_endpoint, rp);
  if ("redirect_uri" in form) return requestAuthorization(form, provider, requester, rp);
  return seeOther(`${requester.base}/oauth2`, [await requestDirectGrant(form, provider, requester, rp)]);
}

function assertTokenEndpoint(endpoint: string, rp: RelyingParty): void {
  try {
    rp.assertAllowed(endpoint);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new FormError({ token_endpoint: `${error.message} ${error.help}` });
  }
}

/** The trusted provider whose endpoint the form names, matched exactly, then by origin; by default the configured one.
 * Realms of one server share an origin, and a provider that hangs must not delay the others. */
async function providerOf(form: AuthorizeForm, rp: RelyingParty): Promise<OpenIdProvider> {
  const named = "authorization_endpoint" in form ? form.authorization_endpoint : form.token_endpoint;
  if (rp.trustedProviders.length === 1) return rp.provider;
  const own = await rp.provider.metadata().catch(() => undefined);
  if (own && [own.authorization_endpoint, own.token_endpoint].includes(named)) return rp.provider;
  const known = await Promise.all(
    rp.trustedProviders.map(async (provider) => {
      const metadata = await provider.metadata().catch(() => undefined);
      const endpoints = [metadata?.authorization_endpoint, metadata?.token_endpoint];
      return { provider, endpoints: endpoints.filter((url) => url !== undefined) };
    }),
  );
  const exact = known.find(({ endpoints }) => endpoints.includes(named));
  const { origin } = new URL(named);
  const near = known.find(({ endpoints }) => endpoints.some((url) => new URL(url).origin === origin));
  return (exact ?? near)?.provider ?? rp.provider;
}
