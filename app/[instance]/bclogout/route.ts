import { endpoint } from "#lib/next/endpoint.ts";
import { backchannelLogout } from "#lib/rp/endpoints/backchannel-logout.ts";
import { plainly, postOnly } from "#lib/rp/http.ts";

const refused = endpoint(postOnly, { forPeople: false });

/** The server itself answers first, with the same function: lib/next/logout-tokens.ts. */
export const POST = endpoint(plainly(backchannelLogout), { forPeople: false });
export {
  refused as DELETE,
  refused as GET,
  refused as HEAD,
  refused as OPTIONS,
  refused as PATCH,
  refused as PUT,
};
