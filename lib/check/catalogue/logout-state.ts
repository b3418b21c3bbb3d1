/** R: `state` (RIL 2), and other parameters of the redirect. */
import type { BrowserContext } from "@playwright/test";
import { assertSoonLoggedOut } from "../judge/oracles.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { traceOf } from "../steps/browser-trace.ts";
import { confirmAndStay } from "../steps/confirmation.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { ownProbe } from "../steps/own-probe.ts";

/** RFC 6749 A.5: every VSCHAR, plus sequences that look like escapes. */
const everyCharacter = `${Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("")}%20%2B%%`;

const states: Record<string, string> = {
  "every printable character and percent sequences": everyCharacter,
  "one character": "a",
  "128 characters of UTF-8": "zażółć gęślą jaźń 🔑 ".repeat(7).slice(0, 128).toWellFormed(),
  "1024 characters": "0123456789abcdef".repeat(64),
};

/** The first logout ends the session; the others need none (RIL 4), unless this OP requires it. */
async function returnedAfterLogout(
  t: Trial,
  browser: BrowserContext,
  session: SignIn,
  state: string,
): Promise<Recorded> {
  const parameters = { ...usualParameters(session), state };
  const quick = await logOut(t, browser, session.rp, { parameters, comesBack: false });
  if (quick.arrived) return quick.arrived;
  const again = await t.signIn(browser, session.rp, t.alice);
  const { arrived } = await logOut(t, browser, session.rp, {
    parameters: { ...usualParameters(again), state },
  });
  return (
    arrived ?? t.report.fail("The browser did not come back to the registered post_logout_redirect_uri.")
  );
}

async function logOutOnce(t: Trial, more: Record<string, string> = {}): Promise<Recorded> {
  const browser = await t.browser();
  const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
  const parameters = { ...usualParameters(session), ...more };
  const { arrived } = await logOut(t, browser, session.rp, { parameters, asIs: true });
  return (
    arrived ?? t.report.fail("The browser did not come back to the registered post_logout_redirect_uri.")
  );
}

export const logoutState: Check[] = [
  {
    id: "R-04",
    title: "state is returned unchanged, whatever characters it contains",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      for (const [what, state] of Object.entries(states)) {
        const { query, url } = await returnedAfterLogout(t, browser, session, state);
        const returned = query.getAll("state");
        if (returned.length === 1 && returned[0] === state) continue;
        t.report.note("what came back", { sent: state, url, returned: returned.join(" and ") });
        t.report.fail(`${what}: ${difference(state, returned)}`);
      }
    },
  },
  {
    id: "R-05",
    title: "No state is returned if none was sent",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const { query } = await logOutOnce(t);
      t.report.require(!query.has("state"), `The OP made up a state: ${query.get("state")}.`);
    },
  },
  {
    id: "R-06",
    title: "The OP adds nothing but state to the registered URI",
    clause: "RIL 2",
    severity: "low",
    needs: ["end-session"],
    run: async (t) => {
      const { query, method } = await logOutOnce(t, { state: "kept" });
      const added = [...query.keys()].filter((name) => name !== "state");
      t.report.note("what came back", { method, names: [...query.keys()].join(" ") });
      if (added.length > 0) t.report.warn(`The redirect has additional parameters: ${added.join(", ")}.`);
    },
  },
  {
    id: "R-07",
    title: "A registered URI keeps its own query, and state is appended to it",
    clause: "RIL 2",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const own = "own=1&words=a%20b%2Fc";
      const uri = (base: string) => `${base}/logout?${own}`;
      const metadata = ({ base }: RelyingParty) => ({ post_logout_redirect_uris: [uri(base)] });
      const rp = await ownProbe(t, { name: "rp-q", metadata });
      const browser = await t.browser();
      const session = await t.signIn(browser, rp, t.alice);
      const { arrived } = await logOut(t, browser, rp, {
        parameters: {
          id_token_hint: session.idToken,
          post_logout_redirect_uri: uri(rp.base),
          state: "after the query",
        },
      });
      if (!arrived)
        return t.report.fail("The browser did not come back to a registered URI that has a query.");
      const { query, url } = arrived;
      t.report.note("what came back", url);
      const kept = query.get("own") === "1" && query.get("words") === "a b/c";
      t.report.require(kept, `The URI lost its own query: ${url}`);
      t.report.require(query.get("state") === "after the query", `state is not part of the query: ${url}`);
      if (!url.includes(`?${own}`))
        t.report.warn(`The URI's own query came back in another encoding: ${url}`);
    },
  },
  {
    id: "R-25",
    title: "With only state the OP asks, logs out on yes and does not redirect",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const trace = traceOf(browser);
      const a = t.rp("rp-a");
      await t.signIn(browser, a, t.alice);
      const state = `"><img src=x data-canary onerror=alert(1)>`;
      const { page, startedAt } = await logOut(t, browser, a, {
        parameters: { state },
        answer: "nothing",
        comesBack: false,
      });
      const injected = () => page.locator("[data-canary]").count();
      t.report.require((await injected()) === 0, "state is part of the OP's page as HTML.");
      if (!(await confirmAndStay(t, page, startedAt)))
        return t.report.fail("The OP does not ask whether to log out.");
      await assertSoonLoggedOut(t, browser, a);
      t.report.require((await injected()) === 0, "state is part of the OP's last page as HTML.");
      t.report.require(trace.dialogs.length === 0, "The OP's page ran the script in state.");
    },
  },
];

/** How the returned state differs, in one sentence. */
function difference(sent: string, returned: readonly string[]): string {
  const [first] = returned;
  if (first === undefined) return "state did not come back.";
  if (returned.length > 1) return `state came back ${returned.length} times.`;
  const at = [...sent].findIndex((character, index) => [...first][index] !== character);
  const where = JSON.stringify([...sent].slice(Math.max(at - 2, 0), at + 3).join(""));
  return `state came back changed, first at character ${at + 1} (${where}), with ${first.length} of ${sent.length} characters.`;
}
