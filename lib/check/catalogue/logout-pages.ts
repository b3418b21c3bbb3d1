/** R: how the OP's logout pages redirect, cache and display their input. */
import type { BrowserContext, Page, Response } from "@playwright/test";
import { withoutQueries } from "../evidence/redaction.ts";
import { assertNotifiedInTime } from "../judge/notified-in-time.ts";
import { assertLoggedOut } from "../judge/oracles.ts";
import { assertShownAsText } from "../judge/shown-as-text.ts";
import { lacks } from "../model/capabilities.ts";
import { type Channel, channels } from "../model/channels.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { type BrowserTrace, responsesOf, traceOf } from "../steps/browser-trace.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { endSessionEndpoint } from "../steps/raw-request.ts";
import { signInTab } from "../steps/raw-sign-in.ts";
import { signInAt } from "../steps/sign-in.ts";

const notBack = "The browser did not come back to the registered post_logout_redirect_uri.";

const opOrigin = (t: Trial): string => new URL(endSessionEndpoint(t)).origin;

/** Logs alice out of both probes and records the traffic. */
async function watchedLogout(
  t: Trial,
  method: "GET" | "POST",
  given?: BrowserContext,
): Promise<{
  browser: BrowserContext;
  trace: BrowserTrace;
  /** The tab of the logout. */
  page: Page;
  session: SignIn;
  arrived: Recorded;
  from: number;
}> {
  const browser = given ?? (await t.browser());
  const [session] = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"));
  const trace = traceOf(browser);
  const parameters = { ...usualParameters(session), state: "kept" };
  const { arrived, startedAt, page } = await logOut(t, browser, session.rp, { parameters, method });
  if (!arrived && method === "POST")
    return t.report.skip("A logout by POST does not come back (R-02): there is no redirect to check.");
  if (!arrived) return t.report.fail(notBack);
  return { browser, trace, page, session, arrived, from: startedAt };
}

export const logoutPages: Check[] = [
  {
    id: "R-38",
    title: "A POST logout is redirected by 302 or 303, without passing the hint on",
    clause: "RFC 9700 4.12",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const { trace, session, arrived } = await watchedLogout(t, "POST");
      const redirects = responsesOf(trace, opOrigin(t)).filter(
        (each) => each.status() >= 300 && each.status() < 400,
      );
      t.report.note(
        "redirects",
        redirects.map((each) => `${each.request().method()} ${each.status()}`).join(", ") || "none",
      );
      t.report.require(arrived.method === "GET", `The browser came back by ${arrived.method}.`);
      const leaked = t.probes.some(({ recorder }) =>
        recorder
          .since(t.startedAt)
          .some(({ kind, body }) => kind !== "authorization" && body.includes(session.idToken)),
      );
      t.report.require(!leaked, "The hint was posted on to an app.");
      const keeping = redirects.find((each) => [307, 308].includes(each.status()));
      if (keeping)
        t.report.fail(`The OP redirects a POST with ${keeping.status()}, which passes the hint on.`);
    },
  },
  {
    id: "R-39",
    title: "The hint leaks neither through URLs nor through the Referer",
    clause: "RFC 9700 4.2",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const { session, from, trace } = await watchedLogout(t, "GET");
      const hasHint = (text = "") => text.includes("id_token_hint") || text.includes(session.idToken);
      for (const rp of t.probes) {
        for (const { url, kind, headers } of rp.recorder.since(from)) {
          const { referer = "" } = headers;
          if (referer) t.report.note(`Referer at ${rp.name} (${kind})`, referer.split("?", 1)[0] ?? "");
          t.report.require(
            !hasHint(referer),
            `The Referer of a ${kind} request to ${rp.name} contains the id_token_hint.`,
          );
          t.report.require(
            !hasHint(url),
            `The URL of a ${kind} request to ${rp.name} contains the id_token_hint.`,
          );
        }
      }
      // Everything else the pages load: an unknown host may belong to the OP.
      const known = [opOrigin(t), ...t.probes.map(({ base }) => base)];
      const others = trace.requests.filter(
        (each) => !known.some((base) => each.url().startsWith(`${base}/`)),
      );
      const told = others.filter((each) => hasHint(each.url()) || hasHint(each.headers().referer));
      const hosts = [...new Set(told.map((each) => new URL(each.url()).host))];
      if (hosts.length > 0) t.report.warn(`Requests to ${hosts.join(", ")} contain the id_token_hint too.`);
    },
  },
  {
    id: "R-40",
    title: "Logout pages are not cached, and Back does not restore the session",
    clause: "RFC 9700 4.2",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const { page: signedIn } = await signInTab(t, browser, t.rp("rp-b"), t.alice);
      const { trace, page, session } = await watchedLogout(t, "GET", browser);
      const documents = responsesOf(trace, opOrigin(t)).filter((each) => each.status() < 300);
      t.report.require(documents.length > 0 || trace.responses.length > 0, "The OP sent no response.");
      const kept = documents.filter((each) => !isNotStored(each)).map((each) => new URL(each.url()).pathname);
      t.report.note(
        "pages of the OP",
        documents.map((each) => new URL(each.url()).pathname).join(", ") || "redirects only",
      );
      if (kept.length > 0)
        t.report.warn(`Without Cache-Control: no-store: ${[...new Set(kept)].join(", ")}.`);
      // In the tab of the logout, then through the sign-in pages in another one.
      const shown: string[] = [];
      for (const tab of [page, signedIn, signedIn, signedIn]) {
        await tab.goBack({ timeout: 5_000 }).catch(() => undefined);
        shown.push(withoutQueries(tab.url()));
      }
      t.report.note("where Back led", shown.join("\n"));
      await assertLoggedOut(t, browser, session.rp);
    },
  },
  {
    id: "R-42",
    title: "No parameter of a logout request becomes HTML or script in the OP's page",
    clause: "RIL 4",
    severity: "high",
    needs: ["end-session"],
    run: assertShownAsText,
  },
  {
    id: "R-46",
    title: "Every RP is notified before the browser comes back",
    clause: "RIL 3",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const rps = [t.rp("rp-a"), t.rp("rp-b")];
      const why = (kind: Channel) => rps.flatMap((rp) => lacks(t, kind, rp) ?? [])[0];
      const usable = channels.filter((kind) => !why(kind));
      if (usable.length === 0)
        t.report.skip("The OP supports neither back-channel nor front-channel logout for both probes.");
      await assertNotifiedInTime(t, usable, undefined);
      for (const kind of usable) {
        const waited = await assertNotifiedInTime(t, usable, kind);
        t.report.measure(`The OP ${waited ? "waits" : "does not wait"} for slow apps by ${kind} logout.`);
      }
      for (const kind of channels)
        if (!usable.includes(kind)) t.report.measure(`Not tried by ${kind} logout: ${why(kind)}`);
    },
  },
];

const isNotStored = (response: Response): boolean =>
  /no-store/i.test(response.headers()["cache-control"] ?? "");
