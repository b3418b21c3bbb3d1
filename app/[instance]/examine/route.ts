import { endpoint } from "#lib/next/endpoint.ts";
import { runChecks } from "#lib/rp/endpoints/examine.ts";

export const POST = endpoint(runChecks);
