import { endpoint } from "#lib/next/endpoint.ts";
import { register } from "#lib/rp/endpoints/register.ts";

export const POST = endpoint(register);
