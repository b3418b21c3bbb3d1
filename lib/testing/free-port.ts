/** Ports for servers that a test starts. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Where no system hands out ports by itself (Linux does from 32768 on): what is free here stays so until it is used,
 * whatever runs beside the test. */
const first = 20_000;
const count = 12_000;

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + randomInt(count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
