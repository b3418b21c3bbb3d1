/** F: Front-Channel Logout 1.0, the URIs and names that clients register. */
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { frontChannelLogout, received, watchPages } from "../steps/front-channel.ts";
import { ownProbeIfPossible, requireRegistration } from "../steps/own-probe.ts";

const element = "broken-out";
const markup = `<${element}></${element}>`;
/** Closes every context that it may be in: an attribute, a frame, a script, text. */
const breakOut = `"'></iframe></script></title></textarea></noscript>-->${markup}`;
/** The second one targets strings in scripts. */
const hostileQueries = [`x=${breakOut}`, `x=";brokenOut=1;"&y=';brokenOut=1;'`];

export const frontChannelAddresses: Check[] = [
  {
    id: "F-04",
    title: "A front-channel logout URI keeps its registered query, and only iss and sid are added",
    clause: "FCL 2",
    severity: "medium",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const own = "x=1&y=a%20b&z";
      requireRegistration(t);
      const rp = await probeWith(t, "rp-query", ({ base }) => `${base}/fclogout?${own}`);
      if (typeof rp === "string")
        return t.report.warn(
          "The OP does not register a frontchannel_logout_uri with a query, which FCL 2 allows.",
        );
      const a = t.rp("rp-a");
      const came = received(t.report, await frontChannelLogout(t, await t.browser(), [a, rp]));
      const url = came.find(({ session }) => session.rp === rp)?.recorded.url;
      if (!url) return t.report.fail("The URI with a query received no request; the one without did.");
      const kept = new URL(url, rp.base).searchParams;
      for (const [name, value] of new URLSearchParams(own))
        t.report.require(
          kept.get(name) === value,
          `The query ?${own} was registered, and ${name} is lost: ${url}`,
        );
      for (const { session, recorded } of came) {
        const allowed = ["iss", "sid", ...(session.rp === rp ? ["x", "y", "z"] : [])];
        const added = [...recorded.query.keys()].filter((name) => !allowed.includes(name));
        if (added.length > 0) t.report.warn(`${session.rp.name} was also sent ${added.join(", ")}.`);
      }
    },
  },
  {
    id: "F-10",
    title: "A client's name and front-channel logout URI cannot inject markup or scripts into the OP's pages",
    clause: "FCL 3",
    severity: "high",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const browser = await t.browser();
      const broken = await watchPages(
        browser,
        `new MutationObserver(() => document.querySelector("${element}") && report("markup")).observe(
          document, { childList: true, subtree: true });
        Object.defineProperty(window, "brokenOut", { set: () => report("a script") });`,
      );
      requireRegistration(t);
      const hostile = await Promise.all([
        ownProbeIfPossible(t, { name: "rp-name", metadata: { client_name: breakOut } }),
        ...hostileQueries.map((query) => probeWith(t, "rp-query", ({ base }) => `${base}/fclogout?${query}`)),
        probeWith(t, "rp-script", () => "javascript:parent.brokenOut=1"),
      ]);
      const taken = hostile.filter((rp) => typeof rp !== "string");
      t.report.note("hostile clients", { registered: taken.map(({ name }) => name).join(" ") || "none" });
      if (taken.length === 0) return t.report.measure("The OP registers none of the hostile names and URIs.");
      await frontChannelLogout(t, browser, [t.rp("rp-a"), ...taken], { comesBack: false });
      const atOp = broken.filter(({ page }) => !taken.some(({ base }) => page.startsWith(base)));
      for (const { page, value } of atOp) t.report.note("broken out", `${value} at ${page}`);
      const [first] = atOp;
      if (first)
        t.report.fail(`Registered client data became ${first.value} in the OP's page ${first.page}.`);
    },
  },
  {
    id: "F-11",
    title: "A front-channel logout URI outside the origins of the redirect URIs is refused at registration",
    clause: "FCL 2",
    severity: "medium",
    needs: ["front-channel"],
    run: async (t) => {
      const foreign: Record<string, (rp: RelyingParty) => string> = {
        host: ({ recorder }) => `http://elsewhere.localhost:${recorder.port}/fclogout`,
        port: ({ base, recorder }) => base.replace(`:${recorder.port}`, `:${recorder.port - 1}/fclogout`),
        scheme: ({ base }) => `${base.replace("http:", "https:")}/fclogout`,
      };
      requireRegistration(t);
      for (const [part, uri] of Object.entries(foreign)) {
        const taken = typeof (await probeWith(t, "rp-foreign", uri)) !== "string";
        t.report.note(`frontchannel_logout_uri of another ${part}`, taken ? "registered" : "not registered");
        if (taken)
          t.report.warn(
            `The OP registers a frontchannel_logout_uri whose ${part} differs from every redirect URI.`,
          );
      }
    },
  },
];

/** A client with this URI, if the OP accepts it. */
const probeWith = (t: Trial, name: string, address: (rp: RelyingParty) => string) =>
  ownProbeIfPossible(t, { name, metadata: (rp) => ({ frontchannel_logout_uri: address(rp) }) });
