/** `fetch` for the API of a server that may still be starting. */

import { causeOf } from "#lib/cli/cause.ts";
import { CannotRun } from "#lib/cli/errors.ts";
import {
  isConnectionFailure,
  isStartingStatus,
  NotYet,
  type Patience,
  whenStarted,
} from "#lib/cli/starting.ts";
import { boundedFetch } from "#lib/net/bounded-fetch.ts";

const fetchWithin30s = boundedFetch({ timeout: 30_000 }) as typeof globalThis.fetch;

/** Sends each request again while the server is starting.
 * @throws {CannotRun} (the function) if the server does not answer */
export const patientFetch =
  (patience: Patience): typeof globalThis.fetch =>
  (url, init) =>
    whenStarted(async () => {
      const response = await send(url, init);
      if (isStartingStatus(response.status)) throw new NotYet(`${url} answers HTTP ${response.status}.`);
      return response;
    }, patience);

async function send(...[url, init]: Parameters<typeof globalThis.fetch>): Promise<Response> {
  try {
    return await fetchWithin30s(url, init);
  } catch (error) {
    const message = `${new URL(String(url)).origin} does not answer: ${causeOf(error)}.`;
    throw isConnectionFailure(error) ? new NotYet(message) : new CannotRun(message);
  }
}
