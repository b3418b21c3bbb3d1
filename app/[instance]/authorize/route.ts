import { endpoint } from "#lib/next/endpoint.ts";
import { authorize } from "#lib/rp/endpoints/authorize.ts";

export const POST = endpoint(authorize);
