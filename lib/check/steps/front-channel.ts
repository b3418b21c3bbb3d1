/** Front-channel logout in a browser: the iframes in the OP's page, and their requests at the probes. */
import type { BrowserContext, Page } from "@playwright/test";
import type { CheckReport } from "../evidence/check-report.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { type LogoutAttempt, type LogoutOutcome, logOut, usualParameters } from "./logout.ts";
import { signInAt } from "./sign-in.ts";

/** The request of an iframe at a probe. */
interface FrameRequest {
  session: SignIn;
  /** Undefined if none came. */
  recorded: Recorded | undefined;
}

interface FrontChannelLogout {
  outcome: LogoutOutcome;
  /** One for each probe at which the user was signed in, in that order. */
  requests: FrameRequest[];
}

/** Longest wait for an iframe after the browser has come back or was given up, in milliseconds. */
const patience = 2_000;

/** Signs alice in at these probes, logs out from the first and collects the requests of their iframes. */
export async function frontChannelLogout(
  trial: Trial,
  browser: BrowserContext,
  rps: readonly RelyingParty[],
  attempt: Partial<LogoutAttempt> = {},
): Promise<FrontChannelLogout> {
  const sessions = await signInAt(trial, browser, trial.alice, ...rps);
  const [session] = sessions;
  if (!session) throw new Error("no session to log out from");
  const parameters = usualParameters(session);
  const outcome = await logOut(trial, browser, session.rp, { parameters, ...attempt });
  const requests = await Promise.all(
    sessions.map(async (each) => ({
      session: each,
      recorded: await requestAt(each.rp, outcome.startedAt),
    })),
  );
  for (const request of requests) noteFrame(trial.report, request);
  return { outcome, requests };
}

const requestAt = (rp: RelyingParty, from: number): Promise<Recorded | undefined> =>
  rp.recorder.waitFor(({ kind }) => kind === "front-channel", { from, timeout: patience });

function noteFrame(report: CheckReport, { session, recorded }: FrameRequest): void {
  const what = `front-channel request at ${session.rp.name}`;
  if (!recorded) {
    report.note(what, "none came");
    return;
  }
  const { method, url, headers } = recorded;
  report.note(what, {
    ...{ method, url },
    "sec-fetch-dest": String(headers["sec-fetch-dest"]),
    sid_of_id_token: session.sid ?? "none",
  });
}

/** The requests that came. Skips the check if none did, which F-01 reports. */
export function received(
  report: CheckReport,
  { requests }: FrontChannelLogout,
): (FrameRequest & { recorded: Recorded })[] {
  const came = requests.flatMap(({ session, recorded }) => (recorded ? [{ session, recorded }] : []));
  if (came.length === 0)
    report.skip("No front-channel request came at all (F-01): there is nothing to judge.");
  return came;
}

/** Watches every page and iframe of a browser with a script that runs before theirs.
 * @param script may call `report(value)` at any time
 * @returns the reports so far, each with its page's or iframe's URL, and the tab */
export async function watchPages(
  browser: BrowserContext,
  script: string,
): Promise<{ page: string; tab: Page; value: unknown }[]> {
  const reports: { page: string; tab: Page; value: unknown }[] = [];
  await browser.exposeBinding("reportToCheck", ({ frame, page }, value: unknown) => {
    reports.push({ page: frame.url(), tab: page, value });
  });
  await browser.addInitScript(`{ const report = (value) => void reportToCheck(value); ${script} }`);
  return reports;
}
