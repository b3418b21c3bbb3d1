/** F: Front-Channel Logout 1.0, the iframes of the OP's page. */
import type { Answer } from "../probe/recorder.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { frontChannelLogout, received, watchPages } from "../steps/front-channel.ts";

/** The logout that most of these checks use: RP-A is registered as requiring `sid`, RP-B is not. */
const logoutOfBoth = async (t: Trial) =>
  frontChannelLogout(t, await t.browser(), [t.rp("rp-a"), t.rp("rp-b")]);

export const frontChannel: Check[] = [
  {
    id: "F-01",
    title: "Every RP in the session, including the initiator, is loaded in a logout iframe, and no other",
    clause: "FCL 2, 3",
    severity: "high",
    needs: ["end-session", "front-channel"],
    eachCookieMode: true,
    run: async (t) => {
      const { requests, outcome } = await logoutOfBoth(t);
      for (const { session, recorded } of requests) {
        const { name } = session.rp;
        if (!recorded) return t.report.fail(`${name} received no front-channel request.`);
        const destination = recorded.headers["sec-fetch-dest"];
        t.report.require(
          destination === "iframe",
          `${name} was requested by ${destination}, not by an iframe.`,
        );
        t.report.require(
          recorded.method === "GET",
          `${name} was requested by ${recorded.method}, not by GET.`,
        );
      }
      const strangers = t.received(t.rp("rp-c"), "front-channel", outcome.startedAt);
      t.report.require(
        strangers.length === 0,
        "RP-C, which has no session, received a front-channel request.",
      );
    },
  },
  {
    id: "F-02",
    title: "A front-channel request has both iss and sid or neither, and both if the client requires them",
    clause: "FCL 2",
    severity: "high",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      for (const { session, recorded } of received(t.report, await logoutOfBoth(t))) {
        const { rp } = session;
        const { query } = recorded;
        const has = ["iss", "sid"].filter((name) => query.get(name));
        t.report.require(has.length !== 1, `${rp.name} was sent ${has[0]} alone.`);
        for (const name of has)
          t.report.require(query.getAll(name).length === 1, `${rp.name} was sent ${name} more than once.`);
        const required =
          rp.metadata.frontchannel_logout_session_required === true &&
          !rp.client.missing.includes("frontchannel_logout_session_required");
        t.report.require(
          !required || has.length === 2,
          `${rp.name} was registered with frontchannel_logout_session_required, but was sent neither iss nor sid.`,
        );
      }
    },
  },
  {
    id: "F-03",
    title: "The iss of a front-channel request is the issuer, and its sid matches the RP's ID Token",
    clause: "FCL 2, 3",
    severity: "high",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const came = received(t.report, await logoutOfBoth(t));
      const named = came.filter(({ recorded: { query } }) => query.has("iss") || query.has("sid"));
      if (named.length === 0) t.report.skip("No front-channel request identifies a session (F-02).");
      for (const { session, recorded } of named) {
        const { name } = session.rp;
        const [iss, sid] = [recorded.query.get("iss"), recorded.query.get("sid")];
        if (iss === null || sid === null) continue; // F-02 reports the missing one
        t.report.require(
          iss === t.provider.issuer,
          `iss at ${name} is ${iss}, the issuer is ${t.provider.issuer}.`,
        );
        t.report.require(
          session.sid !== undefined,
          `${name} was sent sid=${sid}, but its ID Token has none.`,
        );
        t.report.require(
          sid === session.sid,
          `sid at ${name} is ${sid}, that of its ID Token is ${session.sid}.`,
        );
      }
    },
  },
  {
    id: "F-05",
    title: "The OP's Content-Security-Policy allows the RPs' logout iframes",
    clause: "FCL 2",
    severity: "high",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const browser = await t.browser();
      const violations = await watchPages(
        browser,
        `addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
          report(effectiveDirective + " blocks " + blockedURI));`,
      );
      const failures: string[] = [];
      const rps = [t.rp("rp-a"), t.rp("rp-b")];
      browser.on("requestfailed", (request) => {
        const ours = rps.some(({ base }) => request.url().startsWith(`${base}/fclogout`));
        if (ours) failures.push(`${request.url()}: ${request.failure()?.errorText}`);
      });
      const { requests } = await frontChannelLogout(t, browser, rps);
      const kept = violations.filter(({ value }) => /^(frame|child|default)-src/.test(String(value)));
      const found = [...kept.map(({ page, value }) => `${page}: ${value}`), ...failures];
      if (found.length > 0) t.report.note("what the browser did not load", found.join("\n"));
      t.report.require(kept.length === 0, `The Content-Security-Policy of the OP's page: ${kept[0]?.value}.`);
      const missing = requests.filter(({ recorded }) => !recorded).map(({ session }) => session.rp.name);
      t.report.require(
        missing.length === 0,
        `The frame of ${missing.join(" and ")} was not loaded${failures[0] ? `: ${failures[0]}` : ""}.`,
      );
    },
  },
  {
    id: "F-13",
    title: "An RP with both logout URIs is notified through at least one",
    clause: "RIL 2",
    severity: "medium",
    needs: ["end-session", "front-channel", "back-channel"],
    run: async (t) => {
      const { requests, outcome } = await logoutOfBoth(t);
      for (const { session, recorded } of requests) {
        const { name, recorder } = session.rp;
        const wanted = { from: outcome.startedAt, timeout: recorded ? 2_000 : 10_000 };
        const token = await recorder.waitFor(({ kind }) => kind === "back-channel", wanted);
        const told = [...(recorded ? ["front-channel"] : []), ...(token ? ["back-channel"] : [])];
        t.report.require(told.length > 0, `${name} was notified by neither channel.`);
        t.report.measure(`${name}: ${told.join(" and ")}.`);
      }
    },
  },
  {
    id: "F-14",
    title: "Logout iframes load immediately, with access to their own cookies and scripts",
    clause: "FCL 2",
    severity: "medium",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const browser = await t.browser();
      const frames = await watchPages(
        browser,
        `new MutationObserver((changes) => {
          for (const { addedNodes } of changes) for (const node of addedNodes) {
            const own = node.nodeName === "IFRAME" ? [node] : [];
            for (const { outerHTML } of [...own, ...(node.querySelectorAll?.("iframe") ?? [])]) report(outerHTML);
          }
        }).observe(document, { childList: true, subtree: true });`,
      );
      const rps = [t.rp("rp-a"), t.rp("rp-b")];
      for (const { recorder } of rps) t.afterwards(recorder.answer("front-channel", tellWhatIsAllowed));
      const logout = await frontChannelLogout(t, browser, rps);
      const came = received(t.report, logout);
      const tags = frames.map(({ value }) => String(value)).filter((tag) => tag.includes("fclogout"));
      t.report.note("the frames of the OP's page", [...new Set(tags)].join("\n") || "none was seen");
      t.report.require(
        !tags.some((tag) => /\sloading="?lazy/i.test(tag)),
        "A frame loads only when it becomes visible (loading=lazy).",
      );
      for (const { session } of came) {
        const { name, base, recorder } = session.rp;
        const told = await recorder.waitFor(({ url }) => url.startsWith("/allowed?"), {
          from: logout.outcome.startedAt,
          timeout: 2_000,
        });
        if (!told)
          return t.report.fail(
            `No script runs in the frame of ${name}: it is sandboxed, or was removed too early.`,
          );
        const { origin, credentialless } = Object.fromEntries(told.query);
        t.report.require(
          origin === base,
          `The frame of ${name} has the origin ${origin}: sandboxed, without its cookies.`,
        );
        t.report.require(
          credentialless !== "true",
          `The frame of ${name} is credentialless: no cookie reaches the app.`,
        );
      }
    },
  },
];

/** A page whose script reports its permissions before the frame has loaded. */
const tellWhatIsAllowed: Answer = (response) =>
  void response
    .writeHead(200, { "content-type": "text/html" })
    .end(`<!doctype html><title>Logged out</title><script>
new Image().src = "/allowed?" + new URLSearchParams({ origin: self.origin, credentialless: String(self.credentialless) });
</script>`);
