import { endpoint } from "#lib/next/endpoint.ts";
import { backchannelLogout } from "#lib/rp/endpoints/backchannel-logout.ts";
import { postOnly } from "#lib/rp/http.ts";

const refused = endpoint(postOnly, { forPeople: false });

export const POST = endpoint(backchannelLogout, { forPeople: false });
export {
  refused as DELETE,
  refused as GET,
  refused as HEAD,
  refused as OPTIONS,
  refused as PATCH,
  refused as PUT,
};
