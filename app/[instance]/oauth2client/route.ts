import { endpoint } from "#lib/next/endpoint.ts";
import { callback } from "#lib/rp/endpoints/callback.ts";

export const GET = endpoint(callback);
export const POST = endpoint(callback);
