/** The OpenID Provider's clock against this server's. */

import { clockSkew } from "#lib/oidc/jws.ts";
import { type Finding, finding } from "../finding.ts";
import type { Answer } from "../prober.ts";
import { comparison, narrowed, offsetOf, secondsBetween, setBothClocks, unnoticed } from "./clock-offset.ts";

export function examineClock(answers: readonly Answer[], issuer: string): Finding {
  const { host } = new URL(issuer);
  const own = answers.filter(({ url }) => new URL(url).host === host);
  if (own.length === 0) return finding("clock", "unknown", "Without an answer there is no Date to compare.");
  // What a cache had kept says when it was made.
  const fresh = own.filter(({ headers }) => !headers.has("age"));
  const offset = narrowed(
    fresh.flatMap(
      ({ headers, sentAt, receivedAt }) => offsetOf(headers.get("date"), sentAt, receivedAt) ?? [],
    ),
  );
  if (!offset)
    return finding(
      "clock",
      "unknown",
      "The OpenID Provider's answers carry no Date of their own.",
      "Compare the two clocks by hand, or keep both by NTP.",
    );
  const seconds = secondsBetween(offset);
  const found = comparison(seconds, "The OpenID Provider's clock", "this server's");
  if (Math.abs(seconds) > clockSkew)
    return finding(
      "clock",
      "problem",
      `${found} More than ${clockSkew} s are not forgiven: tokens are refused.`,
      setBothClocks,
    );
  if (Math.abs(seconds) > unnoticed) return finding("clock", "warning", found, setBothClocks);
  return finding("clock", "ok", found);
}
