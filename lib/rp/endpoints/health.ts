/** GET /health: whether this process can do its work; it needs the session store for all of it. */
import type { Endpoint } from "../http.ts";

/** @throws {ProtocolError} `store_unavailable` */
export const health: Endpoint = async (_request, rp) => {
  await rp.store.readMechanisms();
  return new Response("ok\n", { headers: { "cache-control": "no-store" } });
};
