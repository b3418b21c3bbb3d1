/** F: Front-Channel Logout 1.0, the addresses and names that clients register. */
import type { Check } from "../model/check.ts";
import { ownProbeIfPossible, requireRegistration } from "../probe/own-probe.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { frontChannelLogout, received, watchPages } from "../steps/front-channel.ts";

const element = "broken-out";
const markup = `<${element}></${element}>`;
/** Closes what it may stand in: an attribute, a frame, a script, a text. */
const breakOut = `"'></iframe></script></title></textarea></noscript>-->${markup}`;
/** The second is for a string of a script. */
const hostileQueries = [`x=${breakOut}`, `x=";brokenOut=1;"&y=';brokenOut=1;'`];

export const frontChannelAddresses: Check[] = [
  {
    id: "F-04",
    title: "The address keeps the query it was registered with, and nothing but iss and sid is added",
    clause: "FCL 2",
    severity: "medium",
    needs: ["end-session", "front-channel"],
    run: async (t) => {
      const own = "x=1&y=a%20b&z";
      requireRegistration(t);
      const rp = await probeWith(t, "rp-query", ({ base }) => `${base}/fclogout?${own}`);
      if (typeof rp === "string")
        return t.warn("The OP registers no frontchannel_logout_uri with a query, which FCL 2 allows.");
      const a = t.rp("rp-a");
      const came = received(t, await frontChannelLogout(t, await t.browser(), [a, rp]));
      const url = came.find(({ session }) => session.rp === rp)?.recorded.url;
      if (!url) return t.fail("No request came to the address that has a query; the one without was asked.");
      const kept = new URL(url, rp.base).searchParams;
      for (const [name, value] of new URLSearchParams(own))
        t.require(kept.get(name) === value, `Of the registered ?${own}, ${name} is lost: ${url}`);
      for (const { session, recorded } of came) {
        const allowed = ["iss", "sid", ...(session.rp === rp ? ["x", "y", "z"] : [])];
        const added = [...recorded.query.keys()].filter((name) => !allowed.includes(name));
        if (added.length > 0) t.warn(`${session.rp.name} was also sent ${added.join(", ")}.`);
      }
    },
  },
  {
    id: "F-10",
    title: "The address and the name of a client cannot break out of the OP's pages",
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
      t.note("hostile clients", { registered: taken.map(({ name }) => name).join(" ") || "none" });
      if (taken.length === 0) return t.measure("The OP registers no such name and no such address.");
      await frontChannelLogout(t, browser, [t.rp("rp-a"), ...taken], { comesBack: false });
      const atOp = broken.filter(({ page }) => !taken.some(({ base }) => page.startsWith(base)));
      for (const { page, value } of atOp) t.note("broken out", `${value} at ${page}`);
      const [first] = atOp;
      if (first) t.fail(`What a client registered became ${first.value} of the OP's page ${first.page}.`);
    },
  },
  {
    id: "F-11",
    title: "An address of another origin than the redirect URIs is not registered",
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
        t.note(`frontchannel_logout_uri of another ${part}`, taken ? "registered" : "not registered");
        if (taken)
          t.warn(`The OP registers a frontchannel_logout_uri of another ${part} than every redirect URI.`);
      }
    },
  },
];

/** A client with this address, if the OP takes it. */
const probeWith = (t: Trial, name: string, address: (rp: RelyingParty) => string) =>
  ownProbeIfPossible(t, { name, metadata: (rp) => ({ frontchannel_logout_uri: address(rp) }) });
