/** Connects a Next route to an endpoint of lib/rp. */
import "server-only";
import { type Endpoint, respond, respondPlainly } from "#lib/rp/http.ts";
import { relyingParty } from "./relying-party.ts";

interface Context {
  params: Promise<{ instance: string }>;
}

/** A route handler that runs `endpoint` for this instance's own name; any other first path segment is not found. */
export const endpoint =
  (run: Endpoint, { forPeople = true } = {}) =>
  async (request: Request, { params }: Context): Promise<Response> => {
    const rp = relyingParty();
    if ((await params).instance !== rp.config.RP_NAME) {
      return new Response("Not found", { status: 404, headers: { "cache-control": "no-store" } });
    }
    return (forPeople ? respond : respondPlainly)(request, rp, run);
  };
