import { endpoint } from "#lib/next/endpoint.ts";
import { authorize } from "#lib/rp/authorize.ts";

export const POST = endpoint(authorize);
