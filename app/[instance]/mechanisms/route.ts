import { endpoint } from "#lib/next/endpoint.ts";
import { chooseMechanisms } from "#lib/rp/mechanisms.ts";

export const POST = endpoint(chooseMechanisms);
