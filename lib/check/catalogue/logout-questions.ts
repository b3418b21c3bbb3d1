/** R: when the OP must ask before it ends a session (RIL 2), and what the answers do. */
import type { BrowserContext, Page } from "@playwright/test";
import { assertUndisturbed, requireNoNotification } from "../judge/notifications.ts";
import { assertKept, assertSoonLoggedOut } from "../judge/oracles.ts";
import { assertGoodLogout } from "../judge/rejected-requests.ts";
import { lacks } from "../model/capabilities.ts";
import { nextTokenAbout } from "../probe/logout-tokens.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { confirmAndStay, confirmationOf, confirmIfAsked, replayFrom } from "../steps/confirmation.ts";
import { type LogoutOutcome, logOut, usualParameters } from "../steps/logout.ts";
import { endSessionEndpoint } from "../steps/raw-request.ts";
import { signInAt } from "../steps/sign-in.ts";

/** Sends a request and leaves the question unanswered. */
const openQuestion = (
  t: Trial,
  browser: BrowserContext,
  from: RelyingParty,
  parameters: Record<string, string> = {},
): Promise<LogoutOutcome> => logOut(t, browser, from, { parameters, answer: "nothing", comesBack: false });

const noNo =
  "The OP's question can only be answered with yes: a user who wants to stay has to leave the page.";

/** A question for which the driver found no answer but yes, and which it did not leave either. */
async function onlyYes(
  t: Trial,
  browser: BrowserContext,
  session: SignIn,
  { page, startedAt }: LogoutOutcome,
): Promise<void> {
  await assertUndisturbed(t, browser, session, startedAt, "The question was still unanswered");
  const asked = await confirmIfAsked(t, page);
  t.report.require(asked, "The OP does not ask whether to log out, not even without a hint.");
  await assertSoonLoggedOut(t, browser, session.rp);
  t.report.warn(noNo);
}

/** Attacks that need no user interaction, from a page of RP-C, where no user has signed in. */
async function attackFrom(page: Page, endpoint: string): Promise<void> {
  await page.evaluate(async (url) => {
    const loaded = (element: HTMLElement) =>
      new Promise<void>((resolve) => {
        element.addEventListener("load", () => resolve());
        element.addEventListener("error", () => resolve());
        setTimeout(resolve, 3_000);
        document.body.append(element);
      });
    const frame = document.createElement("iframe");
    const posted = Object.assign(document.createElement("iframe"), { name: "posted" });
    const form = Object.assign(document.createElement("form"), {
      method: "post",
      action: url,
      target: "posted",
    });
    document.body.append(form);
    const image = new Image();
    frame.src = url;
    image.src = `${url}${url.includes("?") ? "&" : "?"}image=1`;
    await Promise.all([loaded(frame), loaded(image), loaded(posted)]);
    const answered = new Promise((resolve) => {
      posted.addEventListener("load", resolve);
      setTimeout(resolve, 3_000);
    });
    form.submit();
    await Promise.all([answered, fetch(url, { mode: "no-cors", credentials: "include" }).catch(() => {})]);
  }, endpoint);
}

export const logoutQuestions: Check[] = [
  {
    id: "R-24",
    title: "Without parameters the OP asks, logs out on yes and does not redirect",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const { page, startedAt } = await openQuestion(t, browser, a);
      await assertUndisturbed(t, browser, session, startedAt, "The question was still unanswered");
      const asked = await confirmAndStay(t, page, startedAt);
      t.report.require(asked, "The OP does not ask whether to log out.");
      await assertSoonLoggedOut(t, browser, a);
    },
  },
  {
    id: "R-26",
    title: "With a hint but no redirect URI the session ends and the browser stays at the OP",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const { page, startedAt } = await openQuestion(t, browser, a, { id_token_hint: session.idToken });
      const asked = await confirmAndStay(t, page, startedAt);
      t.report.note("where the browser was left", { asked, url: page.url().split("?", 1)[0] ?? "" });
      const atProbe = t.probes.some(({ base }) => page.url().startsWith(base));
      t.report.require(!atProbe, "The browser was sent to a URI that was not in the request.");
      await assertSoonLoggedOut(t, browser, a);
    },
  },
  {
    id: "R-27",
    title: "Another site cannot log the user out by frame, image, form or fetch",
    clause: "RIL 6",
    severity: "critical",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, c] = [t.rp("rp-a"), t.rp("rp-c")];
      const session = await t.signIn(browser, a, t.alice);
      const from = performance.now();
      const page = await browser.newPage();
      await page.goto(`${c.base}/`);
      await attackFrom(page, endSessionEndpoint(t));
      t.report.note("another site has loaded the logout endpoint", {
        by: "iframe, img, POST into an iframe, fetch",
      });
      await assertUndisturbed(t, browser, session, from, "Another site had loaded the logout endpoint");
      const { page: question } = await openQuestion(t, browser, c);
      await assertUndisturbed(
        t,
        browser,
        session,
        from,
        "Another site had navigated the browser to the question",
      );
      await Promise.all([closePage(page), closePage(question)]);
      await assertGoodLogout(t, browser, session);
      if (t.cookieMode === "cookies-blocked")
        t.report.measure(
          "Only tried by navigation: frames, images and fetch carry no third-party cookies here.",
        );
    },
  },
  {
    id: "R-28",
    title: "The logout question cannot be answered or framed by another site",
    clause: "RFC 9700 4.16",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const [browser, attacker] = [await t.browser(), await t.browser()];
      const [a, c] = [t.rp("rp-a"), t.rp("rp-c")];
      const session = await t.signIn(browser, a, t.alice);
      await t.signIn(attacker, a, t.bob);
      // The attacker knows a complete answer: the one to his own question.
      const from = performance.now();
      const own = await confirmationOf(t, attacker, endSessionEndpoint(t));
      if (!own)
        return t.report.skip("The OP's logout question does not send a request when the user confirms.");
      const victims = await confirmationOf(t, browser, endSessionEndpoint(t));
      if (!victims) return t.report.fail("The OP asks in one browser, but not in the other.");
      await replayFrom(browser, c, own.request);
      t.report.note("another site has sent the attacker's answer", {
        method: own.request.method,
        url: own.request.url,
      });
      await assertUndisturbed(t, browser, session, from, "Another site had sent its own answer");
      const { "content-security-policy": policy = "", "x-frame-options": options = "" } = victims.headers;
      t.report.note("framing of the question", {
        "x-frame-options": options,
        "content-security-policy": policy,
      });
      const sources = /frame-ancestors([^;]*)/i.exec(policy)?.[1]?.trim();
      const isGuarded =
        sources === undefined ? /^(deny|sameorigin)$/i.test(options) : !/\*|http/.test(sources);
      t.report.require(
        isGuarded,
        "Any site may frame the logout question and trick the user into confirming.",
      );
      await assertGoodLogout(t, browser, session);
    },
  },
  {
    id: "R-29",
    title: "A user who answers no stays signed in, and no app is notified",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      let sessions = await signInAt(t, browser, t.alice, a, b);
      const answerNo = (parameters: Record<string, string>) =>
        logOut(t, browser, a, { parameters, answer: "no", comesBack: false });
      let outcome = await answerNo(usualParameters(sessions[0]));
      if (!outcome.asked) {
        // With a valid hint the OP need not ask (RIL 2); without one it must.
        sessions = await signInAt(t, browser, t.alice, a, b);
        outcome = await answerNo({});
        if (!outcome.asked) return onlyYes(t, browser, sessions[0], outcome);
      }
      const [session, other] = sessions;
      await assertKept(t, browser, session);
      requireNoNotification(t.report, sessions, outcome.startedAt, "The user had said no");
      if (outcome.finalUrl === "about:blank") t.report.warn(noNo); // the driver has left the page
      if (outcome.arrived?.query.has("error")) {
        t.report.measure(`The app receives the error ${outcome.arrived.query.get("error")}.`);
      } else if (outcome.arrived) {
        t.report.warn(
          "After no, the browser comes back as after a logout: the app cannot tell the difference.",
        );
      }
      const from = performance.now();
      await assertGoodLogout(t, browser, session);
      if (!lacks(t, "back-channel", b)) {
        const token = await nextTokenAbout(other, from);
        t.report.require(
          token !== undefined,
          "The normal logout did not notify RP-B either: nothing is proven.",
        );
      }
    },
  },
];
