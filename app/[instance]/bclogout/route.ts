import { endpoint } from "#lib/next/endpoint.ts";
import { backchannelLogout } from "#lib/rp/backchannel-logout.ts";

export const POST = endpoint(backchannelLogout, { forPeople: false });
