/** Whether the OP's pages show the text of a logout request as text (RIL 4). */
import type { BrowserContext, Page } from "@playwright/test";
import type { SignIn } from "../probe/relying-party.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { traceOf } from "../steps/browser-trace.ts";
import { confirmIfAsked } from "../steps/confirmation.ts";
import { attackersKeys, resigned } from "../steps/forged-tokens.ts";
import { watchPages } from "../steps/front-channel.ts";
import { logOut, settled, usualParameters } from "../steps/logout.ts";
import { endSessionUrl } from "../steps/raw-request.ts";
import { assertGoodLogout } from "./rejected-requests.ts";

/** Put into parameters and claims that a page might show. Closes every context that it may be in: an attribute, a
 * script, a title, a comment. */
const markup = `"'></script></title></textarea></noscript>--><i data-canary></i><img src=x data-canary onerror=alert(1)>`;

/** Runs in every page before its own scripts. */
const observer = `new MutationObserver(() => document.querySelector("[data-canary]") && report("markup")).observe(
  document, { childList: true, subtree: true });`;

type Requests = Record<string, Record<string, string>>;

/** Each text on its own: what is wrong with one parameter must not keep the OP from showing another. */
async function hostileRequests({ idToken, rp }: SignIn): Promise<Requests> {
  const { privateKey } = await attackersKeys();
  const forged = (claims: Record<string, string>) => resigned(idToken, privateKey, { claims });
  const usual = usualParameters({ idToken, rp });
  const client = { client_id: rp.client.clientId };
  const texts = ["state", "ui_locales", "logout_hint", "an_unknown_parameter"];
  return {
    ...Object.fromEntries(texts.map((name) => [`${name} alone`, { [name]: markup }])),
    ...Object.fromEntries(texts.map((name) => [`${name} with client_id`, { ...client, [name]: markup }])),
    client_id: { client_id: markup },
    id_token_hint: { id_token_hint: markup },
    "post_logout_redirect_uri with client_id": {
      ...client,
      post_logout_redirect_uri: `${rp.base}/${markup}`,
    },
    "post_logout_redirect_uri with a hint": { ...usual, post_logout_redirect_uri: `${rp.base}/${markup}` },
    "sub of a forged hint": { id_token_hint: await forged({ sub: markup }) },
    "aud of a forged hint": { id_token_hint: await forged({ aud: markup }) },
    "iss of a forged hint": { id_token_hint: await forged({ iss: markup }) },
    "the name of an unknown parameter": { [markup]: markup },
    ...Object.fromEntries(texts.map((name) => [`${name} with a hint`, { ...usual, [name]: markup }])),
  };
}

/** Opens a page for each request and leaves it open, answers the question with no and with yes, and fails if the markup
 * became part of any page of the OP, whenever and in whichever of them. */
export async function assertShownAsText(t: Trial): Promise<void> {
  const browser = await t.browser();
  const reports = await watchPages(browser, observer);
  const trace = traceOf(browser);
  const tabs = new Map<Page, string>();
  const judge = () => {
    const [found] = reports.filter(({ page }) => !t.isAtProbe(page));
    const what = found && (tabs.get(found.tab) ?? "The request");
    t.report.require(!found, `${what}: the markup is part of the OP's page as HTML.`);
    t.report.require(trace.dialogs.length === 0, "The OP's page ran a script from the request.");
  };
  const a = t.rp("rp-a");
  const requests = await hostileRequests(await t.signIn(browser, a, t.alice));
  for (const [what, parameters] of Object.entries(requests)) {
    const page = await browser.newPage();
    tabs.set(page, what);
    await page.goto(endSessionUrl(t, parameters)).catch(() => undefined);
    judge();
    // With a valid hint the OP need not ask.
    if (t.isAtProbe(page.url())) await t.signIn(browser, a, t.alice);
  }
  t.report.note("requests with markup", [...tabs.values()].join("\n"));
  await assertShownAfterAnswers(t, browser, tabs);
  judge();
  await assertGoodLogout(t, browser, await t.signIn(browser, a, t.alice));
}

/** The page that answers a POST, and the pages after a no and a yes. */
async function assertShownAfterAnswers(
  t: Trial,
  browser: BrowserContext,
  tabs: Map<Page, string>,
): Promise<void> {
  const a = t.rp("rp-a");
  const texts = { state: markup, logout_hint: markup };
  await t.signIn(browser, a, t.alice);
  browser.on("page", (page) => tabs.set(page, "state and logout_hint, by POST"));
  const posted = await logOut(t, browser, a, {
    ...{ parameters: texts, method: "POST", answer: "nothing", comesBack: false },
  });
  await closePage(posted.page);
  for (const answer of ["no", "yes"] as const) {
    const page = await browser.newPage();
    tabs.set(page, `state and logout_hint, after ${answer}`);
    await page.goto(endSessionUrl(t, texts)).catch(() => undefined);
    if (answer === "yes") await confirmIfAsked(t, page);
    else await Promise.race([t.driver.declineLogout(page, t.context).catch(() => undefined), settled(page)]);
    await settled(page);
  }
}
