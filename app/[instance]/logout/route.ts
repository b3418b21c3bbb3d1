import { endpoint } from "#lib/next/endpoint.ts";
import { logout } from "#lib/rp/endpoints/logout.ts";
import { postLogout } from "#lib/rp/endpoints/post-logout.ts";

export const GET = endpoint(postLogout);
export const POST = endpoint(logout);
