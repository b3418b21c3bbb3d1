/** S: Session Management 1.0, the OP iframe's answers to legitimate RPs. */
import type { BrowserContext } from "@playwright/test";
import type { SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import {
  assertChanged,
  assertUnchanged,
  needsSight,
  needsUnchanged,
  OpIframe,
  question,
  withClient,
} from "../steps/op-iframe.ts";
import { signInAt } from "../steps/sign-in.ts";

export const opIframe: Check[] = [
  {
    id: "S-05",
    title: "The OP iframe answers unchanged while the user is signed in",
    clause: "SM 3.2",
    severity: "high",
    needs: ["session-management"],
    eachCookieMode: true,
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      for (const session of await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b")))
        await assertUnchanged(t.report, await OpIframe.open(t, browser, session.rp), session);
    },
  },
  {
    id: "S-06",
    title: "After a logout the OP iframe answers changed to every RP in the session",
    clause: "SM 3.2",
    severity: "high",
    needs: ["session-management", "end-session"],
    eachCookieMode: true,
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const sessions = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"));
      const pages = await openPages(t, browser, sessions);
      await logOutFrom(t, browser, sessions[0]);
      for (const { iframe, session } of pages) {
        await assertChanged(t.report, iframe, session, "After the logout, in a page that stayed open");
        await iframe.load();
        await assertChanged(t.report, iframe, session, "After the logout, in a newly loaded iframe");
      }
    },
  },
  {
    id: "S-07",
    title:
      "When another user signs in, the OP iframe answers changed and the old ID Token is not a valid hint",
    clause: "SM 3.2, Core 3.1.2.1",
    severity: "high",
    needs: ["session-management", "end-session"],
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const alice = await t.signIn(browser, a, t.alice);
      const [page] = await openPages(t, browser, [alice]);
      if (!page) throw new Error("no page was opened");
      await logOutFrom(t, browser, alice);
      const bob = await t.signIn(browser, a, t.bob);
      if (bob.sub === alice.sub)
        t.report.fail(`${t.bob.name} signed in after ${t.alice.name}, but the ID Token is for ${bob.sub}.`);
      await assertUnchanged(t.report, await OpIframe.open(t, browser, a, { src: page.iframe.src }), bob);
      await assertChanged(
        t.report,
        page.iframe,
        alice,
        `${t.alice.name} asks while ${t.bob.name} is signed in`,
      );
      const result = await t.ask(browser, a, { id_token_hint: alice.idToken });
      if ("error" in result) return;
      t.report.require(
        result.sub !== alice.sub,
        `prompt=none signs ${alice.sub} in again, in ${bob.sub}'s browser.`,
      );
      t.report.warn(
        `prompt=none with the ID Token of ${alice.sub} as hint signs ${result.sub} in (Core requires an error).`,
      );
    },
  },
  {
    id: "S-12",
    title: "The OP iframe can be framed and answers without additional URL parameters",
    clause: "SM 3.3",
    severity: "high",
    needs: ["session-management"],
    eachCookieMode: true,
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const policies: string[] = [];
      const iframe = await OpIframe.open(t, browser, a);
      const answered = async () =>
        ["unchanged", "changed", "error"].includes(await iframe.ask(question(t.report, session)));
      browser.on("response", (response) => {
        const { "x-frame-options": options, "content-security-policy": policy } = response.headers();
        const ancestors = /frame-ancestors[^;]*/.exec(policy ?? "")?.[0];
        if (response.url() === iframe.src)
          policies.push(
            `status ${response.status()}`,
            ...[options && `X-Frame-Options: ${options}`, ancestors].filter((each) => each !== undefined),
          );
      });
      if (await answered()) return;
      await iframe.load();
      const sent = policies.join("; ") || "no response was seen";
      t.report.note("how the OP iframe is served", sent);
      iframe.src = withClient(iframe.src, a);
      await iframe.load();
      t.report.require(!(await answered()), "It answers only with client_id and redirect_uri in its URL.");
      t.report.fail(`It gives no answer to an RP iframe beside it (${sent}).`);
    },
  },
  {
    id: "S-15",
    title: "While the login stays the same, the OP iframe never answers changed",
    clause: "SM 3.2",
    severity: "medium",
    needs: ["session-management"],
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const offline = { scope: "openid offline_access", prompt: "consent" };
      const isOffered = (t.metadata.scopes_supported ?? []).includes("offline_access");
      const session = await t.signIn(browser, a, t.alice, isOffered ? offline : {});
      await browser.clock.install(); // controls the frames' timers, which run normally until fastForward
      const iframe = await OpIframe.open(t, browser, a);
      await needsUnchanged(t.report, iframe, session);
      const stays = async () => {
        const answers = await iframe.askOften(question(t.report, session), 20);
        return answers.every((answer) => answer === "unchanged");
      };
      t.report.require(await stays(), "It does not answer unchanged twenty times in a row.");
      if (!(await useTokens(t, session))) t.report.measure("No token to refresh was issued.");
      if (!(await stays())) t.report.warn("After userinfo and a token refresh it answers changed.");
      await t.ask(browser, a);
      if (!(await stays())) t.report.warn("After a silent sign-in of the same user it answers changed.");
      await t.signIn(browser, t.rp("rp-b"), t.alice);
      if (!(await stays()))
        t.report.measure("After the sign-in at a second Relying Party it answers changed.");
      else {
        await browser.clock.fastForward(60_000);
        t.report.advise(await stays(), "A minute later it no longer answers unchanged.");
      }
    },
  },
  {
    id: "S-17",
    title: "A session_state is not accepted with another client's client_id",
    clause: "SM 3.2",
    severity: "medium",
    needs: ["session-management"],
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const [a, b] = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"));
      const pages = await openPages(t, browser, [a, b], needsUnchanged);
      for (const { iframe, session } of pages) {
        const answer = await iframe.ask(`${b.rp.client.clientId} ${a.sessionState}`);
        t.report.require(
          answer !== "unchanged",
          `It answers unchanged to RP-A's session_state with RP-B's client_id, sent from ${session.rp.name}.`,
        );
      }
    },
  },
];

/** Opens a page at the probe of each session and checks that its login is unchanged. */
async function openPages(
  t: Trial,
  browser: BrowserContext,
  sessions: readonly SignIn[],
  twin = assertUnchanged,
) {
  const pages: { iframe: OpIframe; session: SignIn }[] = [];
  for (const session of sessions) {
    const iframe = await OpIframe.open(t, browser, session.rp);
    await twin(t.report, iframe, session);
    pages.push({ iframe, session });
  }
  return pages;
}

async function logOutFrom(t: Trial, browser: BrowserContext, session: SignIn): Promise<void> {
  const { arrived } = await logOut(t, browser, session.rp, { parameters: usualParameters(session) });
  t.report.require(
    arrived !== undefined,
    "The logout did not come back, so nothing can be concluded about the time after it (R-01).",
  );
}

/** Uses the tokens as apps do all the time.
 * @returns whether there was one to refresh */
async function useTokens(t: Trial, { rp, accessToken, refreshToken }: SignIn): Promise<boolean> {
  const { userinfo_endpoint: userinfo } = t.metadata;
  if (userinfo && accessToken) {
    const { status } = await t.context.fetch(userinfo, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    t.report.note("userinfo", { status });
  }
  if (!refreshToken) return false;
  await rp.tokens("refresh_token", { refresh_token: refreshToken });
  t.report.note("token refresh", "done");
  return true;
}
