/** R: the only place to send a browser after a logout is a registered URI, compared exactly (RIL 3). */

import { assertUndisturbed } from "../judge/notifications.ts";
import { assertSoonLoggedOut } from "../judge/oracles.ts";
import {
  assertGoodLogout,
  assertNoneObeyed,
  assertNotObeyed,
  type BadRequest,
} from "../judge/rejected-requests.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { confirmIfAsked } from "../steps/confirmation.ts";
import { logOut, visitsSince } from "../steps/logout.ts";
import { ownProbeIfPossible } from "../steps/own-probe.ts";
import { endSessionEndpoint, endSessionUrl, requireAnswer, sendRaw } from "../steps/raw-request.ts";
import { signInAt } from "../steps/sign-in.ts";
import { almostRegistered } from "../steps/uri-variants.ts";

const withUri =
  ({ idToken }: SignIn) =>
  ([what, uri]: [string, string]): BadRequest => ({
    what,
    parameters: { id_token_hint: idToken, post_logout_redirect_uri: uri },
    target: uri,
    isProven: true,
  });

async function assertUrisRefused(
  t: Trial,
  uris: (rp: RelyingParty) => Record<string, string>,
): Promise<void> {
  const browser = await t.browser();
  const a = t.rp("rp-a");
  const session = await t.signIn(browser, a, t.alice);
  await assertNotObeyed(t, browser, session, Object.entries(uris(a)).map(withUri(session)));
}

const scripts = {
  javascript: "javascript:alert(1)",
  data: "data:text/html,<script>alert(1)</script>",
  vbscript: "vbscript:msgbox(1)",
};

export const postLogoutUris: Check[] = [
  {
    id: "R-08",
    title: "The browser is never redirected to an unregistered post_logout_redirect_uri",
    clause: "RIL 3",
    severity: "critical",
    needs: ["end-session"],
    run: (t) =>
      assertUrisRefused(t, ({ base }) => ({
        "another path of the same app": `${base}/logout/elsewhere`,
        "another site": "https://attacker.example/phish",
      })),
  },
  {
    id: "R-09",
    title: "The registered URI with an added query is refused",
    clause: "RIL 3",
    severity: "high",
    needs: ["end-session"],
    run: (t) => assertUrisRefused(t, (a) => ({ "?foo=bar": `${a.postLogoutUri}?foo=bar` })),
  },
  {
    id: "R-10",
    title: "URIs that almost equal the registered one are refused",
    clause: "RIL 3",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      // Too many for one browser if the OP asks the user about each.
      const rps = [t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d")];
      const shares = rps.map(async (rp, index) => {
        const browser = await t.browser();
        const session = await t.signIn(browser, rp, t.alice);
        const ports = t.probes.map(({ recorder }) => recorder.port);
        const uris = Object.entries(almostRegistered(rp.postLogoutUri, ports));
        const requests = uris.filter((_, at) => at % rps.length === index).map(withUri(session));
        return { browser, session, requests };
      });
      await assertNoneObeyed(t, await Promise.all(shares));
    },
  },
  {
    id: "R-11",
    title: "The registered URI of another client is refused",
    clause: "RIL 3",
    severity: "high",
    needs: ["end-session"],
    run: (t) =>
      assertUrisRefused(t, () => ({
        "of a client that the user is not signed in to": t.rp("rp-c").postLogoutUri,
        "of a second one": t.rp("rp-b").postLogoutUri,
      })),
  },
  {
    id: "R-12",
    title: "Without a hint or client_id the browser is not redirected",
    clause: "RIL 3",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const what = "no hint and no client_id";
      const parameters = { post_logout_redirect_uri: a.postLogoutUri };
      await assertNotObeyed(t, browser, session, [{ what, parameters }]);
    },
  },
  {
    id: "R-13",
    title: "With client_id but no hint the OP asks before it ends the session",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const { page, startedAt } = await logOut(t, browser, a, {
        parameters: { client_id: a.client.clientId, post_logout_redirect_uri: a.postLogoutUri },
        answer: "nothing",
        comesBack: false,
      });
      t.report.require(
        visitsSince(t, startedAt).length === 0,
        "The browser was redirected before the user was asked.",
      );
      await assertUndisturbed(t, browser, session, startedAt, "The question was still unanswered");
      if (!(await confirmIfAsked(t, page))) {
        t.report.measure("The OP refuses such a request.");
        return assertGoodLogout(t, browser, session);
      }
      const patience = { from: startedAt, timeout: 5_000 };
      const came = await a.recorder.waitFor(({ kind }) => kind === "post-logout", patience);
      t.report.measure(came ? "After yes the browser comes back." : "After yes the browser stays at the OP.");
      await assertSoonLoggedOut(t, browser, a);
    },
  },
  {
    id: "R-35",
    title: "Duplicate parameters never lead to an unregistered URI",
    clause: "RIL 4",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const [session, other] = await signInAt(t, browser, t.alice, a, b);
      const [good, bad] = [a.postLogoutUri, `${a.base}/logout/elsewhere`];
      const hint: [string, string] = ["id_token_hint", session.idToken];
      const uri = (value: string): [string, string] => ["post_logout_redirect_uri", value];
      const twins: Record<string, [string, string][]> = {
        "registered, then unregistered": [hint, uri(good), uri(bad)],
        "unregistered, then registered": [hint, uri(bad), uri(good)],
        "two hints": [hint, ["id_token_hint", other.idToken], uri(good)],
        "two client_ids": [
          hint,
          ["client_id", a.client.clientId],
          ["client_id", b.client.clientId],
          uri(b.postLogoutUri),
        ],
      };
      for (const [what, parameters] of Object.entries(twins)) {
        t.report.noteRequest(what, "GET", endSessionEndpoint(t), parameters);
        const answer = await sendRaw(browser, endSessionUrl(t, parameters));
        t.report.note(what, { status: answer.status });
        requireAnswer(t.report, what, answer);
        if (answer.status >= 400) continue;
        const from = performance.now();
        const page = await browser.newPage();
        await page.goto(endSessionUrl(t, parameters)).catch(() => undefined);
        await confirmIfAsked(t, page);
        const wrong = (visit: { url: string }) =>
          !visit.url.startsWith("/logout?") && visit.url !== "/logout";
        await a.recorder.waitFor(({ kind }) => kind === "post-logout", { from, timeout: 2_000 });
        const visit = visitsSince(t, from).find((each) => wrong(each) || b.recorder.records.includes(each));
        if (visit) t.report.fail(`${what}: the browser was sent to ${visit.headers.host}${visit.url}.`);
        t.report.measure(`${what}: the OP uses one of them.`);
        await closePage(page);
        await t.signIn(browser, a, t.alice);
      }
      await assertGoodLogout(t, browser, await t.signIn(browser, a, t.alice));
    },
  },
  {
    id: "R-41",
    title: "Script URIs are refused at registration and at use",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      await assertNotObeyed(t, browser, session, Object.entries(scripts).map(withUri(session)));
      if (!t.register) return t.report.measure("Registration was not tried: this run registers no clients.");
      for (const [scheme, uri] of Object.entries(scripts)) {
        const taken = await isTaken(t, uri);
        // The URI SHOULD use https and MAY use a scheme of an app (RIL 2): no word forbids these.
        t.report.advise(!taken, `The OP registers a ${scheme}: URI as post_logout_redirect_uri.`);
      }
    },
  },
];

/** Whether the OP registers it for a client. */
async function isTaken(t: Trial, uri: string): Promise<boolean> {
  const own = await ownProbeIfPossible(t, { name: "rp-x", metadata: { post_logout_redirect_uris: [uri] } });
  return typeof own !== "string";
}
