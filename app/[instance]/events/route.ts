import { endpoint } from "#lib/next/endpoint.ts";
import { sessionEvents } from "#lib/rp/endpoints/events.ts";

export const GET = endpoint(sessionEvents, { forPeople: false });
