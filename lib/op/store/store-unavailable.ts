/** The error of a request that needs the store while it cannot be used. */
import { errors } from "oidc-provider";
import type { DatabaseFault } from "#lib/sqlite/fault.ts";

/** The library returns it to the client, where a client gets errors (RFC 6749 4.1.2.1), or shows it with status 503. */
export class StoreUnavailable extends errors.OIDCProviderError {
  readonly fault: DatabaseFault;

  constructor(fault: DatabaseFault) {
    super(503, "temporarily_unavailable");
    this.fault = fault;
    this.error_description = `The OpenID Provider's store does not answer: ${fault.reason}.`;
    this.expose = true; // or the library would say nothing but "server_error"
  }
}
