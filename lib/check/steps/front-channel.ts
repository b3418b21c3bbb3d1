/** Front-channel logout as a browser does it: what the OP's page frames, and what comes to the probes. */
import type { BrowserContext } from "@playwright/test";
import { signInAt } from "../judge/oracles.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty, Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { type LogoutAttempt, type LogoutOutcome, logOut, usualParameters } from "./logout.ts";

/** What a frame asked a probe for. */
export interface FrameRequest {
  session: Session;
  /** Absent where none came. */
  recorded: Recorded | undefined;
}

export interface FrontChannelLogout {
  outcome: LogoutOutcome;
  /** One for each probe that the user was signed in at, in that order. */
  requests: FrameRequest[];
}

/** Longest wait for a frame once the browser has come back or was given up, in milliseconds. */
const patience = 2_000;

/** Signs alice in at these probes, logs out from the first and gathers what their frames asked for. */
export async function frontChannelLogout(
  trial: Trial,
  browser: BrowserContext,
  rps: readonly RelyingParty[],
  attempt: Partial<LogoutAttempt> = {},
): Promise<FrontChannelLogout> {
  const sessions = await signInAt(trial, browser, trial.alice, ...rps);
  const [session] = sessions;
  if (!session) throw new Error("nobody to log out");
  const parameters = usualParameters(session);
  const outcome = await logOut(trial, browser, session.rp, { parameters, ...attempt });
  const requests = await Promise.all(
    sessions.map(async (each) => ({
      session: each,
      recorded: await requestAt(each.rp, outcome.startedAt),
    })),
  );
  for (const request of requests) noteRequest(trial, request);
  return { outcome, requests };
}

const requestAt = (rp: RelyingParty, from: number): Promise<Recorded | undefined> =>
  rp.recorder.waitFor(({ kind }) => kind === "front-channel", { from, timeout: patience });

function noteRequest(trial: Trial, { session, recorded }: FrameRequest): void {
  const what = `front-channel request at ${session.rp.name}`;
  if (!recorded) {
    trial.note(what, "none came");
    return;
  }
  const { method, url, headers } = recorded;
  trial.note(what, {
    ...{ method, url },
    "sec-fetch-dest": String(headers["sec-fetch-dest"]),
    sid_of_id_token: session.sid ?? "none",
  });
}

/** Those that came. Where none did there is nothing to judge, and F-01 says that it is missing. */
export function received(
  trial: Trial,
  { requests }: FrontChannelLogout,
): (FrameRequest & { recorded: Recorded })[] {
  const came = requests.flatMap(({ session, recorded }) => (recorded ? [{ session, recorded }] : []));
  if (came.length === 0)
    trial.skip("No front-channel request came at all (F-01): there is nothing to judge.");
  return came;
}

/** Watches every page of a browser, and the frames in them, from a script that runs before theirs.
 * @param script has `report(value)`, which may be called at any time
 * @returns what was reported so far */
export async function watchPages(
  browser: BrowserContext,
  script: string,
): Promise<{ page: string; value: unknown }[]> {
  const reports: { page: string; value: unknown }[] = [];
  await browser.exposeBinding("reportToCheck", ({ frame }, value: unknown) => {
    reports.push({ page: frame.url(), value });
  });
  await browser.addInitScript(`{ const report = (value) => void reportToCheck(value); ${script} }`);
  return reports;
}
