import { endpoint } from "#lib/next/endpoint.ts";
import { runChecks } from "#lib/rp/examine.ts";

export const POST = endpoint(runChecks);
