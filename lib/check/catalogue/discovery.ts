/** D: the discovery document's logout metadata and its format. */

import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { isLoopback } from "#lib/net/loopback.ts";
import type { Capability } from "#lib/oidc/capabilities.ts";
import { show } from "#lib/oidc/verdict.ts";
import { has } from "../model/capabilities.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";

export const discovery: Check[] = [
  {
    id: "D-01",
    title: "The discovery document is JSON and names the exact issuer",
    clause: "Discovery 4.2, 4.3",
    severity: "medium",
    needs: [],
    run: async (t) => {
      const { issuer } = t.context;
      const url = noteDiscovery(t);
      const response = await t.context.fetch(url, { redirect: "manual" });
      const type = response.headers.get("content-type") ?? "";
      const said = Object((await response.json().catch(() => undefined)) as unknown).issuer as unknown;
      t.report.note("answer", { status: response.status, content_type: type, issuer: show(said) });
      t.report.require(response.status === 200, `The response is HTTP ${response.status} instead of 200.`);
      t.report.require(/^application\/json\s*(;|$)/i.test(type), `Its content type is ${type || "missing"}.`);
      t.report.require(
        said === issuer,
        `It names ${said === undefined ? "no issuer" : `the issuer ${show(said)}`}, but ${issuer} was requested.`,
      );
      const { search, hash } = new URL(issuer);
      t.report.require(search + hash === "", "The issuer has a query or a fragment (Discovery 3).");
    },
  },
  {
    id: "D-02",
    title: "end_session_endpoint is declared and uses https",
    clause: "RIL 2.1",
    severity: "high",
    needs: [],
    run: async (t) => {
      noteDiscovery(t);
      t.report.note("declared", { end_session_endpoint: show(t.metadata.end_session_endpoint) });
      if (!has(t, "end-session")) t.report.skip("Discovery declares no end_session_endpoint.");
      requireEndpoint(t, "end_session_endpoint");
    },
  },
  {
    id: "D-03",
    title: "Every declared endpoint is an https URL",
    clause: "Discovery 3",
    severity: "medium",
    needs: [],
    run: async (t) => {
      noteDiscovery(t);
      const names = Object.keys(t.metadata).filter((name) => name.endsWith("_endpoint"));
      for (const name of [...names, ...["jwks_uri"].filter((field) => field in t.metadata)])
        requireEndpoint(t, name);
    },
  },
  {
    id: "D-04",
    title: "Back-channel logout support, and its sid support, are declared as true",
    clause: "BCL 2.1",
    severity: "high",
    needs: [],
    run: async (t) => requireFlags(t, "back-channel", "backchannel"),
  },
  {
    id: "D-05",
    title: "Front-channel logout support, and its sid support, are declared as true",
    clause: "FCL 3",
    severity: "high",
    needs: [],
    run: async (t) => requireFlags(t, "front-channel", "frontchannel"),
  },
  {
    id: "D-06",
    title: "check_session_iframe is declared and uses https",
    clause: "SM 3.3",
    severity: "high",
    needs: [],
    run: async (t) => {
      noteDiscovery(t);
      t.report.note("declared", { check_session_iframe: show(t.metadata.check_session_iframe) });
      if (!has(t, "session-management")) t.report.skip("Discovery declares no check_session_iframe.");
      requireEndpoint(t, "check_session_iframe");
    },
  },
];

/** Notes the request for the discovery document; the run has already sent it.
 * @returns its URL (Discovery 4.1) */
function noteDiscovery(t: Trial): string {
  const url = discoveryUrl(t.context.issuer);
  t.report.noteRequest("discovery", "GET", url);
  return url;
}

/** Fails unless it is an https URL without a fragment. */
function requireEndpoint(t: Trial, name: string): void {
  const value = t.metadata[name];
  const url = typeof value === "string" ? URL.parse(value) : undefined;
  if (!url) t.report.fail(`${name} is ${show(value)}, which is not an absolute URL.`);
  t.report.require(url.hash === "", `${name} has a fragment: ${value}.`);
  if (url.protocol === "https:") return;
  const issuer = new URL(t.context.issuer);
  if (issuer.protocol !== "http:" || !isLoopback(issuer.hostname))
    t.report.fail(`${name} is not on https: ${value}.`);
  t.report.warn("The entire OP uses plain http, which is only for development on one machine.");
}

/** Checks the pair of flags that each mechanism has. */
function requireFlags(t: Trial, capability: Capability, prefix: "backchannel" | "frontchannel"): void {
  noteDiscovery(t);
  const [one, other] = [`${prefix}_logout_supported`, `${prefix}_logout_session_supported`];
  const [supported, session] = [t.metadata[one], t.metadata[other]];
  t.report.note("declared", { [one]: show(supported), [other]: show(session) });
  for (const [name, value] of [[one, supported] as const, [other, session] as const]) {
    const fine = value === undefined || typeof value === "boolean";
    t.report.require(fine, `${name} is ${show(value)}, which is not a boolean.`);
  }
  if (!has(t, capability)) {
    t.report.require(session !== true, `${other} is true, but ${one} is not.`);
    t.report.skip(`Discovery declares no ${one}.`);
  }
  t.report.require(
    supported === true,
    `The OP has ${capability} logout, but discovery does not say so: without ${one} it counts as false.`,
  );
  if (session === undefined) t.report.warn(`${other} is missing, and so counts as false.`);
  if (session === false) {
    t.report.measure(
      `${other} is false: no sid is guaranteed, and the OpenID Foundation's certification requires true.`,
    );
  }
}
