/** A proxy between a store and Redis that loses answers, and can follow another primary. */
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
  /** Breaks the connections; new ones lead to this port. */
  leadTo: (port: number) => void;
}

/** @param first port of Redis */
export async function fragileConnection(first: number): Promise<FragileConnection> {
  let target = first;
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
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    restore: async () => void (await listen(port)),
    loseAnswerTo: (command) =>
      new Promise((lost) => {
        awaited = { command, lost };
      }),
    leadTo: (next) => {
      target = next;
      breakAll();
    },
    cut: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
