/** The OpenID Provider's clock, compared with this server's. */
import { clockSkew } from "#lib/oidc/jws.ts";
import { type Finding, finding } from "../finding.ts";
import type { Answer } from "../prober.ts";
import { comparison, narrowed, offsetOf, secondsBetween, setBothClocks, unnoticed } from "./clock-offset.ts";

export function examineClock(answers: readonly Answer[], issuer: string): Finding {
  const { host } = new URL(issuer);
  const own = answers.filter(({ url }) => new URL(url).host === host);
  if (own.length === 0) return finding("clock", "unknown", "No response, so no Date to compare.");
  // A cached response has the Date of when it was made.
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
      "The OpenID Provider's responses have no Date, or come from a cache.",
      "Compare the two clocks by hand, or synchronize both by NTP.",
    );
  const seconds = secondsBetween(offset);
  const found = comparison(seconds, "The OpenID Provider's clock", "this server's");
  if (Math.abs(seconds) > clockSkew)
    return finding(
      "clock",
      "problem",
      `${found} The app rejects tokens if the clocks differ by more than ${clockSkew} s.`,
      setBothClocks,
    );
  if (Math.abs(seconds) > unnoticed) return finding("clock", "warning", found, setBothClocks);
  return finding("clock", "ok", found);
}
