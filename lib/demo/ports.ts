/** Whether the ports are free, before anything starts. */
import { createServer } from "node:net";
import { CannotRun } from "#lib/cli/errors.ts";

/** A port, and what to do if it is in use. */
export interface WantedPort {
  port: number;
  /** The flag that chooses another one, with an example. */
  flag: string;
}

/** Browsers try both for `localhost`: a foreign process on either would answer in our place. */
const loopbackAddresses = ["127.0.0.1", "::1"];

/** @throws {CannotRun} that names the first port in use, and the flag that chooses another one */
export async function checkPorts(wanted: WantedPort[]): Promise<void> {
  for (const { port, flag } of wanted) {
    for (const address of loopbackAddresses) {
      const problem = await problemOf(port, address);
      if (problem === "EADDRINUSE") {
        throw new CannotRun(`Port ${port} is in use; free it or choose others with ${flag}.`);
      }
      if (problem === "EACCES") {
        throw new CannotRun(`Port ${port} is not permitted for this user; choose others with ${flag}.`);
      }
    }
  }
}

/** Why listening there fails; undefined if it does not, or if the machine lacks that address (no IPv6). */
function problemOf(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
