import { endpoint } from "#lib/next/endpoint.ts";
import { silentRequest } from "#lib/rp/endpoints/silent-request.ts";

export const GET = endpoint(silentRequest);
