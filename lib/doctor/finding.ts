/** What the doctor finds: the same for the page, the command line and a text to copy. Runs in browsers too. */

import { oneLine } from "#lib/net/foreign-text.ts";

export const results = ["problem", "warning", "unknown", "ok"] as const;

/** `unknown`: it could not be told. */
export type Result = (typeof results)[number];

export const resultNames: Record<Result, string> = {
  problem: "problem",
  warning: "warning",
  unknown: "could not tell",
  ok: "ok",
};

interface Check {
  /** What is looked at. */
  title: string;
  why: string;
  /** Where a specification says so. */
  clause?: string;
}

/** Every check, in the order in which a reader would follow them. */
export const checks = {
  discovery: {
    title: "Discovery from the server",
    clause: "Discovery 4",
    why: "The app learns every endpoint of the OpenID Provider from this document.",
  },
  "discovery-browser": {
    title: "Discovery from the browser",
    why: "The browser carries the login and the logout, so it must reach the OpenID Provider as well: by the same name, and trusting its certificate.",
  },
  issuer: {
    title: "Issuer, the same to the byte",
    clause: "Discovery 4.3",
    why: "ID Tokens and logout tokens are refused unless their iss is the configured issuer, byte for byte.",
  },
  tls: {
    title: "TLS certificate",
    clause: "Core 16.17",
    why: "Without a certificate that this server trusts no request to the OpenID Provider succeeds; without TLS anybody on the way reads and changes tokens.",
  },
  clock: {
    title: "Clock of the OpenID Provider",
    clause: "Core 3.1.3.7, BCL 2.6",
    why: "Tokens carry the time at which they were issued and end: a token from the future, or one that is too old, is refused.",
  },
  "clock-browser": {
    title: "Clock of the browser",
    why: "Cookies and certificates expire by the browser's clock.",
  },
  jwks: {
    title: "Signing key",
    clause: "Discovery 3 (jwks_uri)",
    why: "ID Tokens and logout tokens are verified with a key that the OpenID Provider publishes.",
  },
  "jwks-kid": {
    title: "Key identifiers",
    clause: "Core 10.1",
    why: "A token names its key by kid: with two keys of one name, or several without any, it is chance which one is tried.",
  },
  "jwks-private": {
    title: "No private key published",
    clause: "RFC 7517 9.2",
    why: "Whoever has the private key can sign in as anybody, and log anybody out.",
  },
  "jwks-size": {
    title: "Key sizes",
    clause: "RFC 7518 3.3",
    why: "RSA keys below 2048 bits can be broken, and most libraries refuse them.",
  },
  "jwks-encryption": {
    title: "Encryption key",
    clause: "RIL 2",
    why: "Where ID Tokens are encrypted, the id_token_hint of a logout request is encrypted to a key of the OpenID Provider.",
  },
  "end-session": {
    title: "RP-initiated logout",
    clause: "RIL 2.1",
    why: "The Logout button leads to the end_session_endpoint.",
  },
  "backchannel-support": {
    title: "Back-channel logout",
    clause: "BCL 2.1",
    why: "It is how an OpenID Provider ends sessions without the browser, and the one mechanism that cookies cannot disturb.",
  },
  "frontchannel-support": {
    title: "Front-channel logout",
    clause: "FCL 3",
    why: "The OpenID Provider's page loads /fclogout of each app in a hidden frame.",
  },
  "session-management": {
    title: "Session management",
    clause: "SM 2.1",
    why: "The app's page asks a frame of the OpenID Provider whether its session has changed.",
  },
  silent: {
    title: "Silent requests (prompt=none)",
    clause: "Core 3.1.2.1",
    why: "Session management asks without a page who is still signed in.",
  },
  "response-types": {
    title: "Response types",
    clause: "Discovery 3",
    why: "Each Authorization Grant Type of the form needs one.",
  },
  pkce: {
    title: "PKCE with S256",
    clause: "RFC 8414 2, RFC 9700 2.1.1",
    why: "It keeps a stolen code from being used.",
  },
  iss: {
    title: "iss in authorization responses",
    clause: "RFC 9207",
    why: "It keeps one OpenID Provider's answer from being taken for another's.",
  },
  callbacks: {
    title: "Client and callbacks",
    clause: "Core 3.1.2.1",
    why: "The OpenID Provider sends nobody back to a callback that is not registered for the client.",
  },
  "open-redirect": {
    title: "Callbacks that are not registered",
    clause: "RFC 9700 2.1",
    why: "An OpenID Provider that redirects to any address hands codes and tokens to whoever asks.",
  },
  "client-secret": {
    title: "Client secret",
    clause: "RFC 6749 5.2",
    why: "With a wrong secret the sign-in fails after the password was right, at the token request.",
  },
  "post-logout": {
    title: "Post-logout URIs",
    clause: "RIL 3",
    why: "After the logout the browser comes back only to an address that is registered for the client.",
  },
  "post-logout-open": {
    title: "Post-logout URIs that are not registered",
    clause: "RIL 3",
    why: "A logout link must not lead to an address of somebody's choice.",
  },
  cookies: {
    title: "Cookie names",
    clause: "RFC 6265 8.5",
    why: "Cookies ignore ports: on one host, what the OpenID Provider sets under a name of the app's logs the app's user out.",
  },
  site: {
    title: "Same site or cross-site",
    why: "In a frame of another site the OpenID Provider's cookie is missing when the browser blocks third-party cookies, and session management is blind then.",
  },
  backchannel: {
    title: "Back-channel logout URL",
    clause: "BCL 2.5",
    why: "The OpenID Provider posts logout tokens to this address.",
  },
  delivery: {
    title: "Logout tokens arrive",
    clause: "BCL 2.5",
    why: "The OpenID Provider itself must reach the back-channel logout URL: its server, not the browser.",
  },
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof checks;

export interface Finding {
  check: CheckName;
  result: Result;
  /** What was seen. Never a token or a secret. */
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

/** Problems first, and what is alike in the order of the checks. */
export const bySeverity = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (a, b) =>
      results.indexOf(a.result) - results.indexOf(b.result) ||
      order.indexOf(a.check) - order.indexOf(b.check),
  );

/** How many there are of each result, those of none left out. */
export const summaryOf = (findings: readonly Finding[]): string =>
  results
    .map((result) => ({ result, count: findings.filter((each) => each.result === result).length }))
    .filter(({ count }) => count > 0)
    .map(({ result, count }) => `${count} ${resultNames[result]}${count > 1 && isNoun(result) ? "s" : ""}`)
    .join(", ");

const isNoun = (result: Result) => result === "problem" || result === "warning";

/** The lines that explain a finding; of one that is all right there is nothing to explain. */
export function explanationOf({ check, result, todo }: Finding): string[] {
  if (result === "ok") return [];
  const { why, clause }: Check = checks[check];
  return [`Why it matters: ${why}${clause ? ` (${clause})` : ""}`, ...(todo ? [`What to do: ${todo}`] : [])];
}

/** All of it as plain text. */
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

/** What another server said, short enough for a finding. */
export const quoted = (text: string, most = 160): string => oneLine(text, most);
