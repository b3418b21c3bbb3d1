/** GET /health: whether this process can work; everything it does needs the session store. */
import type { Endpoint } from "../http.ts";

/** @throws {ProtocolError} `store_unavailable` */
export const health: Endpoint = async (_request, rp) => {
  await rp.store.readMechanisms();
  return new Response("ok\n", { headers: { "cache-control": "no-store" } });
};
