import { endpoint } from "#lib/next/endpoint.ts";
import { notFound } from "#lib/rp/endpoints/not-found.ts";

const answer = endpoint(notFound);

export { answer as DELETE, answer as GET, answer as OPTIONS, answer as PATCH, answer as POST, answer as PUT };
