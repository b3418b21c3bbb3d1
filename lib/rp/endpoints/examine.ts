/** POST /examine: examines this app and its OpenID Provider. The page /doctor shows the findings. */
import { examineOnce } from "../examination.ts";
import { assertSameOrigin, type Endpoint, seeOther } from "../http.ts";
import { baseUrlFor } from "../relying-party.ts";

export const runChecks: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  await examineOnce(rp);
  return seeOther(`${base}/doctor`);
};
