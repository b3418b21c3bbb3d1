/** The OpenID Provider's clock against this server's, from the Date of its answers (RFC 9110 6.6.1). */
import { clockSkew } from "#lib/oidc/jws.ts";
import { type Finding, finding } from "./finding.ts";
import type { Answer } from "./prober.ts";

/** Seconds that nobody notices. */
const unnoticed = 5;

export interface Offset {
  /** By how many milliseconds the other clock is ahead, at least and at most. */
  from: number;
  to: number;
}

/** What one answer tells: its Date was true at some moment between request and answer, and has whole seconds. */
export function offsetOf(date: string | null, sentAt: number, receivedAt: number): Offset | undefined {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? undefined : { from: at - receivedAt, to: at + 1000 - sentAt };
}

/** What several tell together. */
export function narrowed(offsets: readonly Offset[]): Offset | undefined {
  const [first, ...more] = offsets;
  if (!first) return undefined;
  const both = more.reduce(
    (known, { from, to }) => ({ from: Math.max(known.from, from), to: Math.min(known.to, to) }),
    first,
  );
  // Machines behind one name may have clocks of their own: then the first has to do.
  return both.from <= both.to ? both : first;
}

export function examineClock(answers: readonly Answer[], issuer: string): Finding {
  const { host } = new URL(issuer);
  // What a cache had kept says when it was made.
  const fresh = answers.filter(({ url, headers }) => new URL(url).host === host && !headers.has("age"));
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
  return judgeClock("clock", offset, "The OpenID Provider's clock", "this server's");
}

/** @param whose the clock that is compared
 *  @param with the one that it is compared with */
export function judgeClock(
  check: "clock" | "clock-browser",
  offset: Offset,
  whose: string,
  other: string,
): Finding {
  const seconds = secondsBetween(offset);
  const found =
    seconds === 0
      ? `${whose} agrees with ${other}`
      : `${whose} is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} ${other}`;
  const measured = `${found} (±1 s).`;
  const todo =
    "Set both clocks by NTP; in a virtual machine or container that was asleep, restart it or its time service.";
  if (Math.abs(seconds) > clockSkew)
    return finding(
      check,
      "problem",
      `${measured} More than ${clockSkew} s are not forgiven: tokens are refused.`,
      todo,
    );
  if (Math.abs(seconds) > unnoticed) return finding(check, "warning", measured, todo);
  return finding(check, "ok", measured);
}

/** Nothing, where the range allows for it. */
function secondsBetween({ from, to }: Offset): number {
  if (from <= 0 && to >= 0) return 0;
  return Math.round((from + to) / 2000);
}
