/** S: Session Management 1.0 in a browser that keeps the OP's cookies from frames. */
import type { Check } from "../model/check.ts";
import { type Refused, RelyingParty, type Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { OpIframe, question, whyBlind } from "../steps/op-iframe.ts";

/** How often the Relying Party asks: every three seconds of a minute. */
const questions = 20;
/** Most authorization requests that a Relying Party may be driven to in that minute. */
const most = 3;

export const opIframeBlocked: Check[] = [
  {
    id: "S-14",
    title: "Without third-party cookies a Relying Party is not sent round in circles",
    clause: "SM 5.1",
    severity: "medium",
    needs: ["session-management"],
    eachCookieMode: true,
    run: async (t) => {
      if (t.cookieMode !== "cookies-blocked")
        t.skip("It is about browsers that block third-party cookies: see the other mode.");
      const why = whyBlind(t);
      if (!why)
        t.skip("The OP and the Relying Party are of one site here, so its cookies are no third party's.");
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      const iframe = await OpIframe.open(t, browser, session.rp);
      const { answers, requests, end } = await followSession(t, iframe, session);
      t.note("the Relying Party's minute", { answers: answers.join(", "), requests, end });
      t.require(
        requests <= most,
        `More than ${most} authorization requests in a minute: ${answers.join(", ")} (it never ends).`,
      );
      const [first] = answers;
      if (first === "silent" || first?.startsWith("other"))
        t.warn(`The OP iframe answers ${first}: the Relying Party never learns that it cannot tell.`);
      else t.measure(`The OP iframe answers ${first}; then: ${end}.`);
    },
  },
];

interface Followed {
  answers: string[];
  /** With `prompt=none`. */
  requests: number;
  end: string;
}

/** A Relying Party as SM 3.1 draws it: asks on, reauthenticates silently in a frame when told `changed`, stops at an
 * `error`. */
async function followSession(t: Trial, iframe: OpIframe, session: Session): Promise<Followed> {
  let current = session;
  const answers: string[] = [];
  let requests = 0;
  const ended = (end: string): Followed => ({ answers, requests, end });
  for (let asked = 0; asked < questions; asked++) {
    const answer = await iframe.ask(question(t, current));
    answers.push(answer);
    if (answer === "unchanged") continue;
    if (answer !== "changed") return ended(`the Relying Party stops at ${answer}`);
    requests += 1;
    if (requests > most) return ended("it would go on");
    const result = await askInFrame(t, iframe, current);
    if (!result) return ended("the silent request in a frame gets no answer");
    if ("error" in result) return ended(`the Relying Party logs the user out, told ${result.error}`);
    current = result;
  }
  return ended("the Relying Party knows the login");
}

async function askInFrame(
  t: Trial,
  iframe: OpIframe,
  { rp, idToken }: Session,
): Promise<Session | Refused | undefined> {
  const request = await rp.authorizationRequest({ prompt: "none", id_token_hint: idToken });
  const from = performance.now();
  await iframe.host.evaluate(`void frame(${JSON.stringify(request.url)})`);
  const answer = await rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: 5_000 });
  const result = answer && (await rp.complete(request, answer));
  t.note(
    `prompt=none in a frame at ${rp.name}`,
    !result ? "no answer" : "error" in result ? result.error : result.sub,
  );
  return result;
}
