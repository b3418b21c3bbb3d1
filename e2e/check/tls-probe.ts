/** A back-channel endpoint on https whose certificate nobody trusts. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { generate } from "selfsigned";

export interface TlsProbe {
  uri: string;
  /** TCP connections that came. */
  connections: number;
  /** `TLSv1.3`: of the handshakes that ran to their end. */
  versions: string[];
  /** Requests that came through one of them. */
  requests: number;
  close(): Promise<void>;
}

/** Starts it on a free port; the certificate is for `localhost`, and its own authority. */
export async function untrustedEndpoint(): Promise<TlsProbe> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  const server = createServer({ cert, key }, (request, response) => {
    probe.requests += 1;
    request.resume();
    response.writeHead(200).end();
  });
  const probe: TlsProbe = {
    uri: "",
    connections: 0,
    versions: [],
    requests: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  server.on("connection", () => {
    probe.connections += 1;
  });
  server.on("secureConnection", (socket: TLSSocket) =>
    probe.versions.push(socket.getProtocol() ?? "unknown"),
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  probe.uri = `https://localhost:${(server.address() as AddressInfo).port}/bclogout`;
  return probe;
}
