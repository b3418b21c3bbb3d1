import { endpoint } from "#lib/next/endpoint.ts";
import { frontchannelLogout } from "#lib/rp/frontchannel-logout.ts";

export const GET = endpoint(frontchannelLogout, { forPeople: false });
