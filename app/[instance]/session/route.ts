import { endpoint } from "#lib/next/endpoint.ts";
import { sessionJson } from "#lib/rp/session-json.ts";

export const GET = endpoint(sessionJson, { forPeople: false });
