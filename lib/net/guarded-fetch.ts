/** The one way out for server-side requests: a list of origins, no redirects, bounded time and size. */

import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Fetch } from "#lib/oidc/provider.ts";
import { bounded } from "./bounded-response.ts";

const timeout = 10_000;
const largestBody = 1024 * 1024;

export interface Guard {
  fetch: Fetch;
  /** @throws {ProtocolError} `endpoint_not_allowed` */
  assertAllowed: (url: string) => void;
}

/** @param origins that may be asked; may grow while the app runs
 *  @param loopback whether any address of this machine may be asked too */
export function guardedFetch(options: { fetch: Fetch; origins: Set<string>; loopback: boolean }): Guard {
  const { origins, loopback } = options;
  const assertAllowed = (url: string) => {
    const { origin, hostname } = new URL(url);
    if (origins.has(origin) || (loopback && isLoopback(hostname))) return;
    throw new ProtocolError("endpoint_not_allowed", `This app sends no requests to ${origin}.`, {
      help: "Add the issuer to TRUSTED_ISSUERS if you trust it, then restart the app.",
    });
  };
  const guarded: Fetch = async (url, init) => {
    assertAllowed(url);
    const signals = [AbortSignal.timeout(timeout), init.signal].filter((signal) => signal != null);
    const response = await options.fetch(url, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.any(signals),
    });
    return bounded(response, largestBody);
  };
  return { fetch: guarded, assertAllowed };
}

const isLoopback = (hostname: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
