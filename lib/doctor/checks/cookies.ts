/** Does the OpenID Provider overwrite one of the app's cookies? Cookies ignore ports (RFC 6265 8.5). */
import { type Finding, finding, quoted } from "../finding.ts";
import type { Patient } from "../patient.ts";
import type { Answer } from "../prober.ts";

interface SetCookie {
  name: string;
  path: string;
  /** Without the leading dot; undefined for a host-only cookie. */
  domain: string | undefined;
  /** The host that set it. */
  host: string;
}

/** The cookies that these responses set or remove. */
const cookiesIn = (answers: readonly Answer[]): SetCookie[] =>
  answers.flatMap(({ url, headers }) => headers.getSetCookie().map((line) => readCookie(line, new URL(url))));

function readCookie(line: string, { hostname, pathname }: URL): SetCookie {
  const [pair = "", ...attributes] = line.split(";");
  const attribute = (wanted: string) =>
    attributes
      .map((text) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(text))
      .find((match) => match?.[1]?.toLowerCase() === wanted)?.[2];
  const path = attribute("path");
  return {
    name: (pair.split("=")[0] ?? "").trim(),
    path: path?.startsWith("/") ? path : pathname.slice(0, pathname.lastIndexOf("/")) || "/",
    domain: attribute("domain")?.replace(/^\./, "").toLowerCase() || undefined,
    host: hostname,
  };
}

export function examineCookies(answers: readonly Answer[], { issuer, app }: Patient): Finding {
  const theirs = cookiesIn(answers);
  const homes = app.baseUrls.map((base) => new URL(base));
  const seenBy = (cookie: SetCookie) => homes.some((home) => reaches(cookie, home));
  // The names of all cookies of an app begin with its name.
  const clash = theirs.find((cookie) => cookie.name.startsWith(`${app.name}.`) && seenBy(cookie));
  if (clash)
    return finding(
      "cookies",
      "problem",
      `The OpenID Provider sets ${quoted(clash.name)} for ${clash.domain ?? clash.host}${quoted(clash.path)}, which is a cookie name of the app.`,
      "Change the app's RP_NAME, or put the two on different hosts.",
    );
  const shared = [...new Set(theirs.filter(seenBy).map(({ name }) => quoted(name)))];
  if (shared.length > 0)
    return finding(
      "cookies",
      "ok",
      `On the app's host, but with other names: ${shared.join(", ")}. The app's cookie names begin with ${app.name}.`,
    );
  const { hostname } = new URL(issuer);
  if (homes.every((home) => home.hostname !== hostname))
    return finding("cookies", "ok", "The app and the OpenID Provider are on different hosts.");
  return theirs.length > 0
    ? finding("cookies", "ok", "The OpenID Provider's cookies do not reach the app.")
    : finding(
        "cookies",
        "unknown",
        `Same host as the app, but no response set a cookie. The app's cookie names begin with ${app.name}.`,
        "Check the cookies in the browser's developer tools after a sign-in.",
      );
}

/** RFC 6265 5.1.3 and 5.1.4. */
function reaches({ domain, host, path }: SetCookie, home: URL): boolean {
  const onHost = domain
    ? home.hostname === domain || home.hostname.endsWith(`.${domain}`)
    : home.hostname === host;
  const below = path.endsWith("/") ? path : `${path}/`;
  return onHost && `${home.pathname}/`.startsWith(below);
}
