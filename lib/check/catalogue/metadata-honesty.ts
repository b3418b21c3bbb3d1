/** D: whether the OP does what it declares, and declares what it does. */

import { decodeProtectedHeader } from "jose";
import { show } from "#lib/oidc/verdict.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import { lacks } from "../model/capabilities.ts";
import type { CheckResult } from "../model/check.ts";
import { tokensSince } from "../probe/logout-tokens.ts";
import { probeNames } from "../probe/probe-set.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";

/** A declaration in the discovery document, and how the suite observes it. */
interface Promised {
  field: string;
  /** Checks that prove it when they pass. */
  witnesses: readonly string[];
  /** Whether a request to a probe proves it. */
  seenIn?: (recorded: Recorded) => boolean;
  /** Whether it at least suggests that the OP supports the feature, for features that are not declared. */
  hintedIn?: (recorded: Recorded) => boolean;
}

const promises: readonly Promised[] = [
  {
    field: "end_session_endpoint",
    witnesses: ["R-01", "R-04", "R-05"],
    seenIn: ({ kind }) => ["post-logout", "back-channel", "front-channel"].includes(kind),
  },
  {
    field: "backchannel_logout_supported",
    witnesses: ["B-01"],
    seenIn: ({ kind }) => kind === "back-channel",
  },
  {
    field: "backchannel_logout_session_supported",
    witnesses: ["B-14", "B-13"],
  },
  {
    field: "frontchannel_logout_supported",
    witnesses: ["F-01"],
    seenIn: ({ kind }) => kind === "front-channel",
  },
  {
    field: "frontchannel_logout_session_supported",
    witnesses: ["F-02", "F-03"],
    seenIn: ({ kind, query }) => kind === "front-channel" && query.has("sid") && query.has("iss"),
  },
  {
    field: "check_session_iframe",
    witnesses: ["S-05", "S-06"],
    hintedIn: ({ kind, query, form }) =>
      kind === "authorization" && (query.has("session_state") || form.has("session_state")),
  },
];

export const metadataHonesty: Check[] = [
  {
    id: "D-07",
    title: "Declared features were seen to work in this run, and working features are declared",
    clause: "BCL 2.1, FCL 3, SM 3.3",
    severity: "medium",
    needs: [],
    last: true,
    run: async (t, results) => {
      if (results.every(({ id }) => id.startsWith("D-")))
        t.report.skip(
          "It compares discovery with the observations of the other checks: run it together with them.",
        );
      const records = probeNames.flatMap((name) => t.rp(name).recorder.records);
      const findings = promises.map((promised) => judge(t, promised, results, records));
      t.report.note(
        "declared and seen",
        Object.fromEntries(findings.map(({ field, word }) => [field, word])),
      );
      const broken = findings.filter(({ word }) => word === "declared, but not seen");
      if (broken.length > 0)
        t.report.fail(
          `Discovery declares features that no check saw at work: ${broken.map(({ field }) => field).join(", ")}.`,
        );
      for (const { field, word } of findings) {
        if (word === "seen, but not declared")
          t.report.warn(`It works, but discovery does not declare ${field}.`);
        if (word === "declared, but not tried") t.report.measure(`${field} was not tested.`);
      }
    },
  },
  {
    id: "D-08",
    title: "The published keys are well-formed, and tokens use the declared signing algorithms",
    clause: "Core 10.1, Discovery 3",
    severity: "medium",
    needs: [],
    run: async (t) => {
      const { jwks_uri: uri = "", id_token_signing_alg_values_supported: algs = [] } = t.metadata;
      t.report.noteRequest("keys", "GET", uri, {});
      const keys = await publishedKeys(t, uri);
      requireWellFormed(t.report, keys);
      if (!algs.includes("RS256"))
        t.report.fail(
          "id_token_signing_alg_values_supported does not list RS256, which Discovery 3 requires.",
        );
      for (const { what, alg, kid } of await signedWith(t)) {
        t.report.require(algs.includes(alg), `${what} is signed with ${alg}, which discovery does not list.`);
        t.report.require(
          kid !== undefined || keys.length === 1,
          `${what} does not name its key, although there are ${keys.length} (Core 10.1).`,
        );
      }
    },
  },
  {
    id: "D-09",
    title: "Authorization responses include iss, also when prompt=none fails after a logout",
    clause: "RFC 9207 2, 2.3",
    severity: "medium",
    needs: [],
    run: async (t) => {
      const declared = t.metadata.authorization_response_iss_parameter_supported === true;
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      if (t.metadata.end_session_endpoint)
        await logOut(t, browser, a, { parameters: usualParameters(session) });
      await t.ask(t.metadata.end_session_endpoint ? browser : await t.browser(), a);
      const answers = t.received(a, "authorization").map(({ query, form }) => {
        const parameters = form.size > 0 ? form : query;
        return { answer: parameters.get("error") ?? "success", iss: parameters.get("iss") };
      });
      t.report.note(
        "authorization responses",
        Object.fromEntries(answers.map(({ answer, iss }) => [answer, iss ?? "no iss"])),
      );
      for (const { answer, iss } of answers) {
        if (iss === null) {
          t.report.require(!declared, `Discovery declares iss in every response, but ${answer} has none.`);
        } else {
          t.report.require(iss === t.context.issuer, `The response ${answer} names another issuer: ${iss}.`);
          t.report.require(
            declared,
            "The OP sends iss, but authorization_response_iss_parameter_supported is not true.",
          );
        }
      }
      if (!declared)
        t.report.skip("The OP does not support RFC 9207: neither discovery nor its responses name iss.");
    },
  },
];

type Word =
  | "declared and seen"
  | "declared, but not seen"
  | "declared, but not tried"
  | "seen, but not declared"
  | "neither";

function judge(
  { metadata }: Trial,
  { field, witnesses, seenIn = () => false, hintedIn = () => false }: Promised,
  results: readonly CheckResult[],
  records: readonly Recorded[],
): { field: string; word: Word } {
  const word = (): Word => {
    const said = results.filter(({ id }) => witnesses.includes(id));
    const seen = records.some(seenIn) || said.some(({ verdict }) => verdict === "pass" || verdict === "warn");
    if (!metadata[field]) return seen || records.some(hintedIn) ? "seen, but not declared" : "neither";
    if (seen) return "declared and seen";
    return said.some(({ verdict }) => verdict === "fail")
      ? "declared, but not seen"
      : "declared, but not tried";
  };
  return { field, word: word() };
}

type Key = Record<string, unknown>;

async function publishedKeys(t: Trial, uri: string): Promise<Key[]> {
  const response = await t.context.fetch(uri, { redirect: "manual" });
  const { keys } = Object((await response.json().catch(() => undefined)) as unknown) as { keys?: unknown };
  if (response.status !== 200 || !Array.isArray(keys) || keys.length === 0)
    t.report.fail(`jwks_uri answered HTTP ${response.status} without a list of keys.`);
  const shown = keys.map((key: Key) => [key.kty, key.use, key.alg, key.kid].map(String).join(" "));
  t.report.note("published keys (kty use alg kid)", { keys: shown.join(", ") });
  return keys as Key[];
}

function requireWellFormed(report: CheckReport, keys: readonly Key[]): void {
  const secret = keys.find((key) => key.kty === "oct" || "d" in key || "k" in key);
  report.require(!secret, `The key ${secret?.kid} is published with its secret part.`);
  const kids = keys.map(({ kid }) => kid);
  // Tokens must name their key (Core 10.1), but a key need not have a name, nor one of its own (RFC 7517 4.5).
  const unnamed = keys.length > 1 && kids.some((kid) => typeof kid !== "string");
  report.advise(!unnamed, "There are several keys, but one has no kid (RFC 7517 4.5).");
  const twice = kids.find((kid, index) => kid !== undefined && kids.indexOf(kid) !== index);
  report.advise(twice === undefined, `Two keys have the kid ${twice} (RFC 7517 4.5).`);
  const uses = new Set(keys.map(({ use }) => use));
  report.require(
    !(uses.has("enc") && uses.has(undefined)),
    "With keys for encryption, every key must declare its use.",
  );
  const short = keys.find(({ n }) => typeof n === "string" && Buffer.from(n, "base64url").length < 256);
  report.require(!short, `The RSA key ${short?.kid} is shorter than 2048 bits (RFC 7518 3.3).`);
}

/** The algorithms of an ID Token and, where the OP sends one, of a logout token. */
async function signedWith(t: Trial): Promise<{ what: string; alg: string; kid: unknown }[]> {
  const browser = await t.browser();
  const a = t.rp("rp-a");
  const session = await t.signIn(browser, a, t.alice);
  const idToken = { what: "The ID Token", ...signerOf(decodeProtectedHeader(session.idToken)) };
  if (!t.metadata.end_session_endpoint) return [idToken];
  const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(session) });
  if (!lacks(t, "back-channel", a))
    await a.recorder.waitFor(({ kind }) => kind === "back-channel", { from: startedAt, timeout: 5000 });
  const tokens = tokensSince(a, startedAt).map(({ header }) => ({
    what: "The logout token",
    ...signerOf(header),
  }));
  return [idToken, ...tokens];
}

const signerOf = ({ alg, kid }: Key) => ({ alg: show(alg), kid });
