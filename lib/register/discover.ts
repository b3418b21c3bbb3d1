/** The discovery document of the user's own OpenID Provider, and errors in one line. */
import * as oidc from "openid-client";
import { causeOf } from "#lib/cli/cause.ts";
import { CannotRun } from "#lib/cli/errors.ts";
import { isConnectionFailure, isStartingStatus, NotYet } from "#lib/cli/starting.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { foreignText } from "#lib/net/foreign-text.ts";
import { templateProblem } from "#lib/oidc/issuer-template.ts";
import { usableMetadata } from "#lib/oidc/usable-metadata.ts";

const timeoutSeconds = 10;

/** Reads the discovery document.
 * @throws {CannotRun} if it is missing, or another issuer's */
export async function discover(issuer: string): Promise<oidc.ServerMetadata> {
  try {
    return await discoverNow(issuer);
  } catch (error) {
    throw error instanceof NotYet ? new CannotRun(error.message) : error;
  }
}

/** Reads the discovery document, once.
 * @throws {NotYet} if the server may still be starting
 * @throws {CannotRun} if it is missing, or another issuer's */
export async function discoverNow(issuer: string): Promise<oidc.ServerMetadata> {
  const url = discoveryUrl(issuer);
  let metadata: oidc.ServerMetadata;
  try {
    const options = { execute: [oidc.allowInsecureRequests], timeout: timeoutSeconds };
    // The whole URL: given the issuer alone, the library compares it normalized.
    metadata = (
      await oidc.discovery(new URL(url), "discovery", undefined, undefined, options)
    ).serverMetadata();
  } catch (error) {
    const message = `No discovery document at ${url}: ${causeOf(error)}.`;
    throw mayBeStarting(error) ? new NotYet(message) : new CannotRun(message);
  }
  const template = templateProblem(metadata.issuer);
  if (template) throw new CannotRun(`${url} names no issuer: ${template} (--issuer).`);
  if (metadata.issuer !== issuer) {
    throw new CannotRun(
      `${url} says that its issuer is ${foreignText(metadata.issuer)}; pass exactly that with --issuer.`,
    );
  }
  return usableMetadata(metadata).value;
}

/** A server may answer 404 until its applications have started. */
function mayBeStarting(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  if (cause instanceof Response) return cause.status === 404 || isStartingStatus(cause.status);
  return isConnectionFailure(error);
}
