import { endpoint } from "#lib/next/endpoint.ts";
import { sessionJson } from "#lib/rp/endpoints/session.ts";

export const GET = endpoint(sessionJson, { forPeople: false });
