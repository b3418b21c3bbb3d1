import { endpoint } from "#lib/next/endpoint.ts";
import { reset } from "#lib/rp/endpoints/reset.ts";

export const POST = endpoint(reset);
