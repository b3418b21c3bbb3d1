import { endpoint } from "#lib/next/endpoint.ts";
import { chooseMechanisms } from "#lib/rp/endpoints/mechanisms.ts";

export const POST = endpoint(chooseMechanisms);
