/** A proxy between a store and Redis that loses answers. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface FragileConnection {
  port: number;
  /** Breaks the connection after the next command of this kind has arrived, before its answer is passed on, and resolves
   * then. New connections work. */
  loseAnswerTo: (command: string) => Promise<void>;
  /** Breaks the connections and accepts none until `restore`. */
  cut: () => Promise<void>;
  restore: () => Promise<void>;
}

export async function fragileConnection(target: number): Promise<FragileConnection> {
  const sockets = new Set<Socket>();
  let awaited: { command: string; lost: () => void } | undefined;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    let losing = false;
    near.on("data", (asked: Buffer) => {
      losing ||= awaited !== undefined && asked.toString("latin1").toLowerCase().includes(awaited.command);
      far.write(asked);
    });
    far.on("data", (answer) => {
      if (!losing) {
        near.write(answer);
        return;
      }
      near.destroy();
      far.destroy();
      awaited?.lost();
      awaited = undefined;
    });
    far.on("close", () => near.destroy());
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    port,
    restore: async () => void (await listen(port)),
    loseAnswerTo: (command) =>
      new Promise((lost) => {
        awaited = { command, lost };
      }),
    cut: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
