/** Each mechanism alone, in each situation of third-party-cookies.ts. */
import { expect, type Page } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { mechanismNames } from "#lib/oidc/mechanisms.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";
import { test } from "../support/cookie-setting.ts";
import { testers } from "../support/demo.ts";
import { signInTo, switchOn } from "../support/mechanisms.ts";

// Serial: the tests switch mechanisms in one shared demo.
test.describe.configure({ mode: "default" });

const [user = { name: "", password: "" }] = testers;

for (const mechanism of mechanismNames) {
  test(`${mechanism} alone`, async ({ context, page, demo, situation }) => {
    const first = new App(page, demo.apps.playground2);
    const second = new App(await context.newPage(), demo.apps.playground3);
    await switchOn(second, mechanism);
    await signInTo(
      [first, second],
      user,
      mechanism === "session-management" ? "Authorization Code" : "Implicit",
    );
    const outcome = situation.expected[mechanism];
    if (outcome === "blocked") await expectBlocked(second);
    else if (mechanism === "session-management") await expectMonitor(second, "watching");
    await second.page.evaluate(() => document.documentElement.setAttribute("data-same-document", ""));

    await logOut(first, mechanism === "back-channel" ? "POST" : "GET");
    await second.page.bringToFront();
    if (outcome === "ended") {
      await expect(second.page.locator(`[data-logged-out-by=${mechanism}]`)).toBeVisible();
      await expect(second.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
      await expect(second.page.locator("html[data-same-document]")).toHaveCount(1);
      expect(await sessionOf(second)).toMatchObject({ user: null, loggedOutBy: mechanism });
    } else {
      await second.page.reload();
      await expectBlocked(second);
      await second.expectLoggedIn(user.name);
      expect(await sessionOf(second)).toMatchObject({ user: user.name, loggedOutBy: null });
    }
  });
}

test("a silent request, and why the browser withholds the cookie", async ({ page, demo, situation }) => {
  const app = new App(page, demo.apps.playground3);
  await switchOn(app, "session-management");
  const withheld = await withheldReasons(page);
  await signInTo([app], user, "Authorization Code");
  await expectMonitor(app, situation.expected["session-management"] === "blocked" ? "blocked" : "watching");
  expect([...withheld].sort()).toEqual(situation.withheldBy);

  const answer = page.waitForResponse((response) => response.url().includes("/oauth2/authorize?"));
  const rpIframe = page.frame({ url: `${app.base}/rpiframe` });
  await rpIframe?.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    document.body.append(frame);
  }, `${app.base}/rpiframe/silent`);
  const location = (await (await answer).headerValue("location")) ?? "";
  const refused = situation.expected.silent === "refused";
  expect(new URL(location).searchParams.get("error")).toBe(refused ? "login_required" : null);
  expect(new URL(location).searchParams.has("code")).toBe(!refused);
});

/** Expects this status of the session monitor in the app's page. */
const expectMonitor = (app: App, status: string) =>
  expect(app.page.locator("[data-monitor]")).toHaveAttribute("data-monitor", status);

async function expectBlocked(app: App): Promise<void> {
  await expectMonitor(app, "blocked");
  await expect(
    app.page.getByText("this browser blocks the OpenID Provider's cookie in frames"),
  ).toBeVisible();
}

/** Requests a logout and confirms it at the OP. */
async function logOut(app: App, method: "GET" | "POST"): Promise<void> {
  const { page } = app;
  if (method === "GET") await app.logout();
  else {
    await page.getByText("The logout request, by hand").click();
    await page.getByLabel("POST", { exact: true }).check();
    await page.getByRole("button", { name: "Send logout request" }).click();
  }
  await new OpPages(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
}

/** Fetched by the page: browsers always resolve subdomains of localhost, Node does not on every system. */
const sessionOf = (app: App): Promise<Record<string, string | null>> =>
  app.page.evaluate(async (url) => (await fetch(url)).json(), `${app.base}/session`);

/** Chromium's names vary between versions; unknown ones are returned unchanged. */
function plainReason(reason: string): string {
  if (reason.endsWith("SameSiteLax")) return "SameSite=Lax";
  return reason === "UserPreferences" || reason.startsWith("ThirdParty") ? "the setting" : reason;
}

/** Collects the reasons why the browser withholds the OP's session cookie from requests to its path. */
async function withheldReasons(page: Page): Promise<ReadonlySet<string>> {
  const reasons = new Set<string>();
  const protocol = await page.context().newCDPSession(page);
  protocol.on("Network.requestWillBeSentExtraInfo", ({ associatedCookies }) => {
    const session = associatedCookies.filter(({ cookie }) => cookie.name.startsWith("op.session."));
    for (const { blockedReasons } of session)
      for (const reason of blockedReasons) reasons.add(plainReason(reason));
  });
  await protocol.send("Network.enable");
  return reasons;
}
