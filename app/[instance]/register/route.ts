import { endpoint } from "#lib/next/endpoint.ts";
import { register } from "#lib/rp/register.ts";

export const POST = endpoint(register);
