import { endpoint } from "#lib/next/endpoint.ts";

export const GET = endpoint(async () => new Response("ok\n", { headers: { "cache-control": "no-store" } }), {
  forPeople: false,
});
