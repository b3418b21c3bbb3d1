/** I: what the OP's session identifiers and cookies reveal, and whether failed deliveries are reported. */
import type { Cookie } from "@playwright/test";
import { tokensFor } from "../judge/deliveries.ts";
import { percentDecoded } from "../judge/identifiers.ts";
import { isSignedIn } from "../judge/oracles.ts";
import { everyToken } from "../judge/ordinary-logout.ts";
import { requireSidsOfOneSession } from "../judge/session-ids.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";
import { sameSubAtTwoIssuers } from "./two-issuers.ts";
import { toldAfterRestart, toldUnasked } from "./unasked-ends.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

export const isolationIdentifiers: Check[] = [
  {
    id: "I-07",
    title: "A sid is unique per session, unguessable and opaque",
    clause: "BCL 2.1",
    severity: "high",
    needs: ["end-session"],
    last: true, // when the other checks have collected identifiers
    run: unguessableSid,
  },
  {
    ...common,
    id: "I-08",
    title: "The same sub at two issuers means two different users",
    clause: "RFC 8725 3.8",
    severity: "high",
    run: sameSubAtTwoIssuers,
  },
  {
    ...common,
    id: "I-10",
    title: "A failed delivery is reported to an administrator",
    clause: "BCL 2.5",
    severity: "low",
    run: async (t) => {
      const { driver, context } = t;
      if (!driver.failedDelivery)
        return t.report.skip(`The driver ${driver.name} cannot read the OP's delivery failures.`);
      const [a, d] = [t.rp("rp-a"), t.rp("rp-d")];
      const browser = await t.browser();
      const [, session] = await signInAt(t, browser, t.alice, d, a);
      await d.recorder.close();
      t.afterwards(() => d.recorder.listen());
      const since = new Date();
      const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(session) });
      await tokensFor(t.report, startedAt, session);
      const wrong = await driver.failedDelivery(a.client.clientId, since, context);
      t.report.require(
        wrong === undefined,
        `The OP reports a failure for ${a.name}, which was notified: ${wrong}.`,
      );
      const told = await driver.failedDelivery(d.client.clientId, since, context);
      if (told) t.report.measure(`The OP reports to its administrator: ${told}.`);
      else t.report.warn("RP-D was not reached, and the OP does not report it where the driver can read it.");
    },
  },
  {
    ...common,
    id: "I-11",
    title: "Whether apps are notified of a logout after a restart of the OP is reported",
    clause: "BCL 2.3",
    severity: "info",
    alone: true,
    run: toldAfterRestart,
  },
  {
    ...common,
    id: "I-12",
    title: "Whether apps are notified when a session expires, or a password or account changes, is reported",
    clause: "BCL 2.3",
    severity: "info",
    alone: true,
    run: toldUnasked,
  },
  {
    id: "I-13",
    title: "The cookies that sign a user in are HttpOnly and renewed at logout",
    clause: "RFC 6265 8",
    severity: "medium",
    needs: ["end-session"],
    run: cookieInventory,
  },
];

async function unguessableSid(t: Trial): Promise<void> {
  const a = t.rp("rp-a");
  const own: string[] = [];
  for (const browser of [await t.browser(), await t.browser()]) {
    for (let round = 0; round < 2; round++) {
      const session = await t.signIn(browser, a, t.alice);
      const { sid, sub } = session;
      if (sid === undefined) return t.report.skip("The ID Token has no sid: see B-14.");
      t.report.require(
        ![sub, t.alice.name].includes(sid),
        "The sid is the user's name or sub, and so the same for each session.",
      );
      const cookies = await opCookies(t, await browser.cookies());
      const same = cookies.find(({ value }) => percentDecoded(value).split(/[.|:]/).includes(sid));
      t.report.require(
        !same || (await signsIn(t, without(cookies, same))),
        `The sid is the content of the cookie ${same?.name}: every app can take over the session.`,
      );
      t.report.require(!own.includes(sid), "After a logout and a new sign-in the sid is unchanged.");
      own.push(sid);
      await logOut(t, browser, a, { parameters: usualParameters(session) });
    }
  }
  const rps = t.probeSets.flatMap((probes) => Object.values<RelyingParty>(probes));
  requireSidsOfOneSession(t.report, rps);
  const known = rps.flatMap((rp) => rp.known);
  const named = [...known, ...everyToken(t).map(({ claims }) => claims)];
  const sids = [...new Set(named.flatMap(({ sid }) => (typeof sid === "string" ? [sid] : [])))];
  const bits = Math.round(roomOf(sids));
  t.report.note("session identifiers", { count: sids.length, example: own[0] ?? "", "bits at most": bits });
  t.report.require(!isCounter(sids), `The sids are a counter: ${sids.slice(0, 3).join(", ")}.`);
  t.report.require(
    bits >= 48,
    `Only about ${bits} bits differ between ${sids.length} sids: they can be guessed.`,
  );
  if (bits < 100)
    t.report.warn(`About ${bits} bits differ between ${sids.length} sids; 128 are good practice.`);
  t.report.measure(`${sids.length} sids compared; about ${bits} bits differ.`);
}

const without = (cookies: readonly Cookie[], one: Cookie): Cookie[] => cookies.filter((each) => each !== one);

/** The number of positions that vary between them, times the bits per character. */
function roomOf(sids: readonly string[]): number {
  const length = Math.min(...sids.map((sid) => sid.length));
  const at = (index: number) => new Set(sids.map((sid) => sid[index]));
  const varying = Array.from({ length }, (_, index) => at(index)).filter(({ size }) => size > 1);
  const used = varying.flatMap((characters) => [...characters].join("")).join("");
  const bits = /^\d*$/.test(used) ? Math.log2(10) : /^[\da-f]*$/i.test(used) ? 4 : 6;
  return varying.length * bits;
}

/** Whether they are numbers that lie close together. */
function isCounter(sids: readonly string[]): boolean {
  if (!sids.every((sid) => /^[\da-f]{1,32}$/i.test(sid))) return false;
  const numbers = sids.map((sid) => BigInt(`0x${sid}`)).sort((x, y) => (x < y ? -1 : 1));
  const [least = 0n, most = 0n] = [numbers[0], numbers.at(-1)];
  return most - least < BigInt(sids.length) * 65_536n;
}

const opCookies = (t: Trial, cookies: Cookie[]): Cookie[] => {
  const { hostname } = new URL(t.provider.issuer);
  return cookies.filter(({ domain }) => hostname.endsWith(domain.replace(/^\./, "")));
};

async function cookieInventory(t: Trial): Promise<void> {
  const a = t.rp("rp-a");
  const browser = await t.browser();
  const session = await t.signIn(browser, a, t.alice);
  const before = opCookies(t, await browser.cookies());
  noteInventory(t, "cookies of the OP before the logout", before);
  t.report.require(
    await signsIn(t, before),
    "The OP's cookies do not sign in in a fresh browser: there is nothing to check.",
  );
  const readable = before.filter(({ httpOnly }) => !httpOnly);
  t.report.advise(!(await signsIn(t, readable)), "Cookies that scripts can read are enough to sign in.");
  const isHttps = new URL(t.provider.issuer).protocol === "https:";
  if (
    isHttps &&
    (await signsIn(
      t,
      before.filter(({ secure }) => !secure),
    ))
  )
    t.report.warn("Cookies without Secure are enough to sign in.");
  if (!isHttps) t.report.measure("Secure was not checked: the OP uses http.");
  await logOut(t, browser, a, { parameters: usualParameters(session) });
  const after = opCookies(t, await browser.cookies());
  noteInventory(t, "cookies of the OP after the logout", after);
  const left = before.filter(({ name, value, path }) =>
    after.some((each) => each.name === name && each.path === path && each.value === value),
  );
  const names = left.map(({ name }) => name).join(", ");
  const hidden = before.filter(({ httpOnly }) => httpOnly).length;
  if (hidden > 0 && left.filter(({ httpOnly }) => httpOnly).length === hidden)
    t.report.warn(`The logout neither removed nor renewed any HttpOnly cookie; kept: ${names}.`);
}

/** Whether these cookies alone sign alice in, in a fresh browser. */
async function signsIn(t: Trial, jar: Cookie[]): Promise<boolean> {
  if (jar.length === 0) return false;
  const other = await t.browser();
  await other.addCookies(jar);
  return isSignedIn(await t.ask(other, t.rp("rp-a")));
}

/** Notes names and attributes, never values. */
const noteInventory = (t: Trial, what: string, cookies: Cookie[]): void =>
  t.report.note(
    what,
    Object.fromEntries(
      cookies.map(({ name, path, httpOnly, secure, sameSite, expires }) => [
        `${name} ${path}`,
        [
          httpOnly && "HttpOnly",
          secure && "Secure",
          `SameSite=${sameSite}`,
          expires < 0 && "until the browser closes",
        ]
          .filter(Boolean)
          .join("; "),
      ]),
    ),
  );
