/** The doctor's requests: few, short, and only to trusted origins. */
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { guardedFetch } from "#lib/net/guarded-fetch.ts";
import { reason } from "#lib/net/innermost-error.ts";

/** Limit for one examination. */
export const maxRequests = 20;
export const patienceSeconds = 5;

export interface Answer {
  url: string;
  status: number;
  headers: Headers;
  text: string;
  /** Milliseconds since the epoch, by this machine's clock. */
  sentAt: number;
  receivedAt: number;
}

/** There was no answer. The message says why. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

export interface Prober {
  /** Sends one request. A redirect is an answer and not followed.
   * @throws {Unanswered} */
  ask(url: string, init?: Omit<Parameters<Fetch>[1], "signal" | "redirect">): Promise<Answer>;
  /** Counts one request that is not HTTP.
   * @throws {Unanswered} */
  spend(url: string): void;
  /** Trusts this URL's origin from now on. */
  vouch(url: string): void;
  /** All answers so far. */
  readonly answers: readonly Answer[];
}

/** @param trusted URLs whose origins are trusted from the start */
export function createProber(
  trusted: readonly string[],
  now: () => number,
  fetch: Fetch = (url, init) => globalThis.fetch(url, init as RequestInit),
): Prober {
  const origins = new Set(trusted.map((url) => new URL(url).origin));
  const refuse = (origin: string) =>
    new Unanswered(`no request was sent to ${origin}, because the issuer has not vouched for it`);
  const guard = guardedFetch({ fetch, origins, loopback: false, refuse });
  const answers: Answer[] = [];
  let left = maxRequests;
  const spend = (url: string) => {
    if (!URL.canParse(url)) throw new Unanswered("it is not a URL");
    guard.assertAllowed(url);
    if (left === 0)
      throw new Unanswered(`no request was sent: the limit of ${maxRequests} for one examination is reached`);
    left -= 1;
  };
  return {
    answers,
    spend,
    vouch: (url) => void origins.add(new URL(url).origin),
    ask: async (url, init = {}) => {
      spend(url);
      const sentAt = now();
      try {
        const signal = AbortSignal.timeout(patienceSeconds * 1000);
        const response = await guard.fetch(url, { ...init, signal });
        const { status, headers } = response;
        const answer = { url, status, headers, text: await response.text(), sentAt, receivedAt: now() };
        answers.push(answer);
        return answer;
      } catch (error) {
        throw new Unanswered(isTimeout(error) ? `no answer within ${patienceSeconds} s` : reason(error));
      }
    },
  };
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === "TimeoutError";

/** Where an answer redirects to; undefined if it does not. */
export function redirectOf({ status, headers, url }: Answer): URL | undefined {
  const location = headers.get("location");
  if (status < 300 || status > 399 || location === null) return undefined;
  return URL.parse(location, url) ?? undefined;
}

/** An answer in a few words: its status, and the target of a redirect without its parameters. */
export function outlineOf(answer: Answer): string {
  const target = redirectOf(answer);
  return target ? `HTTP ${answer.status} to ${target.origin}${target.pathname}` : `HTTP ${answer.status}`;
}
