/** A back-channel endpoint on https with an untrusted certificate. */
import { createServer } from "node:https";
import { type AddressInfo, createServer as createListener, isIP, type Socket } from "node:net";
import { generate } from "selfsigned";
import { offeredVersions } from "./client-hello.ts";
import { listensOn } from "./relying-party.ts";

export interface TlsProbe {
  uri: string;
  /** TCP connections so far. */
  connections: number;
  /** TLS versions offered on any of them, for example `TLS 1.3`, whether or not the handshake completed. */
  offered: Set<string>;
  /** Requests on any of them. */
  requests: number;
  /** Settles after a request, or after a connection that ended without one. */
  tried: Promise<void>;
  close(): Promise<void>;
}

/** Starts it on a free port, with a self-signed certificate.
 * @param serverHost the name of this machine for the OP's server; default: `localhost` */
export async function untrustedEndpoint(serverHost: string | undefined): Promise<TlsProbe> {
  const host = serverHost ?? "localhost";
  const name = isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host };
  const { cert, private: key } = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [name] }],
  });
  const tried = Promise.withResolvers<void>();
  const server = createServer({ cert, key }, (request, response) => {
    probe.requests += 1;
    tried.resolve();
    request.resume();
    response.writeHead(200).end();
  });
  server.on("tlsClientError", () => undefined);
  const open = new Set<Socket>();
  const listener = createListener((socket) => {
    probe.connections += 1;
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      open.delete(socket);
      tried.resolve();
    });
    onClientHello(socket, (versions) => {
      for (const version of versions) probe.offered.add(version);
      server.emit("connection", socket);
    });
  });
  const probe: TlsProbe = {
    uri: "",
    connections: 0,
    offered: new Set(),
    requests: 0,
    tried: tried.promise,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => listener.listen(0, listensOn(serverHost), resolve));
  probe.uri = `https://${host}:${(listener.address() as AddressInfo).port}/bclogout`;
  return probe;
}

/** Reads the ClientHello and puts it back. */
function onClientHello(socket: Socket, then: (versions: string[]) => void): void {
  let bytes = Buffer.alloc(0);
  const read = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const versions = offeredVersions(bytes);
    if (!versions) return;
    socket.off("data", read);
    socket.pause();
    socket.unshift(bytes);
    then(versions);
  };
  socket.on("data", read);
}
