/** S: Session Management 1.0, `session_state` and the cookie behind it. */
import type { BrowserContext, Cookie } from "@playwright/test";
import type { CheckReport } from "../evidence/check-report.ts";
import { identifiersIn } from "../judge/identifiers.ts";
import { isSignedIn } from "../judge/oracles.ts";
import { listed } from "../model/capabilities.ts";
import { CheckEnded } from "../model/errors.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { assertUnchanged, iframeUrl, needsSight, OpIframe, question } from "../steps/op-iframe.ts";
import { signInAt } from "../steps/sign-in.ts";

/** The ways to return an authorization response, and what discovery must list for each. */
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
    title: "Every successful authentication response includes a session_state without spaces",
    clause: "SM 2",
    severity: "high",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const { response_types_supported: types, response_modes_supported: modes } = t.metadata;
      await noteAuthorization(t.report, a);
      const first = await t.signIn(browser, a, t.alice);
      requireSessionState(t.report, "query", first.sessionState);
      for (const { way, parameters, type, mode } of ways.slice(1)) {
        const offered =
          listed(types ?? ["code"]).includes(type) && listed(modes ?? ["query", "fragment"]).includes(mode);
        const response = offered ? await t.ask(browser, a, parameters) : undefined;
        if (!response || "error" in response)
          t.report.measure(
            `Not tried with ${way}: ${response ? `the OP answers ${response.error}` : "discovery does not list it"}.`,
          );
        else requireSessionState(t.report, way, response.sessionState);
      }
    },
  },
  {
    id: "S-02",
    title: "Error responses include a session_state that is different each time",
    clause: "SM 2, 3.2",
    severity: "low",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      await noteAuthorization(t.report, t.rp("rp-a"), { prompt: "none" });
      const [first, second] = [await t.ask(browser, t.rp("rp-a")), await t.ask(browser, t.rp("rp-a"))];
      if (!("error" in first && "error" in second))
        return t.report.fail("prompt=none signs a user in, in a browser that has never visited the OP.");
      if (!first.sessionState || !second.sessionState)
        return t.report.warn(`The error response ${first.error} has no session_state.`);
      t.report.require(
        !first.sessionState.includes(" "),
        "The session_state of an error response contains a space.",
      );
      if (first.sessionState === second.sessionState)
        t.report.warn("Two error responses have the same session_state: it has no fresh salt.");
    },
  },
  {
    id: "S-03",
    title: "Two RPs in one browser get different session_state values",
    clause: "SM 3.2",
    severity: "medium",
    needs: ["session-management"],
    run: async (t) => {
      const browser = await t.browser();
      await noteAuthorization(t.report, t.rp("rp-a"));
      const [a, b] = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"));
      question(t.report, a);
      question(t.report, b);
      t.report.require(a.sessionState !== b.sessionState, "RP-A and RP-B have the same session_state.");
    },
  },
  {
    id: "S-13",
    title: "The OP iframe's state cookie reaches the iframe, and neither signs in nor identifies the user",
    clause: "SM 3.2",
    severity: "high",
    needs: ["session-management"],
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      const cookies = await stateCookies(t, browser, session);
      t.report.note("cookies that the OP iframe depends on", cookies.map(described).join("\n") || "none");
      if (cookies.length === 0)
        return t.report.skip("The OP iframe's answer depends on no cookie that scripts can read.");
      if (iframeUrl(t).startsWith("https:")) {
        for (const cookie of cookies)
          t.report.require(
            cookie.sameSite === "None" && cookie.secure,
            `The cookie ${cookie.name} is not SameSite=None; Secure: no cross-site frame sees it.`,
          );
      }
      const all = await browser.cookies(iframeUrl(t));
      const hidden = all.filter(({ httpOnly }) => httpOnly);
      for (const { name, value } of cookies) {
        const same = hidden.find((cookie) => cookie.value === value);
        t.report.require(
          !same,
          `The script-readable cookie ${name} has the value of the HttpOnly cookie ${same?.name}.`,
        );
        const [identifier] = identifiersIn(value, identifiersOf(t, session));
        t.report.advise(identifier === undefined, `The value of ${name} identifies the user: ${identifier}.`);
      }
      await assertSignsNobodyIn(
        t,
        all.filter(({ httpOnly }) => !httpOnly),
      );
      const other = await t.browser();
      await t.signIn(other, t.rp("rp-a"), t.alice);
      const theirs = await other.cookies(iframeUrl(t));
      for (const { name, value } of cookies)
        t.report.advise(
          theirs.find((cookie) => cookie.name === name)?.value !== value,
          `${name} is the same in two browsers of one user: it identifies the user.`,
        );
    },
  },
];

/** Notes a request like the one whose response has the session_state. */
async function noteAuthorization(report: CheckReport, rp: RelyingParty, parameters = {}): Promise<void> {
  const url = new URL((await rp.authorizationRequest(parameters)).url);
  report.noteRequest("authorization request", "GET", url.origin + url.pathname, [...url.searchParams]);
}

function requireSessionState(report: CheckReport, way: string, value: string | undefined): void {
  report.note(`session_state by ${way}`, value ?? "none");
  report.require(Boolean(value), `The successful response by ${way} has no session_state.`);
  report.require(!value?.includes(" "), `The session_state by ${way} contains a space.`);
}

/** The script-readable cookies that the OP iframe's answer depends on. If the iframe does not see the login, they are
 * first made to reach it: the ones that it then depends on are those that did not reach it. */
async function stateCookies(t: Trial, browser: BrowserContext, session: SignIn): Promise<Cookie[]> {
  const readable = (await browser.cookies(iframeUrl(t))).filter(({ httpOnly }) => !httpOnly);
  const iframe = await OpIframe.open(t, browser, session.rp);
  let sent = readable;
  if (!(await seesLogin(t, iframe, session))) {
    sent = readable.map((cookie) => ({ ...cookie, sameSite: "None", secure: true }));
    await browser.addCookies(sent);
    await iframe.load();
    if (!(await seesLogin(t, iframe, session)))
      return t.report.skip(
        "The OP iframe does not see the login (S-05), so its cookies cannot be identified.",
      );
  }
  const found: Cookie[] = [];
  for (const [index, cookie] of sent.entries()) {
    const { name, domain, path } = cookie;
    await browser.clearCookies({ name, domain, path });
    if ((await iframe.ask(question(t.report, session))) !== "unchanged")
      found.push(readable[index] ?? cookie);
    await browser.addCookies([cookie]);
  }
  return found;
}

async function seesLogin(t: Trial, iframe: OpIframe, session: SignIn): Promise<boolean> {
  try {
    await assertUnchanged(t.report, iframe, session);
    return true;
  } catch (error) {
    if (error instanceof CheckEnded && error.verdict === "fail") return false;
    throw error;
  }
}

const described = ({ name, domain, path, secure, sameSite }: Cookie): string =>
  `${name}; Domain=${domain}; Path=${path}; SameSite=${sameSite}${secure ? "; Secure" : ""}`;

function identifiersOf(t: Trial, { sub, claims }: SignIn): string[] {
  const others = [claims.email, claims.preferred_username].filter((claim) => typeof claim === "string");
  return [t.alice.name, sub, ...others];
}

/** Script-readable cookies must not be enough to sign in. */
async function assertSignsNobodyIn(t: Trial, cookies: Cookie[]): Promise<void> {
  const browser = await t.browser();
  await browser.addCookies(cookies);
  const result = await t.ask(browser, t.rp("rp-a"));
  t.report.require(
    !isSignedIn(result),
    `Cookies that scripts can read sign the user in: ${cookies.map(({ name }) => name).join(", ")}.`,
  );
}
