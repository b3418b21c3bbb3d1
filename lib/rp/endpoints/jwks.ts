/** GET /jwks: the public halves of this app's keys (RFC 7517 5), which it registers as `jwks_uri`. */
import { encryptionKeys } from "../encryption-keys.ts";
import type { Endpoint } from "../http.ts";

export const jwks: Endpoint = async (_request, rp) => {
  const keys = (await encryptionKeys(rp)).map(({ kty, n, e, crv, x, y, kid, use }) => ({
    ...{ kty, n, e, crv, x, y, kid, use },
  }));
  return Response.json({ keys }, { headers: { "cache-control": "public, max-age=300" } });
};
