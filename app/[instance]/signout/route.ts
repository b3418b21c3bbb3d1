import { endpoint } from "#lib/next/endpoint.ts";
import { sendSignOut } from "#lib/rp/endpoints/signout.ts";

export const GET = endpoint(sendSignOut);
