/** F: Front-Channel Logout 1.0, if an RP does not answer correctly. */
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { CheckReport } from "../evidence/check-report.ts";
import { withoutQueries } from "../evidence/redaction.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import { frontChannelLogout, received } from "../steps/front-channel.ts";
import type { LogoutOutcome } from "../steps/logout.ts";

/** How long an unresponsive app may hold up the user, in milliseconds. */
const longest = 15_000;
/** When the user starts to look for a link, in milliseconds. */
const userWaits = 5_000;

export const frontChannelFailures: Check[] = [
  {
    id: "F-06",
    title: "An RP that never answers blocks neither the other logout iframes nor the user",
    clause: "FCL 3, 4.1",
    severity: "high",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const [a, b, d] = [t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d")];
      const hanging: ServerResponse[] = [];
      t.afterwards(d.recorder.answer("front-channel", (response) => void hanging.push(response)));
      t.afterwards(() => {
        for (const response of hanging) response.destroy();
      });
      // RP-D comes first: an OP that loads frames in sequence stops there.
      const browser = await t.browser();
      await t.signIn(browser, d, t.alice);
      const { outcome, requests } = await frontChannelLogout(t, browser, [a, b], { comesBack: false });
      const isAsked = t.received(d, "front-channel", outcome.startedAt).length > 0;
      if (!isAsked) return t.report.skip("RP-D was not requested, so nothing hung (F-01).");
      const missing = requests.filter(({ recorded }) => !recorded).map(({ session }) => session.rp.name);
      t.report.require(
        missing.length === 0,
        `${missing.join(" and ")} received no request while RP-D did not answer.`,
      );
      t.report.measure(await wayBack(t.report, outcome, a));
    },
  },
  {
    id: "F-07",
    title: "The redirect waits for logout iframes that answer within a second",
    clause: "FCL 3, RIL 3",
    severity: "high",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const rps = [t.rp("rp-a"), t.rp("rp-b")];
      const answered = new Map<string, number>();
      const cutOff: string[] = [];
      for (const { recorder, name } of rps) {
        const slowly = recorder.answer("front-channel", async (response) => {
          response.once("finish", () => answered.set(name, performance.now()));
          response.once("close", () => response.writableFinished || cutOff.push(name));
          await delay(1_000);
          response.setHeader("content-type", "text/html").end("<!doctype html><title>Logged out</title>");
        });
        t.afterwards(slowly);
      }
      const logout = await frontChannelLogout(t, await t.browser(), rps);
      const came = received(t.report, logout);
      const { arrived, finalUrl } = logout.outcome;
      if (!arrived)
        return t.report.fail(`The browser did not come back; it stayed at ${withoutQueries(finalUrl)}.`);
      t.report.require(cutOff.length === 0, `The OP's page moved on and cut off ${cutOff.join(" and ")}.`);
      for (const { session } of came) {
        const at = answered.get(session.rp.name);
        t.report.require(
          at !== undefined && at <= arrived.at,
          `The browser was back before ${session.rp.name} had answered.`,
        );
      }
    },
  },
  {
    id: "F-08",
    title: "An RP that refuses framing or answers with an error does not block the user",
    clause: "FCL 3",
    severity: "medium",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const [a, b, d] = [t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d")];
      t.afterwards(
        b.recorder.answer("front-channel", (response) => {
          response
            .writeHead(200, { "x-frame-options": "DENY", "content-type": "text/html" })
            .end("<p>No frames</p>");
        }),
      );
      t.afterwards(
        d.recorder.answer("front-channel", (response) => void response.writeHead(500).end("it broke")),
      );
      const logout = await frontChannelLogout(t, await t.browser(), [a, b, d], { comesBack: false });
      const came = received(t.report, logout).map(({ session }) => session.rp);
      t.report.note("answers", `${b.name}: X-Frame-Options DENY; ${d.name}: 500`);
      if (!came.includes(b) && !came.includes(d))
        t.report.skip("Neither RP-B nor RP-D received a request (F-01).");
      const way = await wayBack(t.report, logout.outcome, a);
      if (!logout.outcome.arrived) t.report.measure(way);
    },
  },
];

/** Fails unless the browser comes back automatically, or by a link on the OP's page (FCL 4.1: the page tells the
 * user that the logout may be incomplete).
 * @returns how it came back */
async function wayBack(report: CheckReport, outcome: LogoutOutcome, rp: RelyingParty): Promise<string> {
  const { startedAt, page } = outcome;
  const back = async (timeout: number) => {
    const from = startedAt;
    const isInTime = ({ kind, at }: Recorded) => kind === "post-logout" && at - startedAt <= longest;
    const arrival = await rp.recorder.waitFor(isInTime, { from, timeout });
    return arrival && ((arrival.at - startedAt) / 1000).toFixed(1);
  };
  const elapsed = () => performance.now() - startedAt;
  const byItself = await back(Math.max(0, userWaits - elapsed()));
  if (byItself) return `The browser came back automatically after ${byItself} s.`;
  const link = page.locator(`a[href^="${rp.postLogoutUri}"]:visible`).first();
  if (await link.isVisible().catch(() => false)) {
    await link.click({ timeout: 2_000, noWaitAfter: true }).catch(() => undefined);
    if (await back(2_000))
      return `The OP's page does not redirect within ${userWaits / 1000} s; its link leads the user back.`;
  }
  const late = await back(Math.max(0, longest - elapsed()));
  if (late) return `The browser came back automatically after ${late} s.`;
  report.fail(
    `The user is stuck: not back within ${longest / 1000} s, and without a link at ${withoutQueries(page.url())}.`,
  );
}
