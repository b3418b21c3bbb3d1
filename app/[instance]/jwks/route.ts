import { endpoint } from "#lib/next/endpoint.ts";
import { jwks } from "#lib/rp/endpoints/jwks.ts";

export const GET = endpoint(jwks, { forPeople: false });
