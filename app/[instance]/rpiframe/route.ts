import { endpoint } from "#lib/next/endpoint.ts";
import { rpIframe } from "#lib/rp/endpoints/rp-iframe.ts";

export const GET = endpoint(rpIframe);
