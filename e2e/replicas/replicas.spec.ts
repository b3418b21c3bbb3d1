/** The walkthrough on two replicas of each app, while Redis or replicas fail. */
import { type BrowserContext, expect, test } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const user = { name: "alice", password: "alice" };
let cluster: Cluster;

test.beforeAll(async () => {
  cluster = await startCluster();
});

test.afterAll(async () => {
  await cluster?.stop();
});

async function signInToBoth(context: BrowserContext): Promise<[App, App]> {
  const apps: [App, App] = [
    new App(await context.newPage(), cluster.base.playground2),
    new App(await context.newPage(), cluster.base.playground3),
  ];
  for (const [n, app] of apps.entries()) {
    await app.importPhotos({ grantType: "Authorization Code" });
    if (n === 0) await new OpPages(app.page).signIn(user);
    await new OpPages(app.page).allow(app.base);
    await app.expectLoggedIn(user.name);
  }
  return apps;
}

async function logOutOf(app: App): Promise<void> {
  await app.logout();
  await new OpPages(app.page).confirmLogout();
  await expect(app.page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
}

/** Expects the logout to be shown without a reload, in the same document. */
async function expectLoggedOutLive(app: App): Promise<void> {
  await app.page.bringToFront();
  await expect(app.page.locator("[data-logged-out-by=back-channel]")).toBeVisible();
  await expect(app.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  await expect(app.page.locator("html[data-same-document]")).toHaveCount(1);
}

const mark = (app: App) =>
  app.page.evaluate(() => document.documentElement.setAttribute("data-same-document", ""));

test("the walkthrough passes round robin, and the other app's page updates without a reload", async ({
  context,
}) => {
  const [playground2, playground3] = await signInToBoth(context);
  await mark(playground3);
  await logOutOf(playground2);
  await expectLoggedOutLive(playground3);
  const session = await playground3.session();
  expect(session).toMatchObject({ user: null, loggedOutBy: "back-channel" });
});

test("the apps report a Redis outage, recover, and then accept the logout", async ({ context, request }) => {
  const [playground2, playground3] = await signInToBoth(context);
  const { page } = playground2;
  await mark(playground3);
  await cluster.redis.kill();
  await playground2.open();
  await expect(page.getByRole("heading", { name: "The session store does not answer" })).toBeVisible();
  const refused = await request.post(`${cluster.base.playground3}/bclogout`, { form: { logout_token: "x" } });
  expect(refused.status()).toBe(503);
  expect(Number(refused.headers()["retry-after"])).toBeGreaterThan(0);
  await cluster.redis.start();
  await playground2.expectLoggedIn(user.name);
  await page.goto(`${playground2.base}/oauth2`);
  await logOutOf(playground2);
  await expectLoggedOutLive(playground3);
});

test("the walkthrough continues when one replica of each app is killed", async ({ context, request }) => {
  const [playground2, playground3] = await signInToBoth(context);
  await mark(playground3);
  await Promise.all(Object.values(cluster.replicas).map(([first]) => first.kill()));
  for (const base of [playground3.base, playground3.base, playground3.base]) {
    const answer = await request.post(`${base}/bclogout`, { form: { logout_token: "x" } });
    expect(answer.status(), "answered by an app, not by the proxy").toBe(400);
  }
  await playground2.page.reload();
  await playground2.expectLoggedIn(user.name);
  await logOutOf(playground2);
  await expectLoggedOutLive(playground3);
  await playground2.importPhotos({ grantType: "Implicit" });
  await new OpPages(playground2.page).signIn(user);
  await new OpPages(playground2.page).allow(playground2.base);
  await playground2.expectLoggedIn(user.name);
});
