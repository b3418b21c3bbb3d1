/** What a client's answer to a logout token means: whether it is sent again, and when. */

/** The answer of a client, or why there is none. */
export interface Answer {
  /** Where the logout token was sent; missing if it was not. */
  uri?: string;
  /** Missing without an answer. */
  status?: number;
  /** The header field of the answer. */
  retryAfter?: string | undefined;
  /** Why the delivery failed; missing if it succeeded. */
  error?: string;
  /** True if no attempt makes sense any more. */
  final?: boolean;
}

/** The state of a delivery after an attempt; a pending one is attempted again at `nextAt`. */
export type Outcome = { state: "delivered" | "failed" } | { state: "pending"; nextAt: Date };

/** RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4: the same request may succeed later. */
const temporary: readonly number[] = [408, 425, 429];

/** BCL 2.8 names 200, 204 and 400, and 2.5 allows sending again after a failure that may be temporary. Redirects and
 * other client errors come from a wrong registration, which only an administrator can correct.
 * @param delivery with the number of attempts so far, this one included */
export function outcomeOf(
  { status, error, final, retryAfter }: Answer,
  delivery: { endedAt: Date; attempts: number },
  now: number,
): Outcome {
  if (error === undefined) return { state: "delivered" };
  const mayHelp = !final && (status === undefined || status >= 500 || temporary.includes(status));
  const nextAt = mayHelp ? nextAttempt(delivery, retryAfter, now) : undefined;
  return nextAt ? { state: "pending", nextAt } : { state: "failed" };
}

/** An app is not expected to keep a user signed in for longer than the OP itself would: 12 hours. */
const deadlineMs = 12 * 60 * 60 * 1000;
const firstDelayMs = 1_000;
const longestDelayMs = 5 * 60 * 1000;

/** After a delay that doubles each time, and not before the answer's `Retry-After` (RFC 9110 10.2.3); undefined if it is
 * too late. */
function nextAttempt(
  { endedAt, attempts }: { endedAt: Date; attempts: number },
  retryAfter: string | undefined,
  now: number,
): Date | undefined {
  const deadline = endedAt.getTime() + deadlineMs;
  if (now >= deadline) return undefined;
  const delay = Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs);
  return new Date(Math.min(Math.max(now + delay, permittedFrom(retryAfter, now)), deadline));
}

/** A number of seconds or a date; anything else is no restriction. */
function permittedFrom(retryAfter: string | undefined, now: number): number {
  if (retryAfter === undefined) return now;
  if (/^\d+$/.test(retryAfter)) return now + Number(retryAfter) * 1000;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? now : date;
}
