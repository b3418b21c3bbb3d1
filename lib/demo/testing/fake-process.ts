/** Stand-ins for the processes of the demo. */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { environment } from "#lib/config/env.ts";
import type { ProcessPlan } from "../managed-process.ts";

/** A program that answers 200 on its port; `POST /end` makes it print 30 lines and end with exit code 7. */
const serverScript = `
  require("node:http").createServer((request, response) => {
    response.end("ok");
    if (request.method !== "POST") return;
    for (let line = 1; line <= 30; line++) console.log("line " + line);
    process.exitCode = 7;
    response.once("close", () => process.exit());
  }).listen(Number(process.argv[1]), "127.0.0.1");
`;

/** A plan of a server that is ready at once. */
export const fakePlan = (name: string, port: number): ProcessPlan => ({
  name,
  args: ["-e", serverScript, String(port)],
  address: `http://localhost:${port}/`,
  probe: `http://127.0.0.1:${port}/`,
  env: environment(),
});

/** A port in use, as long as the test wants. */
export function takenPort(): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    // An open connection would keep the server from closing.
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, release: () => new Promise((done) => void server.close(() => done())) });
    });
  });
}
