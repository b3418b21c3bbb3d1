/** Waits for a server that may still be starting. */
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "#lib/net/innermost-error.ts";
import { CannotRun } from "./errors.ts";

export interface Patience {
  /** When waiting ends, on the clock of `performance.now()`. */
  deadline: number;
  /** Called every few seconds with the reason for waiting. */
  say: (line: string) => void;
}

/** The server does not answer yet, or not as it will once it has started. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

const POLL_MS = 500;
const SAY_MS = 5_000;

/** Repeats an attempt while it fails with {@link NotYet} and there is time.
 * @throws {CannotRun} with the last reason when the time is over */
export async function whenStarted<T>(attempt: () => Promise<T>, { deadline, say }: Patience): Promise<T> {
  let nextWord = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      const now = performance.now();
      if (now >= deadline) {
        throw new CannotRun(`${error.message} If it is still starting, wait for it with --wait SECONDS.`);
      }
      if (now >= nextWord) {
        say(`Waiting, ${Math.ceil((deadline - now) / 1000)} s at most: ${error.message}`);
        nextWord = now + SAY_MS;
      }
      await delay(POLL_MS);
    }
  }
}

const notYetCodes = new Set([
  "TimeoutError",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether a failed request may soon succeed: connection refused, reset or timed out. */
export function isConnectionFailure(error: unknown): boolean {
  return notYetCodes.has(errorCode(error));
}

/** Statuses of a server, or of the proxy before it, that is starting. */
export const isStartingStatus = (status: number): boolean => [502, 503, 504].includes(status);
