/** The precondition of a run: there is an OpenID Provider with this issuer, and it has logout. Otherwise one line says what
 * to do. */
import { CannotRun } from "#lib/cli/errors.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { bounded } from "#lib/net/bounded-fetch.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { errorCode, reason } from "#lib/net/innermost-error.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { templateProblem } from "#lib/oidc/issuer-template.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";

const largest = 1024 * 1024;

/** Reads the discovery document (Discovery 4) and compares its issuer.
 * @throws {CannotRun} */
export async function reach(provider: OpenIdProvider, fetch: Fetch): Promise<Metadata> {
  const { issuer } = provider;
  const url = discoveryUrl(issuer);
  const { status, type, text } = await read(url, fetch);
  if (status !== 200) {
    throw new CannotRun(
      `${url} was answered with HTTP ${status}, not with a discovery document: check that ${issuer} is the issuer.`,
    );
  }
  const document = parsed(text);
  if (!document) {
    throw new CannotRun(
      `${url} was answered with ${type ?? "something"} that is not a discovery document: check that ${issuer} is the issuer.`,
    );
  }
  const template = templateProblem(document.issuer);
  if (template) throw new CannotRun(`${url} names no issuer: ${template} (--issuer).`);
  if (document.issuer !== issuer) {
    throw new CannotRun(
      `${url} says that its issuer is ${shown(document.issuer)}, not ${issuer}: pass exactly that to --issuer.`,
    );
  }
  await provider.metadata().catch((error: unknown) => {
    if (error instanceof ProtocolError) throw new CannotRun(error.message);
    throw error;
  });
  return document as unknown as Metadata; // with its odd values, which checks look for
}

/** Without an end session endpoint there is nothing to check.
 * @throws {CannotRun} */
export function assertLogout({ issuer, end_session_endpoint: endpoint }: Metadata): void {
  if (typeof endpoint === "string" && URL.canParse(endpoint)) return;
  throw new CannotRun(
    `${issuer} declares no end_session_endpoint (RIL 2.1), so there is no logout to check: enable RP-initiated logout at the OpenID Provider.`,
  );
}

async function read(url: string, fetch: Fetch) {
  try {
    const headers = { accept: "application/json" };
    const response = await bounded(await fetch(url, { headers, redirect: "manual" }), largest);
    const type = response.headers.get("content-type")?.split(";", 1)[0];
    return { status: response.status, type, text: await response.text() };
  } catch (error) {
    throw new CannotRun(`${whyNoAnswer(new URL(url), error)}`);
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const shown = (value: unknown): string => (typeof value === "string" && value ? value : "nothing");

const untrusted = "pass its CA with --ca FILE, or disable verification with --insecure";

/** Why a request failed, and what to do. */
function whyNoAnswer({ host, hostname, origin }: URL, error: unknown): string {
  const code = errorCode(error);
  const said = reason(error);
  if (code === "ECONNREFUSED")
    return `Nothing listens at ${host} (connection refused): start the OpenID Provider, or check --issuer.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `The host ${hostname} does not exist (DNS): check --issuer.`;
  if (/TIMEDOUT|TIMEOUT|TimeoutError/.test(code))
    return `${origin} does not answer (timeout): check that the OpenID Provider is running and reachable from here.`;
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED/.test(code))
    return `The certificate of ${origin} is not trusted (${said}): ${untrusted}.`;
  if (/CERT|ALTNAME/.test(code))
    return `The certificate of ${origin} is invalid (${said}): fix it, or disable verification with --insecure.`;
  if (/SSL|EPROTO/.test(code))
    return `${origin} does not speak TLS (${code}): check whether --issuer should begin with http.`;
  return `${origin} gives no readable answer (${said}): check --issuer.`;
}
