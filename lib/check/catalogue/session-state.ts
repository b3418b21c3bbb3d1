/** S: Session Management 1.0, what the OP hands out: `session_state`, and the cookie behind it. */
import type { BrowserContext, Cookie } from "@playwright/test";
import { identifiersIn } from "../judge/identifiers.ts";
import { signInAt } from "../judge/oracles.ts";
import { listed } from "../model/capabilities.ts";
import type { Check } from "../model/check.ts";
import type { RelyingParty, Session } from "../probe/relying-party.ts";
import { Ended, type Trial } from "../run/trial.ts";
import { assertUnchanged, iframeUrl, needsSight, OpIframe, question } from "../steps/op-iframe.ts";

/** The ways an authorization response comes, and what discovery must list for each. */
const ways = [
  { way: "query", parameters: {}, type: "code", mode: "query" },
  {
    way: "fragment",
    parameters: { response_type: "code id_token" },
    type: "code id_token",
    mode: "fragment",
  },
  { way: "form_post", parameters: { response_mode: "form_post" }, type: "code", mode: "form_post" },
] as const;

export const sessionState: Check[] = [
  {
    id: "S-01",
    title: "Every successful authentication response has session_state, without a space",
    clause: "SM 2",
    severity: "high",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const { response_types_supported: types, response_modes_supported: modes } = t.metadata;
      await noteAuthorization(t, a);
      const first = await t.signIn(browser, a, t.alice);
      requireSessionState(t, "query", first.sessionState);
      for (const { way, parameters, type, mode } of ways.slice(1)) {
        const offered =
          listed(types ?? ["code"]).includes(type) && listed(modes ?? ["query", "fragment"]).includes(mode);
        const response = offered ? await t.ask(browser, a, parameters) : undefined;
        if (!response || "error" in response)
          t.measure(
            `Not tried by ${way}: ${response ? `the OP answers ${response.error}` : "discovery does not list it"}.`,
          );
        else requireSessionState(t, way, response.sessionState);
      }
    },
  },
  {
    id: "S-02",
    title: "Error responses have session_state too, another one each time",
    clause: "SM 2, 3.2",
    severity: "low",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      await noteAuthorization(t, t.rp("rp-a"), { prompt: "none" });
      const [first, second] = [await t.ask(browser, t.rp("rp-a")), await t.ask(browser, t.rp("rp-a"))];
      if (!("error" in first && "error" in second))
        return t.fail("prompt=none signs somebody in, in a browser that has never been there.");
      if (!first.sessionState || !second.sessionState)
        return t.warn(`The error response ${first.error} has no session_state.`);
      t.require(!first.sessionState.includes(" "), "session_state of an error response has a space in it.");
      if (first.sessionState === second.sessionState)
        t.warn("Two error responses have the same session_state: there is no new salt in it.");
    },
  },
  {
    id: "S-03",
    title: "Two Relying Parties of one browser have different values of session_state",
    clause: "SM 3.2",
    severity: "medium",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      await noteAuthorization(t, t.rp("rp-a"));
      const [a, b] = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"));
      question(t, a);
      question(t, b);
      t.require(a.sessionState !== b.sessionState, "RP-A and RP-B have the same session_state.");
    },
  },
  {
    id: "S-13",
    title: "The cookie that the OP iframe reads reaches it, signs nobody in and names nobody",
    clause: "SM 3.2",
    severity: "high",
    needs: ["session-management"],
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      const cookies = await stateCookies(t, browser, session);
      t.note("cookies that the OP iframe depends on", cookies.map(described).join("\n") || "none");
      if (cookies.length === 0)
        return t.skip("What the OP iframe answers depends on no cookie that scripts can read.");
      if (iframeUrl(t).startsWith("https:")) {
        for (const cookie of cookies)
          t.require(
            cookie.sameSite === "None" && cookie.secure,
            `The cookie ${cookie.name} is not SameSite=None; Secure: no frame on a page of another site sees it.`,
          );
      }
      const all = await browser.cookies(iframeUrl(t));
      const hidden = all.filter(({ httpOnly }) => httpOnly);
      for (const { name, value } of cookies) {
        const same = hidden.find((cookie) => cookie.value === value);
        t.require(!same, `Scripts can read in ${name} what ${same?.name} keeps from them.`);
        const [identifier] = identifiersIn(value, identifiersOf(t, session));
        t.require(identifier === undefined, `The value of ${name} names the user: ${identifier}.`);
      }
      await assertSignsNobodyIn(
        t,
        all.filter(({ httpOnly }) => !httpOnly),
      );
      const other = await t.browser();
      await t.signIn(other, t.rp("rp-a"), t.alice);
      const theirs = await other.cookies(iframeUrl(t));
      for (const { name, value } of cookies)
        t.require(
          theirs.find((cookie) => cookie.name === name)?.value !== value,
          `${name} is the same in two browsers of one user: it identifies the user.`,
        );
    },
  },
];

/** A request like the one whose answer has the session_state. */
async function noteAuthorization(t: Trial, rp: RelyingParty, parameters = {}): Promise<void> {
  const url = new URL((await rp.authorizationRequest(parameters)).url);
  t.noteRequest("authorization request", "GET", url.origin + url.pathname, [...url.searchParams]);
}

function requireSessionState(t: Trial, way: string, value: string | undefined): void {
  t.note(`session_state by ${way}`, value ?? "none");
  t.require(Boolean(value), `The successful response by ${way} has no session_state.`);
  t.require(!value?.includes(" "), `session_state by ${way} has a space in it.`);
}

/** The cookies that scripts can read, and without which the OP iframe answers otherwise. Where it does not see the login,
 * the cookies are made to reach it first: what it then depends on is what did not reach it. */
async function stateCookies(t: Trial, browser: BrowserContext, session: Session): Promise<Cookie[]> {
  const readable = (await browser.cookies(iframeUrl(t))).filter(({ httpOnly }) => !httpOnly);
  const iframe = await OpIframe.open(t, browser, session.rp);
  let sent = readable;
  if (!(await seesLogin(t, iframe, session))) {
    sent = readable.map((cookie) => ({ ...cookie, sameSite: "None", secure: true }));
    await browser.addCookies(sent);
    await iframe.load();
    if (!(await seesLogin(t, iframe, session)))
      return t.skip("The OP iframe does not see the login (S-05), so what it depends on cannot be told.");
  }
  const found: Cookie[] = [];
  for (const [index, cookie] of sent.entries()) {
    const { name, domain, path } = cookie;
    await browser.clearCookies({ name, domain, path });
    if ((await iframe.ask(question(t, session))) !== "unchanged") found.push(readable[index] ?? cookie);
    await browser.addCookies([cookie]);
  }
  return found;
}

async function seesLogin(t: Trial, iframe: OpIframe, session: Session): Promise<boolean> {
  try {
    await assertUnchanged(t, iframe, session);
    return true;
  } catch (error) {
    if (error instanceof Ended && error.verdict === "fail") return false;
    throw error;
  }
}

const described = ({ name, domain, path, secure, sameSite }: Cookie): string =>
  `${name}; Domain=${domain}; Path=${path}; SameSite=${sameSite}${secure ? "; Secure" : ""}`;

function identifiersOf(t: Trial, { sub, claims }: Session): string[] {
  const others = [claims.email, claims.preferred_username].filter((claim) => typeof claim === "string");
  return [t.alice.name, sub, ...others];
}

/** What a script can read is not enough to be the user. */
async function assertSignsNobodyIn(t: Trial, cookies: Cookie[]): Promise<void> {
  const browser = await t.browser();
  await browser.addCookies(cookies);
  const result = await t.ask(browser, t.rp("rp-a"));
  t.require(
    "error" in result,
    `What scripts can read signs the user in: ${cookies.map(({ name }) => name).join(", ")}.`,
  );
}
