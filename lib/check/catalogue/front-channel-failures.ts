/** F: Front-Channel Logout 1.0, when a Relying Party does not answer as it should. */
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { withoutQueries } from "../evidence/redaction.ts";
import type { Check } from "../model/check.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { frontChannelLogout, received } from "../steps/front-channel.ts";
import type { LogoutOutcome } from "../steps/logout.ts";

/** Longest that a user may be kept by an app that does not answer, in milliseconds. */
const longest = 15_000;
/** After this the user has looked for a way on, in milliseconds. */
const userWaits = 5_000;

export const frontChannelFailures: Check[] = [
  {
    id: "F-06",
    title: "A Relying Party that never answers keeps neither the other frames nor the user",
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
      // RP-D comes first: an OP that goes from one to the next stops there.
      const browser = await t.browser();
      await t.signIn(browser, d, t.alice);
      const { outcome, requests } = await frontChannelLogout(t, browser, [a, b], { comesBack: false });
      const isAsked = t.received(d, "front-channel", outcome.startedAt).length > 0;
      if (!isAsked) return t.skip("RP-D was not asked, so nothing hung (F-01).");
      const missing = requests.filter(({ recorded }) => !recorded).map(({ session }) => session.rp.name);
      t.require(
        missing.length === 0,
        `${missing.join(" and ")} waited in vain: not asked while RP-D did not answer.`,
      );
      t.measure(await wayBack(t, outcome, a));
    },
  },
  {
    id: "F-07",
    title: "The way back waits for frames that answer within a second",
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
      const came = received(t, logout);
      const { arrived, finalUrl } = logout.outcome;
      if (!arrived)
        return t.fail(`The browser did not come back; it was left at ${withoutQueries(finalUrl)}.`);
      t.require(cutOff.length === 0, `The OP's page went on and cut off ${cutOff.join(" and ")}.`);
      for (const { session } of came) {
        const at = answered.get(session.rp.name);
        t.require(
          at !== undefined && at <= arrived.at,
          `The browser was back before ${session.rp.name} had answered.`,
        );
      }
    },
  },
  {
    id: "F-08",
    title: "A Relying Party that refuses to be framed or answers with an error does not keep the user",
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
      const came = received(t, logout).map(({ session }) => session.rp);
      t.note("answers", `${b.name}: X-Frame-Options DENY; ${d.name}: 500`);
      if (!came.includes(b) && !came.includes(d)) t.skip("Neither of the two was asked (F-01).");
      const way = await wayBack(t, logout.outcome, a);
      if (!logout.outcome.arrived) t.measure(way);
    },
  },
];

/** Fails unless the browser comes back by itself, or by a link that the OP's page offers the user (FCL 4.1 has it say
 * that the logout may not have been complete).
 * @returns how it came back */
async function wayBack(t: Trial, outcome: LogoutOutcome, rp: RelyingParty): Promise<string> {
  const { startedAt, page } = outcome;
  const back = async (timeout: number) => {
    const from = startedAt;
    const isInTime = ({ kind, at }: Recorded) => kind === "post-logout" && at - startedAt <= longest;
    const arrival = await rp.recorder.waitFor(isInTime, { from, timeout });
    return arrival && ((arrival.at - startedAt) / 1000).toFixed(1);
  };
  const elapsed = () => performance.now() - startedAt;
  const byItself = await back(Math.max(0, userWaits - elapsed()));
  if (byItself) return `The browser came back by itself after ${byItself} s.`;
  const link = page.locator(`a[href^="${rp.postLogoutUri}"]:visible`).first();
  if (await link.isVisible().catch(() => false)) {
    await link.click({ timeout: 2_000, noWaitAfter: true }).catch(() => undefined);
    if (await back(2_000))
      return `The OP's page does not go on by itself within ${userWaits / 1000} s; its link leads the user back.`;
  }
  const late = await back(Math.max(0, longest - elapsed()));
  if (late) return `The browser came back by itself after ${late} s.`;
  t.fail(
    `The user is kept: not back within ${longest / 1000} s, and no link leads on from ${withoutQueries(page.url())}.`,
  );
}
