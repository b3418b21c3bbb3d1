import { endpoint } from "#lib/next/endpoint.ts";
import { logout, postLogout } from "#lib/rp/endpoints/logout.ts";

export const GET = endpoint(postLogout);
export const POST = endpoint(logout);
