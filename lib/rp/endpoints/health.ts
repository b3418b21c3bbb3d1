/** GET /health: whether this process can work; everything it does needs a session store that accepts writes. */
import type { Endpoint } from "../http.ts";

/** @throws {ProtocolError} `store_unavailable` */
export const health: Endpoint = async (_request, rp) => {
  await rp.store.assertWritable(rp.now());
  return new Response("ok\n", { headers: { "cache-control": "no-store" } });
};
