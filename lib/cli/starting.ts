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

/** The server does not answer yet, or not as it will once started. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

const pollMs = 500;
const sayMs = 5_000;

/** Retries an attempt that fails with {@link NotYet} until the deadline.
 * @throws {CannotRun} with the last reason, once time is up */
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
        nextWord = now + sayMs;
      }
      await delay(pollMs);
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

/** Whether a server that is starting, or the proxy in front of it, answers with this status. */
export const isStartingStatus = (status: number): boolean => [502, 503, 504].includes(status);
