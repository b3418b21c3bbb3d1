/** Requests to addresses that a user or another server may have chosen: only to listed origins, without following
 * redirects, bounded in time and size. */
import { boundedFetch, type Fetch } from "./bounded-fetch.ts";
import { isCertainlyLoopback } from "./loopback.ts";

/** Bytes. */
const largestBody = 1024 * 1024;

interface GuardOptions {
  fetch: Fetch;
  /** Allowed origins; the set may grow. */
  origins: ReadonlySet<string>;
  /** Whether every port of this machine is allowed, too. */
  loopback: boolean;
  /** The error for any other origin. */
  refuse: (origin: string) => Error;
}

interface Guard {
  fetch: Fetch;
  /** Throws the caller's error unless this URL is allowed.
   * @throws {TypeError} if it is not a URL */
  assertAllowed: (url: string) => void;
}

export function guardedFetch({ fetch, origins, loopback, refuse }: GuardOptions): Guard {
  const assertAllowed = (url: string) => {
    const { protocol, origin, hostname } = new URL(url);
    const web = protocol === "https:" || protocol === "http:"; // a blob: URL has the origin of another URL
    if (web && (origins.has(origin) || (loopback && isCertainlyLoopback(hostname)))) return;
    throw refuse(origin);
  };
  const send = boundedFetch({ fetch, largest: largestBody });
  const guarded: Fetch = async (url, init) => {
    assertAllowed(url);
    return send(url, { ...init, redirect: "manual" });
  };
  return { fetch: guarded, assertAllowed };
}
