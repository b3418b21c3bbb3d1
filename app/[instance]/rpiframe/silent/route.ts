import { endpoint } from "#lib/next/endpoint.ts";
import { silentRequest } from "#lib/rp/endpoints/rp-iframe.ts";

export const GET = endpoint(silentRequest);
