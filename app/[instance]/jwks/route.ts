import { endpoint } from "#lib/next/endpoint.ts";
import { jwks } from "#lib/rp/encryption-keys.ts";

export const GET = endpoint(jwks, { forPeople: false });
