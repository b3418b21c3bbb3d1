import { endpoint } from "#lib/next/endpoint.ts";
import { frontchannelLogout } from "#lib/rp/endpoints/frontchannel-logout.ts";

export const GET = endpoint(frontchannelLogout, { forPeople: false });
