/** B: an app that does not answer correctly must not affect the user or the other apps. */
import type { ServerResponse } from "node:http";
import type { BrowserContext } from "@playwright/test";
import { logOutWithRpDAnswering, tokensFor, watch } from "../judge/deliveries.ts";
import { assertLoggedOut } from "../judge/oracles.ts";
import { obsolete } from "../probe/client-hello.ts";
import { deliveryPatience } from "../probe/logout-tokens.ts";
import type { Answer } from "../probe/recorder.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import { untrustedEndpoint } from "../probe/tls-probe.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { type LogoutOutcome, logOut, usualParameters } from "../steps/logout.ts";
import { ownProbe, ownProbeIfPossible } from "../steps/own-probe.ts";
import { signInAt } from "../steps/sign-in.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

/** How long a user may have to wait, in milliseconds. */
const bearable = 10_000;

export const deliveryFailures: Check[] = [
  {
    ...common,
    id: "B-20",
    title: "An app that is down does not prevent the logout of the user or of other apps",
    clause: "BCL 2.3",
    severity: "critical",
    run: async (t) => {
      const signedIn = await signInWithD(t);
      const { recorder } = t.rp("rp-d");
      await recorder.close();
      t.afterwards(() => recorder.listen());
      await requireOthersLoggedOut(t, signedIn, "RP-D refuses connections");
      await recorder.listen();
      const again = await signInWithD(t);
      t.afterwards(recorder.answer("back-channel", (response) => void response.writeHead(500).end()));
      await requireOthersLoggedOut(t, again, "RP-D answers with HTTP 500");
    },
  },
  {
    ...common,
    id: "B-21",
    title: "An app that never answers does not prevent the logout of the user or of other apps",
    clause: "BCL 2.3",
    severity: "critical",
    run: async (t) => {
      const signedIn = await signInWithD(t);
      const open: ServerResponse[] = [];
      const givenUp = Promise.withResolvers<number>();
      const restore = t.rp("rp-d").recorder.answer("back-channel", (response, { at }) => {
        open.push(response);
        response.once("close", () => givenUp.resolve(performance.now() - at));
      });
      t.afterwards(() => {
        restore();
        for (const response of open) response.end();
      });
      await requireOthersLoggedOut(t, signedIn, "RP-D never answers");
      const after = await Promise.race([givenUp.promise, undefined]);
      if (open.length === 0) t.report.warn("RP-D was not notified, so no delivery hung.");
      else if (after === undefined)
        t.report.measure("The OP was still waiting for RP-D when the browser was back.");
      else t.report.measure(`The OP gave up on RP-D after ${Math.round(after)} ms.`);
    },
  },
  {
    ...common,
    id: "B-24",
    title: "The OP does not follow a redirect in response to a logout token",
    clause: "RFC 8725 2.9",
    severity: "high",
    run: async (t) => {
      const browser = await t.browser();
      const { serverBase, recorder } = t.rp("rp-d");
      const to = `${serverBase}/internal/canary`;
      const began = performance.now();
      for (const status of [302, 307]) {
        const redirect: Answer = (response) => void response.writeHead(status, { location: to }).end();
        const { session, from, restore } = await logOutWithRpDAnswering(t, browser, redirect);
        await tokensFor(t.report, from, session);
        restore();
      }
      const isCanary = ({ url }: { url: string }) => url.startsWith("/internal/canary");
      const followed = await recorder.waitFor(isCanary, { from: began, timeout: watch });
      if (followed)
        t.report.note("followed", {
          method: followed.method,
          url: to,
          "with the token": followed.body !== "",
        });
      t.report.advise(
        !followed,
        "The OP follows the redirect: an app can make it send requests inside its network.",
      );
    },
  },
  {
    ...common,
    id: "B-25",
    title: "An app with an endless response does not prevent the logout",
    clause: "BCL 2.3",
    severity: "medium",
    run: async (t) => {
      const signedIn = await signInWithD(t);
      t.afterwards(t.rp("rp-d").recorder.answer("back-channel", huge));
      t.afterwards(t.rp("rp-b").recorder.answer("back-channel", dripping));
      await requireOthersLoggedOut(t, signedIn, "RP-D answers with 100 MB, RP-B a byte at a time");
    },
  },
  {
    ...common,
    id: "B-26",
    title: "A logout token is not sent to a server with an untrusted certificate",
    clause: "BCP 195",
    severity: "medium",
    run: async (t) => {
      const endpoint = await untrustedEndpoint(t.context.serverHost);
      t.afterwards(() => endpoint.close());
      const metadata = { backchannel_logout_uri: endpoint.uri };
      const probe = await ownProbe(t, { name: "rp-untrusted", metadata });
      const browser = await t.browser();
      const [initiator] = await signInAt(t, browser, t.alice, t.rp("rp-a"), probe);
      const { startedAt } = await logOut(t, browser, initiator.rp, {
        parameters: usualParameters(initiator),
      });
      await tokensFor(t.report, startedAt, initiator);
      // RP-A may be notified while the other handshake is still under way.
      await Promise.race([endpoint.tried, elapsed(deliveryPatience)]);
      const { connections, requests } = endpoint;
      const offered = [...endpoint.offered];
      t.report.note("at the untrusted endpoint", { connections, offered: offered.join(", "), requests });
      t.report.require(
        requests === 0,
        "The token was sent to a server with an untrusted certificate: anyone on the path could read it.",
      );
      if (connections === 0) t.report.skip("The OP did not connect to the untrusted endpoint.");
      const old = offered.filter((version) => obsolete.includes(version));
      if (old.length > 0)
        t.report.warn(`The OP offers ${old.join(", ")}, which must not be used any more (RFC 9325 3.1.1).`);
      t.report.measure(
        `Offered: ${offered.join(", ") || "no TLS"}. Expired certificates, and those of another host, from an authority that the OP trusts were not tested.`,
      );
    },
  },
  {
    ...common,
    id: "B-28",
    title: "Apps are notified in parallel: five slow ones take no longer than one",
    clause: "BCL 2.3",
    severity: "medium",
    run: slowOnes,
  },
];

interface SignedIn {
  browser: BrowserContext;
  initiator: SignIn;
  others: SignIn[];
}

/** Signs in at RP-D first, so that an OP that notifies apps in sequence starts with it. */
async function signInWithD(t: Trial): Promise<SignedIn> {
  const browser = await t.browser();
  const [, initiator, b] = await signInAt(t, browser, t.alice, t.rp("rp-d"), t.rp("rp-a"), t.rp("rp-b"));
  return { browser, initiator, others: [initiator, b] };
}

async function requireOthersLoggedOut(
  t: Trial,
  { browser, initiator, others }: SignedIn,
  trouble: string,
): Promise<LogoutOutcome> {
  const logout = await logOut(t, browser, initiator.rp, { parameters: usualParameters(initiator) });
  const { arrived, startedAt } = logout;
  if (!arrived) return t.report.fail(`${trouble}, and the browser is not sent back.`);
  const took = arrived.at - startedAt;
  t.report.advise(
    took <= bearable,
    `${trouble}, and the browser is sent back only after ${Math.round(took / 1000)} s.`,
  );
  t.report.measure(`${trouble}: the browser was back after ${Math.round(took)} ms.`);
  await tokensFor(t.report, startedAt, ...others);
  await assertLoggedOut(t, browser, initiator.rp);
  return logout;
}

const chunk = Buffer.alloc(1024 * 1024, "x");

const huge: Answer = (response) => {
  let left = 100;
  response.writeHead(200, { "content-type": "text/plain" });
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(chunk)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
};

const dripping: Answer = (response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  const drip = setInterval(() => response.write("."), 200);
  const end = setTimeout(() => {
    clearInterval(drip);
    response.end();
  }, 30_000);
  response.once("close", () => {
    clearInterval(drip);
    clearTimeout(end);
  });
};

const elapsed = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const delay = 2_000;

async function slowOnes(t: Trial): Promise<void> {
  const [a, b, d] = [t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d")];
  const slow: RelyingParty[] = [b, d];
  for (const name of ["rp-slow-1", "rp-slow-2", "rp-slow-3"]) {
    const probe = await ownProbeIfPossible(t, { name });
    if (typeof probe === "string") t.report.measure(`Only ${slow.length} slow apps: ${probe}`);
    if (typeof probe === "string") break;
    slow.push(probe);
  }
  const browser = await t.browser();
  const [initiator, ...sessions] = await signInAt(t, browser, t.alice, a, ...slow);
  for (const { recorder } of slow) {
    const answer: Answer = async (response) => {
      await elapsed(delay);
      response.writeHead(200).end();
    };
    t.afterwards(recorder.answer("back-channel", answer));
  }
  const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(initiator) });
  const tokens = await tokensFor(t.report, startedAt, ...sessions);
  const times = tokens.map(({ recorded }) => recorded.at);
  const spread = Math.round(Math.max(...times) - Math.min(...times));
  const figures = `${slow.length} apps that take ${delay / 1000} s each: the last was notified ${spread} ms after the first.`;
  t.report.measure(figures);
  if (spread >= delay) t.report.warn(`One app waits for the other. ${figures}`);
}
