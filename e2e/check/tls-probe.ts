/** A back-channel endpoint on https whose certificate nobody trusts. */
import { createServer } from "node:https";
import { type AddressInfo, isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { listensOn } from "./relying-party.ts";

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

/** Starts it on a free port; the certificate is its own authority.
 * @param serverHost which it is for: what the OP's server calls this machine; `localhost` where absent */
export async function untrustedEndpoint(serverHost: string | undefined): Promise<TlsProbe> {
  const host = serverHost ?? "localhost";
  const name = isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host };
  const { cert, private: key } = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [name] }],
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
  await new Promise<void>((resolve) => server.listen(0, listensOn(serverHost), resolve));
  probe.uri = `https://${host}:${(server.address() as AddressInfo).port}/bclogout`;
  return probe;
}
