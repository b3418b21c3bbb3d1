/** S: Session Management 1.0 in a browser that blocks the OP's cookies in frames. */
import type { CheckReport } from "../evidence/check-report.ts";
import { type Refused, RelyingParty, type SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { OpIframe, question, whyBlind } from "../steps/op-iframe.ts";

/** How often the RP asks: every three seconds for a minute. */
const questions = 20;
/** The most authorization requests that the RP may have to send in that minute. */
const most = 3;

export const opIframeBlocked: Check[] = [
  {
    id: "S-14",
    title: "Without third-party cookies an RP does not loop through silent requests",
    clause: "SM 5.1",
    severity: "medium",
    needs: ["session-management"],
    eachCookieMode: true,
    run: async (t) => {
      if (t.cookieMode !== "cookies-blocked")
        t.report.skip("This check is for browsers that block third-party cookies: see the other mode.");
      const why = whyBlind(t);
      if (!why)
        t.report.skip(
          "The OP and the RP are on the same site here, so its cookies are not third-party cookies.",
        );
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      const iframe = await OpIframe.open(t, browser, session.rp);
      const { answers, requests, end } = await followSession(t, iframe, session);
      t.report.note("the RP's minute", { answers: answers.join(", "), requests, end });
      t.report.require(
        requests <= most,
        `More than ${most} authorization requests in a minute: ${answers.join(", ")} (an endless loop).`,
      );
      const [first] = answers;
      if (first === "silent" || first?.startsWith("other"))
        t.report.warn(
          `The OP iframe answers ${first}: the RP does not learn that the session cannot be monitored.`,
        );
      else t.report.measure(`The OP iframe answers ${first}; then: ${end}.`);
    },
  },
];

interface Followed {
  answers: string[];
  /** With `prompt=none`. */
  requests: number;
  end: string;
}

/** An RP as in SM 3.1: keeps asking, reauthenticates silently in a frame on `changed`, stops on `error`. */
async function followSession(t: Trial, iframe: OpIframe, session: SignIn): Promise<Followed> {
  let current = session;
  const answers: string[] = [];
  let requests = 0;
  const ended = (end: string): Followed => ({ answers, requests, end });
  for (let asked = 0; asked < questions; asked++) {
    const answer = await iframe.ask(question(t.report, current));
    answers.push(answer);
    if (answer === "unchanged") continue;
    if (answer !== "changed") return ended(`the RP stops at ${answer}`);
    requests += 1;
    if (requests > most) return ended("it would continue");
    const result = await askInFrame(t.report, iframe, current);
    if (!result) return ended("the silent request in a frame gets no answer");
    if ("error" in result) return ended(`the RP logs the user out because of ${result.error}`);
    current = result;
  }
  return ended("the RP knows the login");
}

async function askInFrame(
  report: CheckReport,
  iframe: OpIframe,
  { rp, idToken }: SignIn,
): Promise<SignIn | Refused | undefined> {
  const request = await rp.authorizationRequest({ prompt: "none", id_token_hint: idToken });
  const from = performance.now();
  await iframe.host.evaluate(`void frame(${JSON.stringify(request.url)})`);
  const answer = await rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: 5_000 });
  const result = answer && (await rp.complete(request, answer));
  report.note(
    `prompt=none in a frame at ${rp.name}`,
    !result ? "no answer" : "error" in result ? result.error : result.sub,
  );
  return result;
}
