/** A connection that loses answers: it stands between a store and Redis. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface FragileConnection {
  port: number;
  /** What is asked from now on still arrives; the connection breaks before the first answer is handed on. Resolves
   * then; new connections are whole again. */
  loseNextAnswer: () => Promise<void>;
  close: () => Promise<void>;
}

export async function fragileConnection(target: number): Promise<FragileConnection> {
  const sockets = new Set<Socket>();
  let lose: (() => void) | undefined;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    near.pipe(far);
    far.on("data", (answer) => {
      if (!lose) {
        near.write(answer);
        return;
      }
      near.destroy();
      far.destroy();
      lose();
      lose = undefined;
    });
    far.on("close", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    loseNextAnswer: () =>
      new Promise((resolve) => {
        lose = resolve;
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
