/** B: how, how soon and how often a logout token is sent (BCL 2.2, 2.5, 2.8). */
import { adviseOneDelivery, answerWell, logOutWithRpDAnswering, tokensFor } from "../judge/deliveries.ts";
import { eachToken, everyToken } from "../judge/ordinary-logout.ts";
import { has } from "../model/capabilities.ts";
import { nextTokenAbout, noteToken, tokensAbout } from "../probe/logout-tokens.ts";
import type { Answer, Recorded } from "../probe/recorder.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { ownProbe, requireRegistration } from "../steps/own-probe.ts";
import { signInAt } from "../steps/sign-in.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

/** How long to wait for a retry, in milliseconds. */
const retryPatience = 5_000;
/** Attempts in that time at an app that stays unavailable. */
const bearableAttempts = 5;

export const delivery: Check[] = [
  {
    ...common,
    id: "B-02",
    title: "A logout token is sent by POST, as the only field of a form",
    clause: "BCL 2.5",
    severity: "high",
    run: eachToken((t, { rp, recorded: { method, headers, form, query } }) => {
      t.report.require(method === "POST", `${rp.name}: it was sent by ${method}.`);
      const type = headers["content-type"] ?? "no type";
      t.report.require(
        /^application\/x-www-form-urlencoded\b/i.test(type),
        `${rp.name}: the body is ${type}.`,
      );
      const count = form.getAll("logout_token").length;
      t.report.require(count === 1, `${rp.name}: the body has ${count} logout_token fields.`);
      const others = [...form.keys(), ...query.keys()].filter((name) => name !== "logout_token");
      if (others.length > 0) t.report.warn(`${rp.name}: it came with ${others.join(", ")}.`);
      t.report.require(
        !query.has("logout_token"),
        `${rp.name}: the token is in the URL, where logs keep it.`,
      );
    }),
  },
  {
    ...common,
    id: "B-18",
    title: "204 counts as success: the logout token is not sent again",
    clause: "BCL 2.8",
    severity: "medium",
    run: async (t) => {
      const began = new Date();
      await adviseOneDelivery(t, (response) => void response.writeHead(204).end(), "204");
      const told = await t.driver.failedDelivery?.(t.rp("rp-d").client.clientId, began, t.context);
      if (told)
        t.report.warn(`RP-D answered 204, but the OP reports a failure to its administrator: ${told}.`);
    },
  },
  {
    ...common,
    id: "B-19",
    title: "A logout token answered with 200 is sent exactly once",
    clause: "BCL 2.5",
    severity: "high",
    last: true, // when the other checks have collected tokens, and a late repetition has come
    run: async (t) => {
      await adviseOneDelivery(t, answerWell, "200");
      adviseNoRepetition(t);
    },
  },
  {
    ...common,
    id: "B-22",
    title: "An app that is briefly unavailable (503) is notified later, or an administrator is",
    clause: "BCL 2.5",
    severity: "medium",
    run: unavailableForAMoment,
  },
  {
    ...common,
    id: "B-23",
    title: "A logout token refused with 400 is not sent again, and the logout completes",
    clause: "BCL 2.5",
    severity: "medium",
    run: (t) =>
      adviseOneDelivery(
        t,
        (response) =>
          void response
            .writeHead(400, { "content-type": "application/json", "cache-control": "no-store" })
            .end('{"error":"invalid_request"}'),
        "400",
      ),
  },
  {
    ...common,
    id: "B-27",
    title: "Logout tokens arrive within two seconds of the user's confirmation",
    clause: "RIL 3",
    severity: "medium",
    run: async (t) => {
      const times: number[] = [];
      for (let logouts = 0; logouts < 4; logouts++) times.push(...(await timesOfOneLogout(t)));
      times.sort((a, b) => a - b);
      const p95 = times[Math.ceil(times.length * 0.95) - 1] ?? 0;
      const [median, most] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
      const figures = `${times.length} deliveries: median ${median} ms, p95 ${p95} ms, longest ${most} ms.`;
      t.report.measure(figures);
      if (p95 > 2000) t.report.warn(`Apps are notified late that a session has ended. ${figures}`);
    },
  },
  {
    ...common,
    id: "B-34",
    title: "The query of a registered back-channel URI is kept",
    clause: "BCL 2.2",
    severity: "medium",
    run: async (t) => {
      const path = "/bclogout?tenant=blue&x=a%20b";
      const metadata = ({ serverBase }: RelyingParty) => ({
        backchannel_logout_uri: serverBase + path,
      });
      const probe = await ownProbe(t, { name: "rp-query", metadata });
      const browser = await t.browser();
      const [initiator, session] = await signInAt(t, browser, t.alice, t.rp("rp-a"), probe);
      const { startedAt } = await logOut(t, browser, initiator.rp, {
        parameters: usualParameters(initiator),
      });
      const [token] = await tokensFor(t.report, startedAt, session);
      t.report.require(
        token?.recorded.url === path,
        `It was registered with ${path}, but sent to ${token?.recorded.url}.`,
      );
    },
  },
  {
    ...common,
    id: "B-35",
    title: "A relative logout URI, or one with a fragment, is refused at registration",
    clause: "BCL 2.2",
    severity: "low",
    run: refusedUris,
  },
];

/** How soon an app must have answered, in milliseconds: an OP may give up on a slower one, and try again. */
const soon = 2_000;

/** Whether the answer is the last word (BCL 2.8), whatever the check that gave it was about. */
const isFinal = ({ at, answered }: Recorded): boolean =>
  answered !== undefined && answered.at - at < soon && (answered.status < 300 || answered.status === 400);

/** No app that answered 200, 204 or 400 should have been notified again of that session, in the whole run. */
function adviseNoRepetition(t: Trial): void {
  const all = everyToken(t).filter(({ claims }) => typeof claims.sid === "string");
  const seen = new Map<string, number>();
  for (const token of all) {
    const { rp, claims, recorded } = token;
    const about = `${rp.name} ${claims.sid}`;
    const status = seen.get(about);
    if (status !== undefined) noteToken(t.report, token);
    t.report.advise(
      status === undefined,
      `${rp.name} answered ${status} and was notified of the same session again.`,
    );
    if (isFinal(recorded)) seen.set(about, recorded.answered?.status ?? 0);
  }
  const first = Math.min(...all.map(({ recorded }) => recorded.at));
  t.report.measure(
    seen.size > 0
      ? `None of ${seen.size} notifications in this run was repeated; the first was sent ${Math.round((performance.now() - first) / 1000)} s ago.`
      : "No token had a sid that distinguishes the sessions of the whole run.",
  );
}

/** From the browser's last request to the OP until the token's arrival, in milliseconds. */
async function timesOfOneLogout(t: Trial): Promise<number[]> {
  const browser = await t.browser();
  const sessions = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d"));
  const { origin } = new URL(t.metadata.end_session_endpoint ?? "");
  const asked: number[] = [];
  browser.on("request", (request) => {
    const ofUser = request.isNavigationRequest() && !request.frame().parentFrame();
    if (ofUser && new URL(request.url()).origin === origin) asked.push(performance.now());
  });
  const [initiator] = sessions;
  const { startedAt } = await logOut(t, browser, initiator.rp, { parameters: usualParameters(initiator) });
  const tokens = await tokensFor(t.report, startedAt, ...sessions);
  return tokens.map(({ recorded: { at } }) => {
    const before = asked.filter((moment) => moment <= at);
    return Math.round(at - Math.max(startedAt, ...before));
  });
}

/** 503 once, then 200. No specification requires a retry, but a logout must not get lost unnoticed. */
async function unavailableForAMoment(t: Trial): Promise<void> {
  const began = new Date();
  let answers = 0;
  const answer: Answer = (response) => {
    answers += 1;
    response.writeHead(answers === 1 ? 503 : 200, answers === 1 ? { "retry-after": "1" } : {}).end();
  };
  const { session, from } = await logOutWithRpDAnswering(t, await t.browser(), answer);
  const [first] = await tokensFor(t.report, from, session);
  if (!first) return;
  const retry = await nextTokenAbout(session, from, { known: [first], timeout: retryPatience });
  if (!retry) {
    const told = await t.driver.failedDelivery?.(session.rp.client.clientId, began, t.context);
    const none = `No retry within ${retryPatience / 1000} s`;
    if (told) return t.report.measure(`${none}, but the OP informs its administrator: ${told}.`);
    return t.report.warn(
      `${none}, and no report to an administrator is known: the app keeps the user signed in.`,
    );
  }
  noteToken(t.report, retry);
  const delay = Math.round(retry.recorded.at - first.recorded.at);
  t.report.measure(`The token was sent again after ${delay} ms.`);
  if (delay < 1000) t.report.warn(`The retry came after ${delay} ms; it should be delayed.`);
  if (retry.claims.jti === first.claims.jti)
    t.report.warn("The retry is the same token: an app may treat it as a replay.");
  const expiry = retry.claims.exp;
  if (expiry !== undefined)
    t.report.require(expiry > Date.now() / 1000, "The retry brought an expired token.");
  const third = await nextTokenAbout(session, from, { known: [first, retry], timeout: 2_000 });
  t.report.advise(!third, "The retry was answered with 200, but the token was sent again.");
  await unavailableForLong(t);
}

/** An OP that retries must not do so as fast as it can. */
async function unavailableForLong(t: Trial): Promise<void> {
  const { session, from } = await logOutWithRpDAnswering(
    t,
    await t.browser(),
    (response) => void response.writeHead(503).end(),
  );
  const until = { from: performance.now(), timeout: retryPatience };
  await session.rp.recorder.waitFor(() => false, until);
  const attempts = tokensAbout(session, from).length;
  t.report.measure(
    `The OP makes ${attempts} attempts within ${retryPatience / 1000} s at an app that stays unavailable.`,
  );
  if (attempts > bearableAttempts)
    t.report.warn(
      `${attempts} attempts within ${retryPatience / 1000} s are too many for an unavailable app.`,
    );
}

async function refusedUris(t: Trial): Promise<void> {
  requireRegistration(t);
  const d = t.rp("rp-d");
  const register = (field: string, uri: string) =>
    t.register?.({ ...d.metadata, client_name: "odd logout URI", [field]: uri });
  const fields: Record<string, string> = {
    backchannel_logout_uri: `${d.serverBase}/bclogout`,
    ...(has(t, "front-channel") && { frontchannel_logout_uri: `${d.base}/fclogout` }),
  };
  for (const [field, good] of Object.entries(fields)) {
    for (const uri of [new URL(good).pathname, `${good}#fragment`]) {
      const client = await register(field, uri)?.catch((error: unknown) => String(error));
      const refused = typeof client === "string" || client?.missing.includes(field);
      t.report.note(`registration with ${field} ${uri}`, refused ? "refused" : "registered");
      if (!refused) t.report.fail(`The OP registered the ${field} ${uri}.`);
    }
    const twin = await register(field, good);
    if (twin?.missing.includes(field)) t.report.skip(`The OP does not register ${field} at all.`);
  }
}
