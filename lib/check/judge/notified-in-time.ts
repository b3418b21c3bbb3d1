/** Whether the apps are notified before the browser comes back (RIL 3). */
import type { Channel } from "../model/channels.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";

/** How long a slow app takes to answer, in milliseconds. */
const slow = 1_500;
/** How long to wait for a notification that has not come yet, in milliseconds. */
const patience = 5_000;

/** Logs alice out of both probes. Fails if one of these channels notifies one of them after the browser's return, or none
 * notifies it at all.
 * @param slowly the channel on which the apps take their time. Slow apps reveal the order, which would otherwise be a
 * matter of luck; but the browser that waits for one channel may hide that the other one is late
 * @returns whether the OP waited for the first slow answer */
export async function assertNotifiedInTime(
  trial: Trial,
  channels: readonly Channel[],
  slowly: Channel | undefined,
): Promise<boolean> {
  const { report } = trial;
  const rps = [trial.rp("rp-a"), trial.rp("rp-b")] as const;
  const browser = await trial.browser();
  const [session] = await signInAt(trial, browser, trial.alice, ...rps);
  const finished: number[] = [];
  const restore = slowly ? rps.map((rp) => answerSlowly(rp, slowly, finished)) : [];
  for (const undo of restore) trial.afterwards(undo);
  const { arrived, startedAt } = await logOut(trial, browser, session.rp, {
    parameters: usualParameters(session),
  });
  if (!arrived)
    return report.fail("The browser did not come back to the registered post_logout_redirect_uri.");
  const wait = { from: startedAt, timeout: patience };
  await Promise.all(
    rps.flatMap(({ recorder }) => channels.map((kind) => recorder.waitFor((it) => it.kind === kind, wait))),
  );
  for (const undo of restore) undo();
  const how = slowly ? `with slow answers by ${slowly} logout` : "with quick answers";
  for (const { name, recorder } of rps) {
    const received = channels.flatMap((kind) => recorder.since(startedAt, kind));
    for (const { kind, at } of received)
      report.note(
        `${kind} request to ${name}, ${how}, relative to the browser's return`,
        `${Math.round(at - arrived.at)} ms`,
      );
    report.require(received.length > 0, `${name} was not notified before the browser came back.`);
    const late = received.find(({ at }) => at > arrived.at);
    report.require(
      !late,
      `The browser came back before ${name} was notified by ${late?.kind} logout, ${how}.`,
    );
  }
  return finished.length > 0 && Math.min(...finished) <= arrived.at;
}

const answerSlowly = ({ recorder }: RelyingParty, channel: Channel, finished: number[]): (() => void) =>
  recorder.answer(channel, async (response) => {
    await new Promise((resolve) => setTimeout(resolve, slow));
    response.writeHead(200, { "content-type": "text/html", "cache-control": "no-store" }).end();
    finished.push(performance.now());
  });
