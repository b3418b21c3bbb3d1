import { endpoint } from "#lib/next/endpoint.ts";
import { logout } from "#lib/rp/logout.ts";
import { postLogout } from "#lib/rp/post-logout.ts";

export const GET = endpoint(postLogout);
export const POST = endpoint(logout);
