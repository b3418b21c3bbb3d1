/** Ports for servers that this process starts. */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems assign (Linux: from 32768), so that a free port stays free until it is used. */
const first = 20_000;
const count = 12_000;

/** A TCP port on which nothing listens, and which no other caller gets while this process runs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + randomInt(count);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
}

/** Holds the UDP port of the same number, which nothing else uses. Unlike a lock file, it is released when the process
 * ends, however it ends. */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  const bound = once(socket, "listening");
  socket.bind({ port, address: "127.0.0.1", exclusive: true });
  socket.unref();
  try {
    await bound;
    return true;
  } catch {
    socket.close();
    return false;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
