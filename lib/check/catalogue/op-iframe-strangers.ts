/** S: Session Management 1.0, malformed messages to the OP iframe, and questions from foreign origins. */
import type { BrowserContext } from "@playwright/test";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { iframeUrl, needsSight, needsUnchanged, OpIframe, question } from "../steps/op-iframe.ts";

export const opIframeStrangers: Check[] = [
  {
    id: "S-08",
    title: "The OP iframe answers error to malformed messages",
    clause: "SM 3.2",
    severity: "medium",
    needs: ["session-management"],
    eachCookieMode: true,
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const { sessionState = "hash.salt" } = await t.signIn(browser, a, t.alice);
      const long = "x".repeat(10_000);
      const malformed = [
        "",
        " ",
        "no-space",
        ` ${sessionState}`,
        long,
        {},
        [`client ${sessionState}`],
        1,
        null,
      ];
      const iframe = await OpIframe.open(t, browser, a);
      const crashes: string[] = [];
      iframe.host.page().on("pageerror", ({ message }) => crashes.push(message));
      const answers: { message: string; answer: string }[] = [];
      for (const message of malformed) {
        answers.push({ message: JSON.stringify(message).slice(0, 40), answer: await iframe.ask(message) });
        if (answers.filter(({ answer }) => answer === "silent").length >= 3) break; // two seconds each
      }
      if (crashes.length > 0) t.report.note("exceptions in the OP iframe", crashes.join("\n"));
      for (const wrong of ["unchanged", "changed", "silent", "other"]) {
        const messages = answers
          .filter(({ answer }) => answer.startsWith(wrong))
          .map(({ message }) => message);
        if (messages.length === 0) continue;
        const text = `It answers ${wrong} to ${messages.join(", ")}.`;
        if (wrong === "unchanged") t.report.fail(text);
        t.report.warn(crashes[0] && wrong === "silent" ? `${text} It throws: ${crashes[0]}` : text);
      }
    },
  },
  {
    id: "S-09",
    title: "Another origin that knows client_id and session_state never receives unchanged",
    clause: "SM 3.2, 6",
    severity: "high",
    needs: ["session-management"],
    run: (t) =>
      assertStrangersLearnNothing(t, ({ base }) => [base, `http://evil.localhost:${new URL(base).port}`]),
  },
  {
    id: "S-10",
    title: "Origins that resemble the RP's or the OP's never receive unchanged",
    clause: "SM 3.2, 6",
    severity: "high",
    needs: ["session-management"],
    run: (t) =>
      assertStrangersLearnNothing(t, (b, a) => {
        const { hostname, port } = new URL(a.base);
        const op = new URL(iframeUrl(t)).hostname;
        return [
          `http://${hostname}:${b.recorder.port}`,
          `http://${hostname}.evil.localhost:${port}`,
          `http://evil-${hostname.endsWith(".localhost") ? hostname : `${hostname}.localhost`}:${port}`,
          `http://${op}.evil.localhost:${port}`,
          `http://evil${op.replaceAll(".", "-")}.localhost:${port}`,
        ];
      }),
  },
  {
    id: "S-11",
    title: "The OP iframe's answer reaches only the origin that asked",
    clause: "SM 3.2, RFC 9700 4.17",
    severity: "medium",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const session = await t.signIn(browser, a, t.alice);
      await browser.addInitScript(holdMessages, new URL(iframeUrl(t)).origin);
      // RP-A's page is framed by a listening page of RP-B.
      const page = await browser.newPage();
      await page.goto(`${b.base}/op-iframe`);
      await page.evaluate(`frame(${JSON.stringify(`${a.base}/op-iframe`)})`);
      const host = page.frames().find((frame) => frame.url() === `${a.base}/op-iframe`);
      if (!host) return t.report.fail("The page of RP-A did not load in a frame.");
      const iframe = new OpIframe(t, host);
      await iframe.load();
      if ((await iframe.ask(question(t.report, session))) === "silent")
        return t.report.skip(
          "The OP iframe gives no answer at all (S-12), so no other page can receive one.",
        );
      const received = await page.evaluate<{ origin: string }[]>("receivedMessages");
      const fromOp = received.filter(({ origin }) => origin === new URL(iframeUrl(t)).origin);
      t.report.require(fromOp.length === 0, "The embedding page, of another origin, receives the answer.");
      const overheard = await answerAfterLeaving(t, iframe, question(t.report, session));
      t.report.note("received by the page that replaced the RP iframe", overheard.map(String).join(", "));
      t.report.require(
        overheard.length === 1 && overheard[0] === control,
        "The answer is posted to any origin: a page that replaces the RP iframe receives it.",
      );
    },
  },
];

/** RP-A's user is signed in; pages of other origins know RP-A's client_id and session_state. */
async function assertStrangersLearnNothing(
  t: Trial,
  originsOf: (b: RelyingParty, a: RelyingParty) => string[],
): Promise<void> {
  needsSight(t);
  const browser = await t.browser();
  const a = t.rp("rp-a");
  const session = await t.signIn(browser, a, t.alice);
  const own = await OpIframe.open(t, browser, a);
  await needsUnchanged(t.report, own, session);
  const strangers = originsOf(t.rp("rp-b"), a);
  await Promise.all(strangers.map((base) => assertLearnsNothing(t, browser, session, base, own.src)));
}

async function assertLearnsNothing(
  t: Trial,
  browser: BrowserContext,
  session: SignIn,
  base: string,
  src: string,
): Promise<void> {
  const iframe = await OpIframe.open(t, browser, session.rp, { base, src });
  const answer = await iframe.ask(question(t.report, session));
  t.report.require(
    answer !== "unchanged",
    `${base} receives unchanged for the client_id and session_state of ${session.rp.base}.`,
  );
}

const control = "the way is open";

/** Runs in the OP iframe before its own script: holds messages back on demand, and releases them later. */
function holdMessages(origin: string): void {
  if (location.origin !== origin || parent === window) return;
  const held: Pick<MessageEvent, "data" | "origin" | "source">[] = [];
  const hold = { on: false, held, release };
  Object.assign(window, { hold });
  addEventListener(
    "message",
    (event) => {
      if (!hold.on || !event.isTrusted) return;
      event.stopImmediatePropagation();
      const { data, origin: from, source } = event; // the window, which may later hold another document
      held.push({ data, origin: from, source });
    },
    true,
  );
  function release(): void {
    hold.on = false;
    for (const message of held) dispatchEvent(new MessageEvent("message", message));
  }
}

/** Asks from an RP iframe, which a page of another origin replaces before the answer leaves.
 * @returns what that page receives, at the end a control message posted to any origin */
async function answerAfterLeaving(t: Trial, iframe: OpIframe, message: string): Promise<unknown[]> {
  const { host } = iframe;
  const elsewhere = `${t.rp("rp-d").base}/rp-iframe`;
  const op = host.childFrames().find((frame) => !frame.url().endsWith("/rp-iframe"));
  if (!op) return t.report.fail("The OP iframe is gone from the page.");
  await op.evaluate("hold.on = true");
  const target = new URL(iframe.src).origin;
  await host.evaluate(`void ask(${JSON.stringify(message)}, ${JSON.stringify(target)})`);
  await op.waitForFunction("hold.held.length > 0");
  await host.evaluate(`rpIframe.then((frame) => new Promise((resolve) => {
    frame.addEventListener("load", () => resolve(), { once: true });
    frame.src = ${JSON.stringify(elsewhere)};
  }))`);
  const stranger = host.childFrames().find((frame) => frame.url() === elsewhere);
  if (!stranger) return t.report.fail("The other page did not replace the RP iframe.");
  await op.evaluate("hold.release()");
  // Leaves time for an answer. Messages arrive in the order in which they are posted.
  await op.evaluate(
    `new Promise((resolve) => setTimeout(resolve, 1000)).then(() => hold.held[0].source.postMessage(${JSON.stringify(control)}, "*"))`,
  );
  await stranger.waitForFunction(`receivedMessages.some(({ data }) => data === ${JSON.stringify(control)})`);
  return stranger.evaluate<unknown[]>("receivedMessages.map(({ data }) => data)");
}
