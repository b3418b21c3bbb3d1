/** The doctor's findings, for the page, the command line and the text to copy. Also runs in browsers. */
import { foreignText, oneLine } from "#lib/net/foreign-text.ts";

const results = ["problem", "warning", "unknown", "ok"] as const;

/** `unknown`: nothing could be concluded. */
export type Result = (typeof results)[number];

export const resultNames: Record<Result, string> = {
  problem: "problem",
  warning: "warning",
  unknown: "inconclusive",
  ok: "ok",
};

interface Check {
  /** What is examined. */
  title: string;
  /** Why it matters. */
  why: string;
  /** The specification that requires it. */
  clause?: string;
}

/** Every check, in the order of the report. */
export const checks = {
  discovery: {
    title: "Discovery from the server",
    clause: "Discovery 4",
    why: "The app learns every endpoint of the OpenID Provider from this document.",
  },
  "discovery-browser": {
    title: "Discovery from the browser",
    why: "The browser carries the login and the logout, so it must reach the OpenID Provider, too: by the same name and with a trusted certificate.",
  },
  "discovery-values": {
    title: "Values of the discovery document",
    clause: "Discovery 3",
    why: "A value of the wrong type counts as not declared, so that the rest can be used.",
  },
  issuer: {
    title: "Issuer, byte for byte",
    clause: "Discovery 4.3",
    why: "ID Tokens and logout tokens are rejected unless their iss is exactly the configured issuer.",
  },
  tls: {
    title: "TLS certificate",
    clause: "Core 16.17",
    why: "Requests to the OpenID Provider fail unless this server trusts its certificate. Without TLS, anyone on the network path can read and change tokens.",
  },
  clock: {
    title: "Clock of the OpenID Provider",
    clause: "Core 3.1.3.7, BCL 2.6",
    why: "Tokens say when they were issued and when they expire; a token from the future or a stale one is rejected.",
  },
  "clock-browser": {
    title: "Clock of the browser",
    why: "Cookies and certificates expire according to the browser's clock.",
  },
  jwks: {
    title: "Signing key",
    clause: "Discovery 3 (jwks_uri)",
    why: "ID Tokens and logout tokens are verified with the keys that the OpenID Provider publishes.",
  },
  "jwks-values": {
    title: "Entries of the key set",
    clause: "RFC 7517 5",
    why: "An entry that is not a complete public key is ignored, so that the other keys can be used.",
  },
  "jwks-kid": {
    title: "Key identifiers",
    clause: "Core 10.1, RFC 7517 4.5",
    why: "A token names its key by kid. If two keys share a kid, or several have none, the wrong one may be tried.",
  },
  "jwks-private": {
    title: "No private key published",
    clause: "RFC 7517 9.2",
    why: "Anyone who has the private key can sign in as any user and log any user out.",
  },
  "jwks-size": {
    title: "Key sizes",
    clause: "RFC 7518 3.3",
    why: "RSA keys of fewer than 2048 bits can be broken, and most libraries reject them.",
  },
  "jwks-encryption": {
    title: "Encryption key",
    clause: "RIL 2",
    why: "If ID Tokens are encrypted, the id_token_hint of a logout request is encrypted with a key of the OpenID Provider.",
  },
  "end-session": {
    title: "RP-initiated logout",
    clause: "RIL 2.1",
    why: "The Logout button sends the browser to the end_session_endpoint.",
  },
  "backchannel-support": {
    title: "Back-channel logout",
    clause: "BCL 2.1",
    why: "It ends sessions without the browser, so it is the only mechanism that cookie settings cannot break.",
  },
  "frontchannel-support": {
    title: "Front-channel logout",
    clause: "FCL 3",
    why: "The OpenID Provider's logout page loads each app's /fclogout in a hidden iframe.",
  },
  "session-management": {
    title: "Session management",
    clause: "SM 2.1",
    why: "The app's page polls the OP iframe to see whether the session at the OpenID Provider has changed.",
  },
  silent: {
    title: "Silent requests (prompt=none)",
    clause: "Core 3.1.2.1",
    why: "Session management uses them to find out, without showing a page, who is still signed in.",
  },
  "response-types": {
    title: "Response types",
    clause: "Discovery 3",
    why: "Each Authorization Grant Type in the form needs one.",
  },
  pkce: {
    title: "PKCE with S256",
    clause: "RFC 8414 2, RFC 9700 2.1.1",
    why: "It makes a stolen code useless.",
  },
  iss: {
    title: "iss in authorization responses",
    clause: "RFC 9207",
    why: "It prevents a response of one OpenID Provider from being taken for another's (mix-up attack).",
  },
  callbacks: {
    title: "Client and callbacks",
    clause: "Core 3.1.2.1",
    why: "The OpenID Provider redirects only to callbacks that are registered for the client.",
  },
  "open-redirect": {
    title: "Unregistered callbacks",
    clause: "RFC 9700 2.1",
    why: "An OpenID Provider that redirects to arbitrary URLs sends codes and tokens to attackers.",
  },
  "client-secret": {
    title: "Client secret",
    clause: "RFC 6749 5.2",
    why: "With a wrong secret, the sign-in fails at the token request, after the user has entered the right password.",
  },
  "post-logout": {
    title: "Post-logout URIs",
    clause: "RIL 3",
    why: "After a logout, the browser returns only to URIs that are registered for the client.",
  },
  "post-logout-open": {
    title: "Unregistered post-logout URIs",
    clause: "RIL 3",
    why: "A logout link must not redirect to an arbitrary URL.",
  },
  cookies: {
    title: "Cookie names",
    clause: "RFC 6265 8.5",
    why: "Cookies ignore ports: if both are on one host, a cookie that the OpenID Provider sets under one of the app's names logs the app's user out.",
  },
  site: {
    title: "Same site or cross-site",
    why: "If the browser blocks third-party cookies, a cross-site iframe does not get the OpenID Provider's cookie, and session management does not work.",
  },
  backchannel: {
    title: "Back-channel logout URL",
    clause: "BCL 2.5",
    why: "The OpenID Provider posts logout tokens to this URL.",
  },
  delivery: {
    title: "Logout tokens arrive",
    clause: "BCL 2.5",
    why: "The OpenID Provider's server, not the browser, must reach the back-channel logout URL.",
  },
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof checks;

export interface Finding {
  check: CheckName;
  result: Result;
  /** What was observed; never a token or a secret. */
  found: string;
  /** What to do about it. */
  todo?: string;
}

export const finding = (check: CheckName, result: Result, found: string, todo?: string): Finding => ({
  check,
  result,
  found,
  ...(todo !== undefined && { todo }),
});

const order = Object.keys(checks);

/** Problems first; within a result, in the order of the checks. */
export const bySeverity = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (a, b) =>
      results.indexOf(a.result) - results.indexOf(b.result) ||
      order.indexOf(a.check) - order.indexOf(b.check),
  );

/** The number of findings of each result that occurs. */
export const summaryOf = (findings: readonly Finding[]): string =>
  results
    .map((result) => ({ result, count: findings.filter((each) => each.result === result).length }))
    .filter(({ count }) => count > 0)
    .map(({ result, count }) => `${count} ${resultNames[result]}${count > 1 && isNoun(result) ? "s" : ""}`)
    .join(", ");

const isNoun = (result: Result) => result === "problem" || result === "warning";

/** The lines that explain a finding; none if it is ok. */
export function explanationOf({ check, result, todo }: Finding): string[] {
  if (result === "ok") return [];
  const { why, clause }: Check = checks[check];
  return [`Why it matters: ${why}${clause ? ` (${clause})` : ""}`, ...(todo ? [`What to do: ${todo}`] : [])];
}

/** The findings as plain text. */
export const textOf = (heading: string, findings: readonly Finding[]): string =>
  [
    `${heading}: ${summaryOf(findings)}`,
    "",
    ...bySeverity(findings).flatMap((each) => [
      `[${resultNames[each.result]}] ${checks[each.check].title}: ${each.found}`,
      ...explanationOf(each).map((line) => `    ${line}`),
    ]),
    "",
  ].join("\n");

/** A value of another server, shortened for a finding. */
export const quoted = (value: unknown, most = 160): string =>
  typeof value === "string" ? oneLine(value, most) : foreignText(value, most);
