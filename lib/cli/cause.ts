/** Why a request failed, in a few words for people at a terminal. */
import * as oidc from "openid-client";
import { foreignText } from "#lib/net/foreign-text.ts";
import { innermost } from "#lib/net/innermost-error.ts";

const caAdvice = "name its file with --ca FILE";
const advice: Record<string, string> = {
  ERR_SSL_WRONG_VERSION_NUMBER: "it speaks http, not https",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_SIGNATURE_FAILURE: "its certificate is not the trusted one; was it replaced?",
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed, and not trusted; ${caAdvice}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate authority is unknown; ${caAdvice}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate authority is unknown; ${caAdvice}`,
};

const mostWords = 300;

/** The innermost reason, on one line: the server's error response, its status, or what went wrong on the way. */
export const causeOf = (error: unknown): string => foreignText(wordsOf(error), mostWords);

function wordsOf(error: unknown): string {
  const inner = innermost(error);
  if (inner instanceof oidc.ResponseBodyError) {
    return `HTTP ${inner.status}, ${inner.error}${inner.error_description ? `: ${inner.error_description}` : ""}`;
  }
  if (!(inner instanceof Error)) return String(inner);
  if (inner.cause instanceof Response) return `HTTP ${inner.cause.status}`;
  const code = "code" in inner ? String(inner.code) : "";
  return advice[code] ?? inner.message.split("\n", 1).join();
}
