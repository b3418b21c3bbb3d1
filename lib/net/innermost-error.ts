/** Why a request failed: `fetch` and openid-client wrap the error that says so. */

import { foreignText } from "./foreign-text.ts";

/** The error that all others wrap. Node tries every address of a name and reports the failures as one
 * `AggregateError`, of which the first counts. */
export function innermost(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [first] = error instanceof AggregateError ? error.errors : [];
  const inner: unknown = first ?? error.cause;
  return inner instanceof Error ? innermost(inner) : error;
}

/** Its message, with the status if a response is the cause. */
export function reason(error: unknown): string {
  const inner = innermost(error);
  if (!(inner instanceof Error)) return foreignText(inner);
  return inner.cause instanceof Response ? `${inner.message} (HTTP ${inner.cause.status})` : inner.message;
}

/** Its code (`ECONNREFUSED`), else its name (`TimeoutError`); empty if the value is not an error. */
export function errorCode(error: unknown): string {
  const inner = innermost(error);
  if (!(inner instanceof Error)) return "";
  return "code" in inner && typeof inner.code === "string" ? inner.code : inner.name;
}
