/** A Relying Party whose back-channel logout endpoint answers as a test chooses. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivingRp {
  /** Base URL of the Relying Party. */
  base: string;
  logoutTokens: string[];
  /** Requests to other paths. */
  elsewhere: string[];
  /** Resolves once a logout token has been received. */
  received: Promise<void>;
  /** Resolves once another one has been received. */
  next(): Promise<void>;
  /** Answers the next logout tokens. */
  answer: (response: ServerResponse) => void;
  /** Listens again after `close`, on the same port. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export const accepted = (response: ServerResponse): void => {
  response.writeHead(200).end();
};

export async function receivingRp(): Promise<ReceivingRp> {
  const received = Promise.withResolvers<void>();
  let another = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.url !== "/bclogout") rp.elsewhere.push(request.url ?? "");
    else
      rp.logoutTokens.push(new URLSearchParams(Buffer.concat(chunks).toString()).get("logout_token") ?? "");
    rp.answer(response);
    if (rp.logoutTokens.length > 0) received.resolve();
    another.resolve();
    another = Promise.withResolvers();
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const rp: ReceivingRp = {
    base: `http://localhost:${port}`,
    logoutTokens: [],
    elsewhere: [],
    received: received.promise,
    next: () => another.promise,
    answer: accepted,
    reopen: () => listen(port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return rp;
}
