import { endpoint } from "#lib/next/endpoint.ts";
import { silentRequest } from "#lib/rp/rp-iframe.ts";

export const GET = endpoint(silentRequest);
