/** next-auth on top of this Relying Party: its registry is the app's store, its sessions are RP sessions like any other. */
import "server-only";
import { cookies, headers } from "next/headers";
import type { NextRequest } from "next/server";
import type { AuthOptions } from "next-auth";
import { cookiesOf, signInStartedAt } from "#lib/next-auth/cookies.ts";
import { authOptions } from "#lib/next-auth/options.ts";
import type { OidcClient } from "#lib/next-auth/provider.ts";
import { isCallbackUrl, problemOf } from "#lib/next-auth/request-checks.ts";
import type { SessionRegistry } from "#lib/next-auth/session-registry.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Client, clientsAt } from "#lib/rp/clients.ts";
import { encryptionKeys } from "#lib/rp/encryption-keys.ts";
import { readText, respond, seeOther } from "#lib/rp/http.ts";
import { beginRegisteredSession } from "#lib/rp/login/registered-login.ts";
import { signOut } from "#lib/rp/logout/sign-out.ts";
import { canonicalBaseUrl, type RelyingParty } from "#lib/rp/relying-party.ts";
import { refreshed } from "#lib/rp/session/refresh.ts";
import { newSessionId, readSession, sessionCookie, setCookie } from "#lib/rp/session/session-cookie.ts";
import { lifetime } from "#lib/rp/store.ts";
import { relyingParty } from "./relying-party.ts";

interface Context {
  params: Promise<{ instance: string; nextauth: string[] }>;
}

/** The route handler of `/api/auth/*`. */
export async function nextAuth(request: NextRequest, { params }: Context): Promise<Response> {
  const rp = relyingParty();
  const { instance, nextauth } = await params;
  if (instance !== rp.config.RP_NAME) return new Response("Not found", { status: 404 });
  return respond(request, rp, async () => {
    const base = canonicalBaseUrl(rp);
    const body = request.method === "POST" ? await readText(request.clone() as Request) : "";
    const problem = problemOf(request, body, base);
    if (problem)
      throw new ProtocolError("invalid_request", problem, { help: "Use the buttons of this app." });
    const { name } = cookiesOf(base).callbackUrl;
    const kept = request.cookies.get(name)?.value;
    if (kept && !isCallbackUrl(kept, base)) return seeOther(`${base}/oauth2`, [removed(name, base)]);
    const own: Own = { cookies: [] };
    const options = { ...(await optionsFor(rp, own)), pages: pagesFor(request, rp) };
    // Loaded with the first request: an app whose users sign in with the form does without.
    const { default: NextAuth } = await import("next-auth");
    const response: Response = await NextAuth(request, { params: { nextauth } }, options);
    // next-auth takes every failure for the end of the session and removes its cookie.
    if (own.failure) throw own.failure;
    for (const cookie of own.cookies) response.headers.append("set-cookie", cookie);
    if (response.headers.get("content-type")?.includes("html"))
      response.headers.set("content-security-policy", ownPagesPolicy);
    return response;
  });
}

/** Removes a cookie of next-auth that it cannot read: otherwise it would answer 500 until the browser forgets it. */
const removed = (name: string, base: string): string => setCookie(name, "", base, { maxAge: 0 });

/** What a request causes besides next-auth's own response. */
interface Own {
  /** Cookies that the app sets itself. */
  cookies: string[];
  /** Why it is unknown whether there is a session. */
  failure?: unknown;
}

/** A failed sign-in is reported on the form. Otherwise next-auth shows its own pages, which work without script. */
function pagesFor({ nextUrl }: NextRequest, rp: RelyingParty): NonNullable<AuthOptions["pages"]> {
  const form = `${canonicalBaseUrl(rp)}/oauth2`;
  return nextUrl.searchParams.has("error") ? { error: form, signIn: form } : { error: form };
}

/** next-auth's pages have inline style. */
const ownPagesPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** next-auth answers at one address only (NEXTAUTH_URL), so everything here uses the app's first one. */
async function optionsFor(rp: RelyingParty, own: Own): Promise<AuthOptions> {
  const base = canonicalBaseUrl(rp);
  const [client = { clientId: "" }] = await clientsAt(rp.provider, rp);
  return authOptions({
    base,
    secret: rp.config.RP_SECRET,
    maxAge: lifetime.session / 1000,
    client: await oidcClient(client, rp),
    registry: registryOf(client, base, own, rp),
    logger: {
      error: (code, metadata) => rp.log.warn({ code, detail: detailOf(metadata) }, "next-auth"),
      warn: (code) => rp.log.warn({ code }, "next-auth"),
      debug: () => {},
    },
  });
}

/** An error's own message: nothing else in it is sure to hold no token. */
function detailOf(metadata: unknown): string | undefined {
  const error = metadata instanceof Error ? metadata : (metadata as { error?: unknown }).error;
  return error instanceof Error ? error.message : undefined;
}

async function oidcClient(
  { clientId, clientSecret, encryption }: Client,
  rp: RelyingParty,
): Promise<OidcClient> {
  const { SCOPE: scope, ID_TOKEN_SIGNED_RESPONSE_ALG } = rp.config;
  const encrypted = encryption && {
    id_token_encrypted_response_alg: encryption.alg,
    id_token_encrypted_response_enc: encryption.enc,
  };
  const { provider } = rp;
  const byPost = provider.refusedBasic(clientId);
  return {
    issuer: provider.issuer,
    clientId,
    ...(clientSecret ? { clientSecret } : {}),
    scope,
    metadata: {
      id_token_signed_response_alg: ID_TOKEN_SIGNED_RESPONSE_ALG,
      ...encrypted,
      ...(byPost ? { token_endpoint_auth_method: "client_secret_post" } : {}),
    },
    jwks: { keys: encrypted ? await encryptionKeys(rp) : [] },
    onBasicRefused: () => {
      provider.noteRefusedBasic(clientId);
      const data = { grantType: "authorization_code", clientId, refusedBasic: true };
      void rp.record({ type: "token_request", data });
    },
  };
}

function registryOf(client: Client, base: string, own: Own, rp: RelyingParty): SessionRegistry {
  /** Gives the browser this RP session by the app's own cookie: next-auth's is missing, or about to be removed. */
  const name = async (sessionId: string) => own.cookies.push(await sessionCookie(sessionId, base, rp));
  /** Remembers a failure that next-auth would take for an answer. */
  const orFail = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      own.failure = error;
      throw error;
    }
  };
  return {
    begin: async (account) => {
      const former = await readSession((await headers()).get("cookie"), rp);
      const formerId = former?.sessionId;
      const startedAt = (await signInStartedAt(await allCookies(), base, rp.config.RP_SECRET)) ?? rp.now();
      try {
        return await beginRegisteredSession(account, client, { base, startedAt, formerId }, rp);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        await orFail(async () => name(await keepReason(error, formerId, rp)));
        throw error;
      }
    },
    find: (sessionId) =>
      orFail(async () => {
        const session = await rp.store.readSession(sessionId, rp.now());
        const login = session && (await refreshed(session, rp))?.login;
        if (session && !login) await name(sessionId); // so that the page can say why it ended
        return login;
      }),
    signOut: (sessionId) =>
      orFail(async () => {
        await signOut(sessionId, base, rp);
        await name(sessionId); // the next page asks for it
      }),
  };
}

const allCookies = async () =>
  Object.fromEntries((await cookies()).getAll().map(({ name, value }) => [name, value]));

/** Keeps the reason for the form, where next-auth redirects after a failed sign-in.
 * @returns the id of the RP session that has it */
async function keepReason(
  error: ProtocolError,
  formerId: string | undefined,
  rp: RelyingParty,
): Promise<string> {
  await rp.record({ type: "sign_in_refused", data: { error: error.message, code: error.code } });
  const sessionId = formerId ?? newSessionId();
  const reason = [error.message, error.help].filter(Boolean).join(" ");
  await rp.store.saveForm(sessionId, { values: {}, errors: { "": reason } }, rp.now());
  return sessionId;
}
