import { endpoint } from "#lib/next/endpoint.ts";
import { sendSignOut } from "#lib/rp/sign-out.ts";

export const GET = endpoint(sendSignOut);
