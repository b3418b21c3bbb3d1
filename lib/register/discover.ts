/** The discovery document of the user's own OpenID Provider, and errors in one line. */
import * as oidc from "openid-client";
import { DemoError } from "#lib/cli/demo-error.ts";
import { isConnectionFailure, isStartingStatus, NotYet } from "#lib/cli/starting.ts";

const TIMEOUT_S = 10;

/** Reads the discovery document.
 * @throws {DemoError} if it is missing, or another issuer's */
export async function discover(issuer: string): Promise<oidc.ServerMetadata> {
  try {
    return await discoverNow(issuer);
  } catch (error) {
    throw error instanceof NotYet ? new DemoError(error.message) : error;
  }
}

/** Reads the discovery document, once.
 * @throws {NotYet} if the server may still be starting
 * @throws {DemoError} if it is missing, or another issuer's */
export async function discoverNow(issuer: string): Promise<oidc.ServerMetadata> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  let metadata: oidc.ServerMetadata;
  try {
    const options = { execute: [oidc.allowInsecureRequests], timeout: TIMEOUT_S };
    // The whole URL: given the issuer alone, the library compares it normalised.
    metadata = (
      await oidc.discovery(new URL(url), "discovery", undefined, undefined, options)
    ).serverMetadata();
  } catch (error) {
    const message = `No discovery document at ${url}: ${causeOf(error)}.`;
    throw mayBeStarting(error) ? new NotYet(message) : new DemoError(message);
  }
  if (metadata.issuer !== issuer) {
    throw new DemoError(
      `${url} says that its issuer is ${metadata.issuer}; pass exactly that with --issuer.`,
    );
  }
  return metadata;
}

/** A server starts its applications one after the other: until then it answers 404. */
function mayBeStarting(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  if (cause instanceof Response) return cause.status === 404 || isStartingStatus(cause.status);
  return isConnectionFailure(error);
}

const NAME_FILE = "name the file with NODE_EXTRA_CA_CERTS (slo-playground register has --ca FILE)";
const advice: Record<string, string> = {
  ERR_SSL_WRONG_VERSION_NUMBER: "it speaks http, not https",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_SIGNATURE_FAILURE: "its certificate is not the trusted one; was it replaced?",
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed, and not trusted; ${NAME_FILE}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate authority is unknown; ${NAME_FILE}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate authority is unknown; ${NAME_FILE}`,
};

/** The innermost reason, which the library and `fetch` wrap several times. */
export function causeOf(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError) {
    return `HTTP ${error.status}, ${error.error}${error.error_description ? `: ${error.error_description}` : ""}`;
  }
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Response) return `HTTP ${error.cause.status}`;
  if (error.cause instanceof Error) return causeOf(error.cause);
  // Node tries every address of `localhost` and reports all failures in one.
  const [first] = error instanceof AggregateError ? error.errors : [];
  if (first instanceof Error) return causeOf(first);
  const code = "code" in error ? String(error.code) : "";
  return advice[code] ?? error.message.split("\n", 1).join();
}
