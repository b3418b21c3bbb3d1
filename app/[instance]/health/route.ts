import { endpoint } from "#lib/next/endpoint.ts";
import { health } from "#lib/rp/endpoints/health.ts";

export const GET = endpoint(health, { forPeople: false });
